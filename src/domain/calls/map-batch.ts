/**
 * Many elements by one command (`bpf_map_do_batch`, `generic_map_…_batch` and
 * `__htab_map_lookup_and_delete_batch`; semantics §25.9). An update or a deletion takes its elements
 * one after the other, and stays where one fails: what came before is done, and counted.
 */
import { withArticle } from '../article.ts';
import type { CallOf, Calls, MapKey } from '../call.ts';
import { type Caller, mapAt } from '../caller.ts';
import { type Decision, isRefused, refusal, refuse, succeed } from '../decision.ts';
import type { Effect } from '../effect.ts';
import { applyAll } from '../evolve.ts';
import { type BpfMap, layerOn } from '../kernel.ts';
import type { MapType } from '../map-type.ts';
import { type BatchOutputs, isRefusal, type Refusal } from '../outcome.ts';
import type { Switches } from '../release/switches.ts';
import { mapDelete, mapLookup, mapUpdate, strangeKey } from './map-elements.ts';
import { isTrie } from './trie-elements.ts';

type BatchName = Extract<keyof Calls, `map_${string}_batch`>;
type LookupName = 'map_lookup_batch' | 'map_lookup_and_delete_batch';

const HASHES: readonly MapType[] = ['hash', 'lru_hash', 'percpu_hash', 'lru_percpu_hash'];
/** Types whose batches are not modelled, since their elements are not. */
const OPAQUE: readonly MapType[] = ['sockmap', 'sockhash'];

export function mapUpdateBatch(caller: Caller, call: Calls['map_update_batch']): Decision {
  const map = requireBatchMap(caller, call, 'map_update_batch');
  if (isRefused(map)) return refuse(map);
  const { map_fd, keys, values } = call;
  const fd = map_fd === undefined ? {} : { map_fd };
  const updates = keys.map((key, i) => ({ ...fd, key, value: values[i] ?? 0 }));
  return oneByOne(caller, updates, mapUpdate);
}

export function mapDeleteBatch(caller: Caller, call: Calls['map_delete_batch']): Decision {
  const map = requireBatchMap(caller, call, 'map_delete_batch');
  if (isRefused(map)) return refuse(map);
  return oneByOne(caller, elementFields(call.map_fd, call.keys), mapDelete);
}

function elementFields(map_fd: number | undefined, keys: readonly MapKey[]) {
  return keys.map((key) => (map_fd === undefined ? { key } : { map_fd, key }));
}

/** Each call sees what those before it did. */
function oneByOne<C>(
  caller: Caller,
  calls: readonly C[],
  made: (caller: Caller, call: C) => Decision,
): Decision {
  // Nothing to do is done before the caller's count is looked at.
  if (calls.length === 0) return succeed();
  const kernel = layerOn(caller.kernel);
  const effects: Effect[] = [];
  for (const [count, call] of calls.entries()) {
    const { outcome, effects: more } = made({ ...caller, kernel }, call);
    // A refused call of an LRU map may have effects too.
    effects.push(...more);
    if (isRefusal(outcome)) return refuse({ ...outcome, batch: { count } }, effects);
    applyAll(kernel, more, caller.process.pid);
  }
  return succeed(effects, 0, { batch: { count: calls.length } });
}

export function mapLookupBatch(
  caller: Caller,
  call: CallOf<'map_lookup_batch'> | CallOf<'map_lookup_and_delete_batch'>,
): Decision {
  const map = requireBatchMap(caller, call, call.name);
  if (isRefused(map)) return refuse(map);
  const { count = 0, in_batch } = call;
  if (count === 0) return succeed();
  if (isArrayLike(map)) return lookUpIndexes(caller, map, call);
  if (isTrie(map)) return lookUpPrefixes(map, call);
  // Where an element of a hash lies is a matter of its seed, so only a whole look at one is known.
  if (in_batch !== undefined || count < map.elements.length) return unknownBuckets(map);
  const keys = map.elements.map(({ key }) => key);
  const values = map.elements.map(({ value }) => value);
  const end = atEnd(map, { count: keys.length, keys, values });
  if (call.name === 'map_lookup_batch') return refuse(end);
  const { effects } = oneByOne(caller, elementFields(call.map_fd, keys), mapDelete);
  return refuse(end, effects);
}

/** `generic_map_lookup_batch` of an array: after the index `in_batch`, or from the first one. */
function lookUpIndexes(caller: Caller, map: BpfMap, call: Calls[LookupName]): Decision {
  const { count = 0, in_batch, map_fd } = call;
  const { max_entries } = map;
  const from = in_batch === undefined || in_batch >= max_entries ? 0 : in_batch + 1;
  const keys = Array.from({ length: Math.min(count, max_entries - from) }, (_, i) => from + i);
  const values: number[] = [];
  for (const call of elementFields(map_fd, keys)) {
    const { outcome } = mapLookup(caller, call);
    // Kernels before 6.15 give up at an index that holds nothing, later ones pass over it.
    if (isRefusal(outcome)) return notModelled(`an empty element of map ${map.id}`);
    values.push(outcome.value ?? 0);
  }
  const batch = { count: keys.length, keys, values };
  return keys.length < count ? refuse(atEnd(map, batch)) : succeed([], 0, { batch });
}

/** `generic_map_lookup_batch` of a trie, from its first key on; a call names no key that it would begin after. */
function lookUpPrefixes(map: BpfMap, { count = 0, in_batch }: Calls[LookupName]): Decision {
  if (in_batch !== undefined) return notModelled(`the elements of map ${map.id} after a prefix`);
  const told = map.elements.slice(0, count);
  const batch = {
    count: told.length,
    keys: told.map(({ key }) => key),
    values: told.map(({ value }) => value),
  };
  return told.length < count ? refuse(atEnd(map, batch)) : succeed([], 0, { batch });
}

/** The map has no element after those that were told: so a loop over it ends. */
function atEnd(map: BpfMap, batch: BatchOutputs): Refusal {
  const about = { map_id: map.id, count: batch.count };
  return { ...refusal('ENOENT', 'batch-at-end', about), batch };
}

function unknownBuckets({ id }: BpfMap): Decision {
  return notModelled(`a part of the elements of map ${id}, a hash,`);
}

function notModelled(what: string): Decision {
  return refuse(refusal('ENOTSUPP', 'not-modelled', { what }));
}

/** The map, where its type has the command and the fd may do it. */
function requireBatchMap(
  caller: Caller,
  call: {
    readonly map_fd?: number;
    readonly elem_flags?: number;
    readonly flags?: number;
    readonly keys?: readonly MapKey[];
  },
  name: BatchName,
): BpfMap | Refusal {
  const { map_fd = 0, elem_flags = 0, flags = 0 } = call;
  const found = mapAt(caller, map_fd, 'map_fd');
  if (isRefused(found)) return found;
  const { map, file } = found;
  const { access } = file;
  const [reads, writes] = [name.includes('lookup'), name !== 'map_lookup_batch'];
  if (access !== undefined && ((reads && access !== 'read') || (writes && access !== 'write'))) {
    return refusal('EPERM', 'map-fd-restricted', { fd: map_fd, access });
  }
  if (writes && map.frozen) return refusal('EPERM', 'map-frozen', { map_id: map.id });
  const { map_type } = map;
  if (OPAQUE.includes(map_type)) {
    return refusal('ENOTSUPP', 'not-modelled', {
      what: `${name} of ${withArticle(`${map_type} map`)}`,
    });
  }
  if (!hasBatch(caller.kernel.switches, map_type, name)) {
    return refusal('ENOTSUPP', 'map-has-no-batch', { map_id: map.id, map_type, call: name });
  }
  if (elem_flags !== 0) return refusal('EINVAL', 'flags-unknown', { flags: elem_flags });
  // The generic functions, which arrays have, do not look at the flags of the whole.
  if (reads && !isArrayLike(map) && !isTrie(map) && flags !== 0)
    return refusal('EINVAL', 'flags-unknown', { flags });
  for (const key of call.keys ?? []) {
    const strange = strangeKey(map, key);
    if (strange !== undefined) return strange;
  }
  return map;
}

/** The `map_…_batch` functions in the operations of each type. */
function hasBatch(switches: Switches, type: MapType, name: BatchName): boolean {
  const deletes = name.includes('delete');
  if (type === 'array') return !deletes;
  if (type === 'percpu_array') return switches.percpu_array_batches && !deletes;
  if (type === 'array_of_maps') return switches.map_of_maps_batches && !deletes;
  if (type === 'hash_of_maps') return switches.map_of_maps_batches;
  if (type === 'lpm_trie') return switches.trie_batches && name !== 'map_lookup_and_delete_batch';
  return HASHES.includes(type);
}

function isArrayLike({ map_type }: BpfMap): boolean {
  return map_type === 'array' || map_type === 'percpu_array' || map_type === 'array_of_maps';
}
