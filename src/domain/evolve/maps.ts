import type { MapKey } from '../call.ts';
import type { Effect, EffectOf } from '../effect.ts';
import { isLru, placeOf } from '../elements.ts';
import { NO_IDS } from '../ids.ts';
import type { Element, Kernel } from '../kernel.ts';
import { heldKind, metaOf, ownerOf } from '../maps/holding.ts';
import { NEVER_LOOKED } from '../maps/lru-lists.ts';
import { lookForRoom, rememberElement, without } from '../maps/recency.ts';
import { mapPages } from '../memlock.ts';
import { isStorageMap } from '../storage.ts';
import { addBtfRefs, addRefs, assertUnreferenced, openFd } from './references.ts';

type MapEffect = Extract<
  Effect,
  {
    type:
      | `Map${'Created' | 'Bound' | 'Frozen' | 'Freed' | 'IdBurned'}`
      | `Storage${'Made' | 'Removed'}`
      | `Element${'Updated' | 'Deleted'}`
      | 'RoomMade'
      | 'MapOwned';
  }
>;

export function evolveMap(kernel: Kernel, effect: MapEffect, pid: number): void {
  const id = effect.map_id;
  switch (effect.type) {
    case 'MapCreated':
      return createMap(kernel, effect, pid);
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
      assertUnreferenced('map', kernel.maps.edit(id));
      return forgetMap(kernel, id);
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
    case 'RoomMade': {
      const map = kernel.maps.edit(id);
      const room = lookForRoom(kernel.switches, map);
      if (room === undefined) throw new Error(`impossible effect: map ${id} has room`);
      map.elements = room.elements;
      map.recency = room.recency;
      return;
    }
    case 'MapOwned': {
      const { type: _type, map_id: _id, ...owner } = effect;
      kernel.maps.edit(id).owner = owner;
      return;
    }
    case 'ElementUpdated':
      if (effect.kind !== undefined) holdObject(kernel, effect, effect.kind);
      return updateElement(kernel, id, { key: effect.key, value: effect.value });
    case 'ElementDeleted':
      if (effect.kind !== undefined) addRefs(kernel, effect.kind, effect.id ?? 0, -1);
      return removeElement(kernel, id, effect.key);
    default:
      return effect satisfies never;
  }
}

function createMap(kernel: Kernel, effect: EffectOf<'MapCreated'>, pid: number): void {
  const { map_id: id, fd, map_type, key_size, value_size, max_entries, map_name } = effect;
  const { access, inner_map_id, map_flags = 0, btf_ids = NO_IDS } = effect;
  const template = inner_map_id === undefined ? undefined : kernel.maps.get(inner_map_id);
  // Who made one that was found is not known.
  const maker = fd === undefined ? undefined : kernel.processes.get(pid);
  const pages =
    maker !== undefined && kernel.switches.memlock_is_charged
      ? mapPages(
          { kernel, process: maker },
          { map_type, key_size, value_size, max_entries, map_flags },
        )
      : 0;
  // Written out: docs/performance.md#a-spread-with-a-new-field
  kernel.maps.set(id, {
    map_type,
    key_size,
    value_size,
    max_entries,
    map_name,
    id,
    map_flags,
    inner: template === undefined ? undefined : metaOf(template),
    btf_ids,
    owner: undefined,
    frozen: false,
    uid: maker === undefined ? 0 : maker.uid,
    pages,
    elements: [],
    recency: isLru({ map_type }) ? NEVER_LOOKED : undefined,
    refs: 0,
  });
  kernel.counters.map = Math.max(kernel.counters.map, id + 1);
  for (const btf of btf_ids) addBtfRefs(kernel, btf, 1);
  kernel.contents += btf_ids.length;
  if (fd !== undefined) openFd(kernel, pid, fd, { kind: 'map', id, access });
}

/** The elements of a map end with it, and let go of what they hold. */
function forgetMap(kernel: Kernel, id: number): void {
  const map = kernel.maps.get(id);
  const kind = map === undefined ? undefined : heldKind(map.map_type);
  kernel.maps.delete(id);
  if (map === undefined) return;
  kernel.contents -= map.elements.length + map.btf_ids.length;
  for (const btf of map.btf_ids) addBtfRefs(kernel, btf, -1);
  if (kind === undefined) return;
  for (const { value } of map.elements) addRefs(kernel, kind, value, -1);
}

/** The element takes a reference, before it lets go of the one it had. */
function holdObject(
  kernel: Kernel,
  { map_id, key, value }: EffectOf<'ElementUpdated'>,
  kind: 'prog' | 'map',
): void {
  addRefs(kernel, kind, value, 1);
  const map = kernel.maps.edit(map_id);
  const { index, isThere } = placeOf(map, key);
  if (isThere) addRefs(kernel, kind, map.elements[index]?.value ?? 0, -1);
  const program = kind === 'prog' ? kernel.programs.get(value) : undefined;
  if (program !== undefined) map.owner ??= ownerOf(kernel, program);
}

function placeKey(effect: Extract<MapEffect, { type: `Storage${string}` }>): MapKey {
  const { cgroup_id, attach_type } = effect;
  return attach_type === undefined ? { cgroup_id } : { cgroup_id, attach_type };
}

function removeElement(kernel: Kernel, id: number, key: MapKey): void {
  const map = kernel.maps.edit(id);
  const { index, isThere } = placeOf(map, key);
  if (!isThere) throw new Error(`impossible effect: map ${id} has no such element`);
  kernel.contents--;
  if (isLru(map)) {
    Object.assign(map, without(map, key));
    return;
  }
  map.elements = map.elements.toSpliced(index, 1);
}

function updateElement(kernel: Kernel, id: number, element: Element): void {
  const map = kernel.maps.edit(id);
  const { index, isThere } = placeOf(map, element.key);
  if (isLru(map)) {
    Object.assign(map, rememberElement(map, element));
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
