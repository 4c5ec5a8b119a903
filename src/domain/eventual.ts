/**
 * What the kernel does a moment after a call, by a worker or after a grace period of RCU
 * (semantics §3, §17, §25.5). The model does it within the call; who looks at a real kernel right
 * after the call may still find what it was before. It follows from the call and the effect, so no
 * log holds it.
 */
import type { CallName } from './call.ts';
import type { Effect } from './effect.ts';
import { isSighting, type SightingName } from './observed/sighting.ts';

/**
 * Calls that leave all that ends by them to others: `cgroup_bpf_release` is work of a queue, the
 * inodes of a bpffs are freed by RCU, and a signal ends a process when that runs next.
 */
const LEAVE_IT: ReadonlySet<string> = new Set<CallName>([
  ...(['rmdir', 'unlink', 'rename', 'kill', 'cgroup_write', 'umount'] as const),
]);
/** Calls that take an element out of a map themselves; else a worker clears the map. */
const TAKE_OUT: ReadonlySet<string> = new Set<CallName>([
  ...(['map_update_elem', 'map_update_batch'] as const),
  ...(['map_delete_elem', 'map_delete_batch', 'map_lookup_and_delete_batch'] as const),
  'map_lookup_and_delete_elem',
]);

/** Whether an effect of a call comes true a moment after the call returns. */
export function isEventual(call: CallName | SightingName | 'boot', effect: Effect): boolean {
  switch (effect.type) {
    case 'ProcessExited':
      return effect.pid !== undefined && LEAVE_IT.has(call);
    case 'ElementDeleted':
      return !TAKE_OUT.has(call) && !isFound(call);
    case 'EntryRemoved':
    case 'LinkSevered':
    case 'LinkFreed':
    case 'ProgFreed':
    case 'MapFreed':
    case 'StorageRemoved':
      return LEAVE_IT.has(call) || (isByWorker(call, effect.reason) && !isFound(call));
    default:
      return false;
  }
}

/** What a freed program or map held, and the pins of a bpffs that ends, go after a grace period. */
function isByWorker(call: string, reason: string): boolean {
  if (reason === 'element_deleted') return !TAKE_OUT.has(call);
  return reason === 'prog_freed' || reason === 'map_freed' || reason === 'unmounted';
}

/** A sighting tells what is so by now. */
function isFound(call: string): boolean {
  return isSighting({ name: call });
}
