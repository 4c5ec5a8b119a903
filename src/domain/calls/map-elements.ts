/** Map elements from user space: lookup, update, delete, next key (semantics §25.4). */
import { withArticle } from '../article.ts';
import { attachTypeOf } from '../attach-type.ts';
import type { Calls, MapKey } from '../call.ts';
import { type Caller, mapAt } from '../caller.ts';
import { type Decision, isRefused, refusal, refuse, succeed } from '../decision.ts';
import type { Effect } from '../effect.ts';
import { elementOf, isLru, keptValue, placeOf } from '../elements.ts';
import type { BpfMap, Element } from '../kernel.ts';
import type { MapType, MapTypeName } from '../map-type.ts';
import { FILLED_MAPS } from '../maps/forms.ts';
import { heldKind } from '../maps/holding.ts';
import { isPrefix } from '../maps/prefixes.ts';
import { lookForRoom } from '../maps/recency.ts';
import type { Refusal } from '../outcome.ts';
import { isStorageMap, storageKey } from '../storage.ts';
import { deleteHeld, heldKey, updateHeld } from './held-elements.ts';
import { isQueued, peek, pop, push } from './queued-elements.ts';
import {
  dataDigits,
  deletePrefix,
  isTrie,
  lookUpPrefix,
  nextPrefix,
  updateRefused as prefixRefused,
} from './trie-elements.ts';

/** End of MAP_DELETE_ELEM's key pointer in the attr. */
const DELETE_ATTR_END = 16;
const NOEXIST = 1;
const EXIST = 2;
const LOCK = 4;

export function mapLookup(caller: Caller, call: Calls['map_lookup_elem']): Decision {
  const map = openMap(caller, call, 'read');
  if (isRefused(map)) return refuse(map);
  const { key } = call;
  const bad = badKey(map, key);
  if (bad !== undefined) return refuse(bad);
  if (key === undefined) return peek(map);
  const found = isPrefix(key)
    ? lookUpPrefix(caller.kernel.switches, map, key)
    : elementAt(map, key);
  if (found === undefined) return refuse(noElement(map));
  return succeed([], 0, { value: found.value });
}

export function mapUpdate(caller: Caller, call: Calls['map_update_elem']): Decision {
  const map = openMap(caller, call, 'write');
  if (isRefused(map)) return refuse(map);
  const { key: passed, flags = 0 } = call;
  const value = keptValue(map, call.value);
  if ((flags & LOCK) !== 0) return refuse(refusal('EINVAL', 'flags-unknown', { flags }));
  const bad = badKey(map, passed);
  if (bad !== undefined) return refuse(bad);
  if (passed === undefined) return push(map, { value, flags });
  const kind = heldKind(map.map_type);
  if (kind !== undefined) return updateHeld(caller, { map, kind, key: heldKey(passed) }, call);
  const key = canonicalKey(map, passed);
  if (isLru(map)) return updateLru(caller, map, { key, value, flags });
  const refused = isPrefix(passed)
    ? prefixRefused(caller.kernel.switches, map, passed, flags)
    : updateRefused(map, passed, flags);
  if (refused !== undefined) return refuse(refused);
  const update = { type: 'ElementUpdated', map_id: map.id, key, value } as const;
  return succeed([update]);
}

/**
 * An LRU map has room for the element before it looks whether it may take it, so a refused call may
 * let others go (`htab_lru_map_update_elem`). A percpu value that must be there is written in place.
 */
function updateLru(
  { kernel }: Caller,
  map: BpfMap,
  { key, value, flags }: { readonly key: MapKey; readonly value: number; readonly flags: number },
): Decision {
  if (flags > EXIST) return refuse(refusal('EINVAL', 'flags-unknown', { flags }));
  const map_id = map.id;
  const inPlace = map.map_type === 'lru_percpu_hash' && flags === EXIST;
  const room = inPlace ? undefined : lookForRoom(kernel.switches, map);
  const gone = room?.gone ?? [];
  const effects: Effect[] = room === undefined ? [] : [{ type: 'RoomMade', map_id }];
  for (const old of gone) effects.push({ type: 'ElementDeleted', map_id, key: old });
  const isThere = elementOf(map, key) !== undefined && !gone.includes(key);
  if (isThere && flags === NOEXIST) {
    return refuse(refusal('EEXIST', 'element-exists', { map_id }), effects);
  }
  if (!isThere && flags === EXIST) return refuse(noElement(map), effects);
  effects.push({ type: 'ElementUpdated', map_id, key, value });
  return succeed(effects);
}

function updateRefused(map: BpfMap, key: MapKey, flags: number): Refusal | undefined {
  const found = elementAt(map, key);
  if (isStorageMap(map)) {
    if ((flags & ~EXIST) !== 0) return refusal('EINVAL', 'flags-unknown', { flags });
    return found === undefined ? noElement(map) : undefined;
  }
  if (flags > EXIST) return refusal('EINVAL', 'flags-unknown', { flags });
  if (isArray(map)) {
    if (found === undefined) return refusal('E2BIG', 'index-out-of-range', { map_id: map.id });
    return flags === NOEXIST ? refusal('EEXIST', 'element-exists', { map_id: map.id }) : undefined;
  }
  if (found !== undefined && flags === NOEXIST) {
    return refusal('EEXIST', 'element-exists', { map_id: map.id });
  }
  if (found === undefined && flags === EXIST) return noElement(map);
  if (found === undefined && map.elements.length >= map.max_entries) {
    return refusal('E2BIG', 'map-full', { map_id: map.id, max_entries: map.max_entries });
  }
  return undefined;
}

export function mapDelete(caller: Caller, call: Calls['map_delete_elem']): Decision {
  if (call.value !== undefined) {
    return refuse(refusal('EINVAL', 'bytes-after-last-field', { last_byte: DELETE_ATTR_END }));
  }
  const map = openMap(caller, call, 'write');
  if (isRefused(map)) return refuse(map);
  const kind = heldKind(map.map_type);
  if (kind !== undefined) return deleteHeld(caller, { map, kind, key: heldKey(call.key) });
  if (isStorageMap(map) || isArray(map) || isQueued(map)) {
    return refuse(refusal('EINVAL', 'elements-stay', { map_id: map.id, map_type: map.map_type }));
  }
  if (isPrefix(call.key)) return deletePrefix(map, call.key);
  if (elementAt(map, call.key) === undefined) return refuse(noElement(map));
  const key = canonicalKey(map, call.key);
  return succeed([{ type: 'ElementDeleted', map_id: map.id, key }]);
}

/** Types whose elements can be taken out by their keys (5.14). */
const TAKEN_OUT: readonly MapType[] = ['hash', 'percpu_hash', 'lru_hash', 'lru_percpu_hash'];

/** MAP_LOOKUP_AND_DELETE_ELEM (`map_lookup_and_delete_elem`). */
export function mapLookupAndDelete(
  caller: Caller,
  call: Calls['map_lookup_and_delete_elem'],
): Decision {
  const { map_fd: fd = 0, flags = 0 } = call;
  if ((flags & ~LOCK) !== 0) return refuse(refusal('EINVAL', 'flags-unknown', { flags }));
  const map = openAnyMap(caller, fd, 'both');
  if (isRefused(map)) return refuse(map);
  const { id: map_id, map_type } = map;
  if (flags !== 0) return refuse(refusal('EINVAL', 'flags-unknown', { flags }));
  const { key: passed } = call;
  const bad = (isTrie(map) ? undefined : strangeKey(map, passed)) ?? badKey(map, passed);
  if (bad !== undefined) return refuse(bad);
  if (isQueued(map)) return pop(map);
  if (!caller.kernel.switches.hash_lookup_and_delete || !TAKEN_OUT.includes(map_type)) {
    const call = 'map_lookup_and_delete_elem';
    return refuse(refusal('ENOTSUPP', 'map-lacks-command', { map_id, map_type, call }));
  }
  const found = passed === undefined ? undefined : elementAt(map, passed);
  if (found === undefined) return refuse(noElement(map));
  const { key, value } = found;
  return succeed([{ type: 'ElementDeleted', map_id, key }], 0, { value });
}

/** A frozen map has no writers, so it cannot be frozen again either (`map_get_sys_perms`). */
export function mapFreeze(caller: Caller, call: Calls['map_freeze']): Decision {
  const map = openAnyMap(caller, call.map_fd ?? 0, 'write');
  if (isRefused(map)) return refuse(map);
  return succeed([{ type: 'MapFrozen', map_id: map.id }]);
}

/** Without a key, or with one that is not there, the first key. */
export function mapNextKey(caller: Caller, call: Calls['map_get_next_key']): Decision {
  const map = openMap(caller, call, 'read');
  if (isRefused(map)) return refuse(map);
  if (isQueued(map)) return refuse(hasNoKeys(map));
  const next = isTrie(map)
    ? nextPrefix(caller.kernel.switches, map, isPrefix(call.key) ? call.key : undefined)
    : nextOf(map, call.key === undefined ? undefined : canonicalKey(map, call.key));
  if (next === undefined) return refuse(refusal('ENOENT', 'no-next-key', { map_id: map.id }));
  return succeed([], 0, { next_key: next });
}

function nextOf(map: BpfMap, key: MapKey | undefined): MapKey | undefined {
  return isArray(map) ? nextIndex(map, key) : nextElement(map, key);
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

/** The map behind an fd, of a type whose elements are modelled, and whose keys are of the form of this one. */
function openMap(
  caller: Caller,
  { map_fd = 0, key }: { readonly map_fd?: number; readonly key?: MapKey },
  wanted: 'read' | 'write',
): BpfMap | Refusal {
  const map = openAnyMap(caller, map_fd, wanted);
  if (isRefused(map)) return map;
  const isModelled = FILLED_MAPS.includes(map.map_type as MapTypeName);
  return isModelled ? (strangeKey(map, key) ?? map) : unmodelledElement(map);
}

/** Tries alone have prefixes as keys, of as many bytes as their keys have. */
export function strangeKey(map: BpfMap, key: MapKey | undefined): Refusal | undefined {
  if (key === undefined) return undefined;
  const trie = isTrie(map);
  if (isPrefix(key) === trie && (!isPrefix(key) || key.data.length === dataDigits(map))) {
    return undefined;
  }
  const wrong = trie ? `not {prefixlen, data} of ${dataDigits(map)} digits` : 'a prefix';
  const what = `a key of map ${map.id}, ${withArticle(String(map.map_type))}, that is ${wrong}`;
  return refusal('ENOTSUPP', 'not-modelled', { what });
}

function unmodelledElement({ map_type }: BpfMap): Refusal {
  return refusal('ENOTSUPP', 'not-modelled', {
    what: `an element of ${withArticle(`${map_type} map`)}`,
  });
}

function openAnyMap(
  caller: Caller,
  fd: number,
  wanted: 'read' | 'write' | 'both',
): BpfMap | Refusal {
  const found = mapAt(caller, fd, 'map_fd');
  if (isRefused(found)) return found;
  const { map, file } = found;
  if (wanted !== 'read' && map.frozen) return refusal('EPERM', 'map-frozen', { map_id: map.id });
  if (file.access === undefined || file.access === wanted) return map;
  return refusal('EPERM', 'map-fd-restricted', { fd, access: file.access });
}

/** A command on one element passes no key to a map without keys, and one to all others (`__bpf_copy_key`). */
function badKey(map: BpfMap, key: MapKey | undefined): Refusal | undefined {
  if (map.key_size === 0) return key === undefined ? undefined : hasNoKeys(map);
  return key === undefined ? refusal('EFAULT', 'key-missing', { map_id: map.id }) : undefined;
}

function hasNoKeys({ id: map_id, map_type }: BpfMap): Refusal {
  return refusal('EINVAL', 'map-has-no-keys', { map_id, map_type });
}

/**
 * The key that the kernel reads in the caller's bytes: a cgroup id, then for 16 byte keys an attach
 * type; a plain map's key is the first four bytes. Bytes after a key's end are ignored.
 */
function canonicalKey(map: BpfMap, key: MapKey): MapKey {
  if (isPrefix(key)) return key;
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
