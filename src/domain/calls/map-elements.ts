/** Map elements from user space: lookup, update, delete, next key (semantics §25.4). */
import { attachTypeOf } from '../attach-type.ts';
import type { Calls, MapKey } from '../call.ts';
import { type Caller, mapAt } from '../caller.ts';
import { type Decision, isRefused, refusal, refuse, succeed } from '../decision.ts';
import type { EffectOf } from '../effect.ts';
import { elementOf, isLru, placeOf } from '../elements.ts';
import type { BpfMap, Element } from '../kernel.ts';
import type { MapType, MapTypeName } from '../map-type.ts';
import { FILLED_MAPS } from '../maps/forms.ts';
import { heldKind } from '../maps/holding.ts';
import type { Refusal } from '../outcome.ts';
import { isStorageMap, sameKey, storageKey } from '../storage.ts';
import { deleteHeld, heldKey, updateHeld } from './held-elements.ts';

/** End of MAP_DELETE_ELEM's key pointer in the attr. */
const DELETE_ATTR_END = 16;
const NOEXIST = 1;
const EXIST = 2;
const LOCK = 4;

export function mapLookup(caller: Caller, call: Calls['map_lookup_elem']): Decision {
  const map = openMap(caller, call.map_fd ?? 0, 'read');
  if (isRefused(map)) return refuse(map);
  const found = elementAt(map, call.key);
  if (found === undefined) return refuse(noElement(map));
  return succeed([], 0, { value: found.value });
}

export function mapUpdate(caller: Caller, call: Calls['map_update_elem']): Decision {
  const map = openMap(caller, call.map_fd ?? 0, 'write');
  if (isRefused(map)) return refuse(map);
  const kind = heldKind(map.map_type);
  if (kind !== undefined) return updateHeld(caller, { map, kind, key: heldKey(call.key) }, call);
  const flags = call.flags ?? 0;
  const refused = updateRefused(map, call.key, flags);
  if (refused !== undefined) return refuse(refused);
  const key = canonicalKey(map, call.key);
  const evicted = evictedBy(map, key);
  return succeed([...evicted, { type: 'ElementUpdated', map_id: map.id, key, value: call.value }]);
}

/**
 * A full LRU map takes the memory of its oldest element for the new one, also when that replaces
 * another (`prealloc_lru_pop`). Maps with NO_COMMON_LRU, and kernels before 6.16, take more with it.
 */
function evictedBy(map: BpfMap, key: MapKey): EffectOf<'ElementDeleted'>[] {
  const oldest = map.elements.at(-1);
  if (!isLru(map) || oldest === undefined || map.elements.length < map.max_entries) return [];
  if (sameKey(oldest.key, key)) return [];
  return [{ type: 'ElementDeleted', map_id: map.id, key: oldest.key }];
}

function updateRefused(map: BpfMap, key: MapKey, flags: number): Refusal | undefined {
  const found = elementAt(map, key);
  if (isStorageMap(map)) {
    if ((flags & ~EXIST) !== 0) return refusal('EINVAL', 'flags-unknown', { flags });
    return found === undefined ? noElement(map) : undefined;
  }
  if (flags > EXIST || (flags & LOCK) !== 0) return refusal('EINVAL', 'flags-unknown', { flags });
  if (isArray(map)) {
    if (found === undefined) return refusal('E2BIG', 'index-out-of-range', { map_id: map.id });
    return flags === NOEXIST ? refusal('EEXIST', 'element-exists', { map_id: map.id }) : undefined;
  }
  if (found !== undefined && flags === NOEXIST) {
    return refusal('EEXIST', 'element-exists', { map_id: map.id });
  }
  if (found === undefined && flags === EXIST) return noElement(map);
  if (found === undefined && !isLru(map) && map.elements.length >= map.max_entries) {
    return refusal('E2BIG', 'map-full', { map_id: map.id, max_entries: map.max_entries });
  }
  return undefined;
}

export function mapDelete(caller: Caller, call: Calls['map_delete_elem']): Decision {
  if (call.value !== undefined) {
    return refuse(refusal('EINVAL', 'bytes-after-last-field', { last_byte: DELETE_ATTR_END }));
  }
  const map = openMap(caller, call.map_fd ?? 0, 'write');
  if (isRefused(map)) return refuse(map);
  const kind = heldKind(map.map_type);
  if (kind !== undefined) return deleteHeld(caller, { map, kind, key: heldKey(call.key) });
  if (isStorageMap(map) || isArray(map)) {
    return refuse(refusal('EINVAL', 'elements-stay', { map_id: map.id, map_type: map.map_type }));
  }
  if (elementAt(map, call.key) === undefined) return refuse(noElement(map));
  const key = canonicalKey(map, call.key);
  return succeed([{ type: 'ElementDeleted', map_id: map.id, key }]);
}

/** A frozen map has no writers, so it cannot be frozen again either (`map_get_sys_perms`). */
export function mapFreeze(caller: Caller, call: Calls['map_freeze']): Decision {
  const map = openAnyMap(caller, call.map_fd ?? 0, 'write');
  if (isRefused(map)) return refuse(map);
  return succeed([{ type: 'MapFrozen', map_id: map.id }]);
}

/** Without a key, or with one that is not there, the first key. */
export function mapNextKey(caller: Caller, call: Calls['map_get_next_key']): Decision {
  const map = openMap(caller, call.map_fd ?? 0, 'read');
  if (isRefused(map)) return refuse(map);
  const key = call.key === undefined ? undefined : canonicalKey(map, call.key);
  const next = isArray(map) ? nextIndex(map, key) : nextElement(map, key);
  if (next === undefined) return refuse(refusal('ENOENT', 'no-next-key', { map_id: map.id }));
  return succeed([], 0, { next_key: next });
}

function nextElement(map: BpfMap, key: MapKey | undefined): MapKey | undefined {
  const place = key === undefined ? undefined : placeOf(map, key);
  return map.elements[place?.isThere ? place.index + 1 : 0]?.key;
}

/** `array_map_get_next_key`; an array may have billions of elements, so no list of them is made. */
function nextIndex({ max_entries }: BpfMap, key: MapKey | undefined): number | undefined {
  if (typeof key !== 'number' || key >= max_entries) return 0;
  return key + 1 < max_entries ? key + 1 : undefined;
}

/** The map behind an fd, of a type whose elements are modelled. */
function openMap(caller: Caller, fd: number, wanted: 'read' | 'write'): BpfMap | Refusal {
  const map = openAnyMap(caller, fd, wanted);
  if (isRefused(map) || FILLED_MAPS.includes(map.map_type as MapTypeName)) return map;
  return refusal('ENOTSUPP', 'not-modelled', { what: `an element of a ${map.map_type} map` });
}

function openAnyMap(caller: Caller, fd: number, wanted: 'read' | 'write'): BpfMap | Refusal {
  const found = mapAt(caller, fd, 'map_fd');
  if (isRefused(found)) return found;
  const { map, file } = found;
  if (wanted === 'write' && map.frozen) return refusal('EPERM', 'map-frozen', { map_id: map.id });
  if (file.access === undefined || file.access === wanted) return map;
  return refusal('EPERM', 'map-fd-restricted', { fd, access: file.access });
}

/**
 * The key that the kernel reads in the caller's bytes: a cgroup id, then for 16 byte keys an attach
 * type; a plain map's key is the first four bytes. Bytes after a key's end are ignored.
 */
function canonicalKey(map: BpfMap, key: MapKey): MapKey {
  const id = typeof key === 'number' ? key : key.cgroup_id;
  if (!isStorageMap(map)) return id % 2 ** 32;
  const type = typeof key === 'number' ? 0 : (key.attach_type ?? 0);
  return storageKey(map, id, attachTypeOf(type));
}

function elementAt(map: BpfMap, key: MapKey): Element | undefined {
  const wanted = canonicalKey(map, key);
  const found = elementOf(map, wanted);
  if (
    found !== undefined ||
    heldKind(map.map_type) !== undefined ||
    !isArray(map) ||
    typeof wanted !== 'number'
  )
    return found;
  return wanted < map.max_entries ? { key: wanted, value: 0 } : undefined;
}

function isArray({ map_type }: BpfMap): boolean {
  return ARRAYS.includes(map_type);
}

const ARRAYS: readonly MapType[] = ['array', 'percpu_array', 'prog_array', 'array_of_maps'];

function noElement(map: BpfMap): Refusal {
  return refusal('ENOENT', 'no-element', { map_id: map.id });
}
