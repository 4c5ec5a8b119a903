/**
 * Effective arrays (semantics §4; `compute_effective_progs` in kernel/bpf/cgroup.c). They are
 * computed on demand from the lists of a cgroup and its ancestors, so an attach costs nothing in
 * the cgroups below; only arrays that a kernel bug wrote are stored.
 */
import type { AttachType } from './attach-type.ts';
import type { Cgroup, Entry, Kernel } from './kernel.ts';
import { listOf, progIdOf } from './list.ts';
import { type HookList, hasHooks, hookList, LSM_SLOTS } from './lsm-hooks.ts';

/** One place of an effective array. */
export interface Slot {
  readonly prog_id: number;
  /** The cgroup whose list the entry stands in; absent in an array that a kernel bug wrote. */
  readonly cgroup_id?: number;
  /** Place in that list. */
  readonly index?: number;
  readonly link_id?: number;
  readonly preorder?: true;
}

type Placed = Pick<Cgroup, 'parent_id' | 'path'>;

/**
 * The cgroup among some that another is in; the root is in none. Its path is shorter, so that a walk
 * up ends even where an older log gave an id twice and made a cgroup its own ancestor.
 */
export function parentIn<C extends Placed>(
  cgroups: { readonly get: (id: number) => C | undefined },
  { parent_id, path }: Placed,
): C | undefined {
  if (parent_id === 0) return undefined;
  const parent = cgroups.get(parent_id);
  return parent !== undefined && parent.path.length < path.length ? parent : undefined;
}

/** The cgroup of a kernel that another of it is in. */
export function parentOf(kernel: Kernel, cgroup: Cgroup): Cgroup | undefined {
  return parentIn(kernel.cgroups, cgroup);
}

/** The living cgroup at a path. */
export function cgroupAt(kernel: Kernel, path: string): Cgroup | undefined {
  return kernel.cgroups.get(kernel.cgroupIds.get(path) ?? 0);
}

/** The cgroup and its ancestors, nearest first. */
export function* levelsOf(kernel: Kernel, cgroup: Cgroup): Generator<Cgroup> {
  for (let level: Cgroup | undefined = cgroup; level !== undefined; ) {
    yield level;
    level = parentOf(kernel, level);
  }
}

/** What runs on a cgroup for an attach type, in order. */
export function effectiveArray(kernel: Kernel, cgroup: Cgroup, type: AttachType): Slot[] {
  const written =
    kernel.writtenArrays.size === 0
      ? undefined
      : kernel.writtenArrays.get(writtenArrayKey(cgroup.id, type));
  if (written !== undefined) return written.prog_ids.map((prog_id) => ({ prog_id }));
  return deriveArray(kernel, cgroup, type);
}

/** Key of a stored array that contradicts its lists. */
export function writtenArrayKey(cgroupId: number, type: AttachType): string {
  return `${cgroupId}|${type}`;
}

/** The array as the lists say it; of LSM_CGROUP those of all hooks, one behind the other. */
export function deriveArray(kernel: Kernel, cgroup: Cgroup, type: AttachType): Slot[] {
  return hasHooks(type)
    ? arraysOfHooks(kernel, cgroup, type).flat()
    : arrayOf(kernel, cgroup, (level) => ({ list: listOf(level, type), begin: 0 }));
}

/** What runs on each hook of LSM_CGROUP, by slot. */
export function arraysOfHooks(kernel: Kernel, cgroup: Cgroup, type: AttachType): Slot[][] {
  return Array.from({ length: LSM_SLOTS }, (_, place) =>
    arrayOf(kernel, cgroup, (level) => hookList(listOf(level, type), place)),
  );
}

function arrayOf(kernel: Kernel, cgroup: Cgroup, listAt: (level: Cgroup) => HookList): Slot[] {
  const normal: Slot[] = [];
  const preorderByLevel: Slot[][] = [];
  for (const level of contributing(kernel, cgroup, listAt)) {
    const preorder: Slot[] = [];
    const { list, begin } = listAt(level);
    list.entries.forEach((entry, index) => {
      (entry.preorder ? preorder : normal).push(slot(kernel, level, entry, begin + index));
    });
    if (preorder.length > 0) preorderByLevel.push(preorder);
  }
  return preorderByLevel.length === 0 ? normal : [...preorderByLevel.reverse().flat(), ...normal];
}

/**
 * The cgroups whose programs run, from this one upwards. A multi list always runs. An override or
 * exclusive list runs only where nothing below it has a program: what is below hides it.
 */
function* contributing(
  kernel: Kernel,
  cgroup: Cgroup,
  listAt: (level: Cgroup) => HookList,
): Generator<Cgroup> {
  let collected = false;
  for (const level of levelsOf(kernel, cgroup)) {
    const { list } = listAt(level);
    if (list.entries.length === 0 || (collected && list.mode !== 'multi')) continue;
    yield level;
    collected = true;
  }
}

/** Written out: docs/performance.md#a-spread-with-a-new-field */
function slot(kernel: Kernel, { id: cgroup_id }: Cgroup, entry: Entry, index: number): Slot {
  const prog_id = progIdOf(kernel, entry);
  if ('link_id' in entry) {
    const { link_id, preorder } = entry;
    return preorder
      ? { prog_id, cgroup_id, index, link_id, preorder }
      : { prog_id, cgroup_id, index, link_id };
  }
  return entry.preorder
    ? { prog_id, cgroup_id, index, preorder: true }
    : { prog_id, cgroup_id, index };
}
