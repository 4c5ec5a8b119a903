/** Whether a cgroup's ancestors let it have a new entry (semantics §4.1; `hierarchy_allows_attach`). */
import type { AttachType } from './attach-type.ts';
import { refusal } from './decision.ts';
import { parentOf } from './effective.ts';
import type { Cgroup, Kernel } from './kernel.ts';
import { listOf } from './list.ts';
import { hookList } from './lsm-hooks.ts';
import type { Refusal } from './outcome.ts';

/**
 * Walks from the parent to the root: the nearest ancestor that is in multi mode or not empty
 * decides. The cgroup's own list is not looked at.
 *
 * @param slot of LSM_CGROUP: of which hook the lists are
 */
export function exclusiveAncestor(
  kernel: Kernel,
  cgroup: Cgroup,
  type: AttachType,
  slot?: number,
): Refusal | undefined {
  // A plain loop: every attach comes by, and a generator took longer than the walk.
  let level = parentOf(kernel, cgroup);
  for (; level !== undefined; level = parentOf(kernel, level)) {
    const whole = listOf(level, type);
    const list = slot === undefined ? whole : hookList(whole, slot).list;
    if (list.mode === 'multi') return undefined;
    if (list.entries.length === 0) continue;
    if (list.mode === 'override') return undefined;
    return refusal('EPERM', 'hierarchy-exclusive-ancestor', {
      cgroup: cgroup.path,
      ancestor: level.path,
      attach_type: type,
    });
  }
  return undefined;
}
