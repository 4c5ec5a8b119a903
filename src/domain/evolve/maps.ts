import type { MapKey } from '../call.ts';
import type { Effect } from '../effect.ts';
import { isLru, placeOf } from '../elements.ts';
import type { Element, Kernel } from '../kernel.ts';
import { isStorageMap } from '../storage.ts';
import { addRefs, assertUnreferenced, openFd } from './references.ts';

type MapEffect = Extract<
  Effect,
  {
    type:
      | `Map${'Created' | 'Bound' | 'Frozen' | 'Freed' | 'IdBurned'}`
      | `Storage${'Made' | 'Removed'}`
      | `Element${'Updated' | 'Deleted'}`;
  }
>;

export function evolveMap(kernel: Kernel, effect: MapEffect, pid: number): void {
  const id = effect.map_id;
  switch (effect.type) {
    case 'MapCreated': {
      const { type: _, map_id, fd, access, ...map } = effect;
      kernel.maps.set(map_id, { ...map, id: map_id, frozen: false, elements: [], refs: 0 });
      kernel.counters.map = Math.max(kernel.counters.map, id + 1);
      if (fd !== undefined) openFd(kernel, pid, fd, { kind: 'map', id, access });
      return;
    }
    case 'MapBound': {
      const program = kernel.programs.edit(effect.prog_id);
      program.map_ids = [...program.map_ids, id];
      kernel.contents++;
      return addRefs(kernel, 'map', id, 1);
    }
    case 'MapFrozen':
      kernel.maps.edit(id).frozen = true;
      return;
    case 'MapFreed':
      assertUnreferenced(kernel, 'map', id);
      kernel.contents -= kernel.maps.get(id)?.elements.length ?? 0;
      return kernel.maps.delete(id);
    case 'MapIdBurned':
      kernel.counters.map = Math.max(kernel.counters.map, id + 1);
      return;
    case 'StorageMade': {
      const map = kernel.maps.edit(id);
      map.elements = [{ key: placeKey(effect), value: 0 }, ...map.elements];
      kernel.contents++;
      return;
    }
    case 'StorageRemoved':
      return removeElement(kernel, id, placeKey(effect));
    case 'ElementUpdated':
      return updateElement(kernel, id, { key: effect.key, value: effect.value });
    case 'ElementDeleted':
      return removeElement(kernel, id, effect.key);
    default:
      return effect satisfies never;
  }
}

function placeKey(effect: Extract<MapEffect, { type: `Storage${string}` }>): MapKey {
  const { cgroup_id, attach_type } = effect;
  return attach_type === undefined ? { cgroup_id } : { cgroup_id, attach_type };
}

function removeElement(kernel: Kernel, id: number, key: MapKey): void {
  const map = kernel.maps.edit(id);
  const { index, isThere } = placeOf(map, key);
  if (!isThere) throw new Error(`impossible effect: map ${id} has no such element`);
  map.elements = map.elements.toSpliced(index, 1);
  kernel.contents--;
}

function updateElement(kernel: Kernel, id: number, element: Element): void {
  const map = kernel.maps.edit(id);
  const { index, isThere } = placeOf(map, element.key);
  if (isLru(map)) {
    const others = isThere ? map.elements.toSpliced(index, 1) : map.elements;
    map.elements = [element, ...others];
    if (!isThere) kernel.contents++;
    return;
  }
  if (isThere) {
    map.elements = map.elements.with(index, element);
    return;
  }
  if (isStorageMap(map)) throw new Error(`impossible effect: map ${id} has no such storage`);
  map.elements = map.elements.toSpliced(index, 0, element);
  kernel.contents++;
}
