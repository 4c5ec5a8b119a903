/**
 * Elements of a map by their keys. Those of a plain map stand in the order of their keys, so that
 * one is found by halving, and so do those of a trie; storages, and what an LRU map may let go of, are looked through.
 */
import type { MapKey } from './call.ts';
import { firstWhere } from './halving.ts';
import type { BpfMap, Element } from './kernel.ts';
import type { MapType } from './map-type.ts';
import { comparePrefixes, isPrefix } from './maps/prefixes.ts';
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
  if (isPrefix(key)) {
    const after = (element: Element) =>
      isPrefix(element.key) && comparePrefixes(element.key, key) >= 0;
    const index = firstWhere(elements, after);
    const there = elements[index]?.key;
    return { index, isThere: isPrefix(there) && comparePrefixes(there, key) === 0 };
  }
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

/** Bytes of a value that a call passes. */
const VALUE_BYTES = 8;

/**
 * What a map keeps of a value: as many of its bytes as the map's values have. Maps with a value for each
 * processor round that up to eight (`copy_map_value_long`; measured on 6.18.44).
 */
export function keptValue({ map_type, value_size }: BpfMap, value: number): number {
  if (value_size >= VALUE_BYTES || isPercpu(map_type)) return value;
  return value % 2 ** (8 * value_size);
}

function isPercpu(type: MapType): boolean {
  return typeof type === 'string' && type.includes('percpu');
}
