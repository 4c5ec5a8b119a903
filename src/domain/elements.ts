/**
 * Elements of a map by their keys. Those of a plain map stand in the order of their keys, so that
 * one is found by halving; storages, and what an LRU map may let go of, are looked through.
 */
import type { MapKey } from './call.ts';
import { firstWhere } from './halving.ts';
import type { BpfMap, Element } from './kernel.ts';
import { sameKey } from './storage.ts';

/** The element of a map with a key, in the form that the map's keys have. */
export function elementOf(map: BpfMap, key: MapKey): Element | undefined {
  const { isThere, index } = placeOf(map, key);
  return isThere ? map.elements[index] : undefined;
}

/** Where an element with a key stands, or would stand. */
export function placeOf(
  map: BpfMap,
  key: MapKey,
): { readonly index: number; readonly isThere: boolean } {
  const { elements } = map;
  if (typeof key !== 'number' || isLru(map)) {
    const index = elements.findIndex((element) => sameKey(element.key, key));
    return index < 0 ? { index: elements.length, isThere: false } : { index, isThere: true };
  }
  const index = firstWhere(elements, (element) => Number(element.key) >= key);
  return { index, isThere: elements[index]?.key === key };
}

/** Whether the map lets go of its oldest element when it is full. */
export function isLru({ map_type }: Pick<BpfMap, 'map_type'>): boolean {
  return map_type === 'lru_hash' || map_type === 'lru_percpu_hash';
}
