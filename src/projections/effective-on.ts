/** What runs on a cgroup, for each attach type that has anything there. */
import { type AttachType, attachTypeNumber } from '../domain/attach-type.ts';
import { effectiveArray, levelsOf, type Slot } from '../domain/effective.ts';
import type { Cgroup, Kernel } from '../domain/kernel.ts';

export interface EffectiveOnType {
  readonly attach_type: AttachType;
  readonly slots: readonly Slot[];
}

/** The effective arrays of a cgroup that are not empty, in the order of the types' numbers. */
export function effectiveOnCgroup(kernel: Kernel, cgroup: Cgroup): EffectiveOnType[] {
  const types = new Set<AttachType>();
  for (const level of levelsOf(kernel, cgroup))
    for (const type of level.lists.keys()) types.add(type);
  return [...types]
    .sort((a, b) => attachTypeNumber(a) - attachTypeNumber(b))
    .map((attach_type) => ({ attach_type, slots: effectiveArray(kernel, cgroup, attach_type) }))
    .filter(({ slots }) => slots.length > 0);
}
