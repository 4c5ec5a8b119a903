/**
 * A kernel bug as a rule (semantics D25; `replace_effective_prog` of 6.12.31-6.12.96, 6.15 and on
 * until 6.18.y): LINK_UPDATE counts the link's place in list order from the cgroup upwards and
 * overwrites that slot of the effective array, although preorder entries stand elsewhere in it.
 */

import type { AttachType } from './attach-type.ts';
import type { Effect } from './effect.ts';
import { deriveArray, effectiveArray, levelsOf } from './effective.ts';
import type { Cgroup, Kernel, Link, Program } from './kernel.ts';
import { listOf } from './list.ts';

/**
 * The arrays that differ from their lists afterwards.
 *
 * @param link before the update
 * @param cgroup the cgroup that the link is attached to
 */
export function findMiscountedSlots(
  kernel: Kernel,
  link: Link,
  program: Program,
  cgroup: Cgroup,
): Effect[] {
  const effects: Effect[] = [];
  if (!mayDiffer(kernel, link.attach_type)) return effects;
  for (const below of kernel.cgroups.values()) {
    if (![...levelsOf(kernel, below)].includes(cgroup)) continue;
    const slot = countSlot(kernel, link, below);
    if (slot === undefined) continue;
    const before = effectiveArray(kernel, below, link.attach_type).map((s) => s.prog_id);
    const after = before.with(slot, program.id);
    const right = deriveArray(kernel, below, link.attach_type).map((s) =>
      s.link_id === link.id ? program.id : s.prog_id,
    );
    const isWritten = kernel.writtenArrays.has(`${below.id}|${link.attach_type}`);
    if (!isWritten && after.every((id, i) => id === right[i])) continue;
    const place = { cgroup_id: below.id, attach_type: link.attach_type };
    effects.push({ type: 'EffectiveSlotWritten', ...place, prog_ids: after });
  }
  return effects;
}

/** Where no entry stands in front of its list, counting in list order finds the right slot. */
function mayDiffer(kernel: Kernel, type: AttachType): boolean {
  if (kernel.writtenArrays.size > 0) return true;
  for (const cgroup of kernel.cgroups.values()) {
    if (listOf(cgroup, type).entries.some((entry) => entry.preorder)) return true;
  }
  return false;
}

function countSlot(kernel: Kernel, link: Link, cgroup: Cgroup): number | undefined {
  let position = 0;
  for (const level of levelsOf(kernel, cgroup)) {
    const list = listOf(level, link.attach_type);
    if (position > 0 && list.mode !== 'multi') continue;
    for (const entry of list.entries) {
      if ('link_id' in entry && entry.link_id === link.id) return position;
      position++;
    }
  }
  return undefined;
}
