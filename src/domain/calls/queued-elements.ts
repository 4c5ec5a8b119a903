/**
 * Elements of queues and stacks: an update pushes one, a look shows which goes next, and a look that
 * deletes takes it (`queue_stack_map_push_elem`, `__queue_map_get`, `__stack_map_get` in
 * kernel/bpf/queue_stack_maps.c; measured on 6.18.44). They have no keys; the log numbers them in the
 * order in which they came.
 */
import type { Calls } from '../call.ts';
import { type Decision, isRefused, refusal, refuse, succeed } from '../decision.ts';
import type { Effect } from '../effect.ts';
import type { BpfMap, Element } from '../kernel.ts';
import type { Refusal } from '../outcome.ts';

/** With BPF_EXIST the oldest element of a full map makes room. */
const EXIST = 2;

/** Whether a map is a queue or a stack. */
export function isQueued({ map_type }: Pick<BpfMap, 'map_type'>): boolean {
  return map_type === 'queue' || map_type === 'stack';
}

/** MAP_UPDATE_ELEM. */
export function push(
  map: BpfMap,
  { value, flags = 0 }: Pick<Calls['map_update_elem'], 'value' | 'flags'>,
): Decision {
  if (flags !== 0 && flags !== EXIST) return refuse(refusal('EINVAL', 'flags-unknown', { flags }));
  const { id: map_id, max_entries, elements } = map;
  const isFull = elements.length >= max_entries;
  if (isFull && flags !== EXIST) {
    return refuse(refusal('E2BIG', 'queue-full', { map_id, max_entries }));
  }
  const effects: Effect[] = [];
  const oldest = isFull ? elements[0] : undefined;
  if (oldest !== undefined) effects.push({ type: 'ElementDeleted', map_id, key: oldest.key });
  effects.push({ type: 'ElementUpdated', map_id, key: nextNumber(elements), value });
  return succeed(effects);
}

/** MAP_LOOKUP_ELEM. */
export function peek(map: BpfMap): Decision {
  const next = nextOut(map);
  return isRefused(next) ? refuse(next) : succeed([], 0, { value: next.value });
}

/** MAP_LOOKUP_AND_DELETE_ELEM. */
export function pop(map: BpfMap): Decision {
  const next = nextOut(map);
  if (isRefused(next)) return refuse(next);
  const { key, value } = next;
  return succeed([{ type: 'ElementDeleted', map_id: map.id, key }], 0, { value });
}

/** The oldest of a queue, the newest of a stack. */
function nextOut({ id: map_id, map_type, elements }: BpfMap): Element | Refusal {
  const next = map_type === 'queue' ? elements[0] : elements.at(-1);
  return next ?? refusal('ENOENT', 'queue-empty', { map_id });
}

function nextNumber(elements: readonly Element[]): number {
  const newest = elements.at(-1);
  return newest === undefined ? 0 : Number(newest.key) + 1;
}
