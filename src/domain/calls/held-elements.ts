/**
 * Elements that hold a program or a map (semantics §25.8): the value that is written is an fd, the
 * one that is read is an id (`bpf_fd_array_map_update_elem`, `bpf_fd_htab_map_update_elem`).
 */

import type { Calls, MapKey } from '../call.ts';
import { type Caller, mapAt, progAt } from '../caller.ts';
import { type Decision, isRefused, refusal, refuse, succeed } from '../decision.ts';
import type { Effect } from '../effect.ts';
import { elementOf } from '../elements.ts';
import type { BpfMap } from '../kernel.ts';
import { Lifetime } from '../lifetime.ts';
import { fitsOwner, isLike, metaOf, ownerOf } from '../maps/holding.ts';
import { isPrefix } from '../maps/prefixes.ts';
import type { Refusal } from '../outcome.ts';

const NOEXIST = 1;
const EXIST = 2;
const LOCK = 4;

/** A map whose elements hold objects of this kind. */
interface Holding {
  readonly map: BpfMap;
  readonly kind: 'prog' | 'map';
  /** As the kernel reads it: a number of four bytes. */
  readonly key: number;
}

export function updateHeld(
  caller: Caller,
  { map, kind, key }: Holding,
  { value, flags = 0 }: Pick<Calls['map_update_elem'], 'value' | 'flags'>,
): Decision {
  const refused = badPlace(map, key, flags);
  if (refused !== undefined) return refuse(refused);
  // An fd is the first four bytes of the value.
  const id = fitting(caller, map, kind, value % 2 ** 32);
  if (typeof id !== 'number') return refuse(id);
  const was = elementOf(map, key);
  const bad = badFlags(map, was !== undefined, flags);
  if (bad !== undefined) return refuse(bad);
  const update = { type: 'ElementUpdated', map_id: map.id, key, value: id, kind } as const;
  if (was === undefined || was.value === id) return succeed([update]);
  return succeed([update, ...dropHeld(caller, kind, was.value, 'element_replaced')]);
}

function badPlace(map: BpfMap, key: number, flags: number): Refusal | undefined {
  if ((flags & LOCK) !== 0) return refusal('EINVAL', 'flags-unknown', { flags });
  if (map.map_type === 'hash_of_maps') return undefined;
  if (flags !== 0) return refusal('EINVAL', 'flags-unknown', { flags });
  return pastEnd(map, key);
}

function pastEnd(map: BpfMap, key: number): Refusal | undefined {
  if (key < map.max_entries) return undefined;
  return refusal('E2BIG', 'index-out-of-range', { map_id: map.id });
}

/** A hash looks at its flags once it has the map that it is to hold. */
function badFlags(map: BpfMap, isThere: boolean, flags: number): Refusal | undefined {
  if (map.map_type !== 'hash_of_maps') return undefined;
  const { id: map_id, max_entries } = map;
  if (flags > EXIST) return refusal('EINVAL', 'flags-unknown', { flags });
  if (isThere && flags === NOEXIST) return refusal('EEXIST', 'element-exists', { map_id });
  if (isThere) return undefined;
  if (flags === EXIST) return refusal('ENOENT', 'no-element', { map_id });
  if (map.elements.length < max_entries) return undefined;
  return refusal('E2BIG', 'map-full', { map_id, max_entries });
}

/** The id of the program or map behind an fd, if it belongs into the map. */
function fitting(caller: Caller, map: BpfMap, kind: Holding['kind'], fd: number): number | Refusal {
  const { kernel } = caller;
  const about = { map_id: map.id };
  if (kind === 'prog') {
    const program = progAt(caller, fd, 'value');
    if (isRefused(program)) return program;
    const fits =
      map.owner === undefined || fitsOwner(kernel.switches, map.owner, ownerOf(kernel, program));
    if (fits) return program.id;
    return refusal('EINVAL', 'program-unlike-owner', { ...about, prog_id: program.id });
  }
  const found = mapAt(caller, fd, 'value');
  if (isRefused(found)) return found;
  const { inner } = map;
  if (inner === undefined) throw new Error(`impossible state: map ${map.id} holds no kind of map`);
  if (isLike(kernel.switches, inner, metaOf(found.map))) return found.map.id;
  return refusal('EINVAL', 'map-unlike-inner', { ...about, inner_map_id: found.map.id });
}

export function deleteHeld(caller: Caller, { map, kind, key }: Holding): Decision {
  const past = map.map_type === 'hash_of_maps' ? undefined : pastEnd(map, key);
  if (past !== undefined) return refuse(past);
  const was = elementOf(map, key);
  if (was === undefined) return refuse(refusal('ENOENT', 'no-element', { map_id: map.id }));
  const { value: id } = was;
  const effect = { type: 'ElementDeleted', map_id: map.id, key, kind, id } as const;
  return succeed([effect, ...dropHeld(caller, kind, id, 'element_deleted')]);
}

function dropHeld(
  { kernel }: Caller,
  kind: Holding['kind'],
  id: number,
  reason: 'element_deleted' | 'element_replaced',
): readonly Effect[] {
  const lifetime = new Lifetime(kernel);
  lifetime.letGo(kind, id, reason);
  return lifetime.effects;
}

/** The key of an element that holds an object. */
export function heldKey(key: MapKey): number {
  if (typeof key === 'number') return key % 2 ** 32;
  return (isPrefix(key) ? key.prefixlen : key.cgroup_id) % 2 ** 32;
}
