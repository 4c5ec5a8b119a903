/** `bpftool -j cgroup show` and `cgroup tree`, read from a kernel: their fields, in their order. */
import { type AttachType, attachTypeNumber } from '../../domain/attach-type.ts';
import { effectiveArray, levelsOf } from '../../domain/effective.ts';
import type { Mode } from '../../domain/flags.ts';
import type { Cgroup, Kernel } from '../../domain/kernel.ts';
import { progIdOf } from '../../domain/list.ts';
import { isWithin } from '../../domain/path.ts';
import { type Pausing, walk } from '../../events/turns.ts';
import { inWalkOrder } from './kernfs-order.ts';

export interface ShownProgram {
  readonly id: number;
  readonly attach_type: AttachType;
  /** Absent for effective programs. */
  readonly attach_flags?: string | undefined;
  readonly name: string;
  readonly attach_btf_name: '';
  readonly attach_btf_obj_id: 0;
  /** The function that an lsm program hooks. */
  readonly attach_btf_id: number;
}

export interface ShownCgroup {
  readonly cgroup: string;
  readonly programs: readonly ShownProgram[];
}

const ATTACH_FLAGS: Readonly<Record<Mode, string>> = {
  none: '',
  override: 'override',
  multi: 'multi',
};

/** What is attached to a cgroup, or effective on it, by attach type. */
export function cgroupShow(kernel: Kernel, cgroup: Cgroup, effective: boolean): ShownProgram[] {
  return effective ? effectiveOn(kernel, cgroup) : showAttached(kernel, cgroup);
}

/**
 * The cgroups at and below a path that have programs.
 *
 * @param root where the cgroup file system is mounted; it is put before every path
 */
export function* cgroupTree(
  kernel: Kernel,
  { under, root, effective }: { under: string; root: string; effective: boolean },
): Pausing<ShownCgroup[]> {
  const below: Cgroup[] = [];
  yield* walk(kernel.cgroups.values(), (cgroup) => {
    const hasLists = effective || cgroup.lists.size > 0;
    if (hasLists && isWithin(cgroup.path, under)) below.push(cgroup);
  });
  const tree: ShownCgroup[] = [];
  yield* walk(yield* inWalkOrder(below), (cgroup) => {
    const programs = cgroupShow(kernel, cgroup, effective);
    if (programs.length === 0) return;
    tree.push({ cgroup: cgroup.path === '/' ? root : `${root}${cgroup.path}`, programs });
  });
  return tree;
}

function showAttached(kernel: Kernel, { lists }: Cgroup): ShownProgram[] {
  return byNumber(lists.keys()).flatMap((attach_type) => {
    const list = lists.get(attach_type);
    if (list === undefined) return [];
    const attach_flags = ATTACH_FLAGS[list.mode];
    return list.entries.map((entry) =>
      showProgram(kernel, progIdOf(kernel, entry), { attach_type, attach_flags }),
    );
  });
}

function effectiveOn(kernel: Kernel, cgroup: Cgroup): ShownProgram[] {
  const types = new Set<AttachType>();
  for (const { lists } of levelsOf(kernel, cgroup))
    for (const type of lists.keys()) types.add(type);
  return byNumber(types).flatMap((attach_type) =>
    effectiveArray(kernel, cgroup, attach_type).map(({ prog_id }) =>
      showProgram(kernel, prog_id, { attach_type }),
    ),
  );
}

function byNumber(types: Iterable<AttachType>): AttachType[] {
  return [...types].sort((a, b) => attachTypeNumber(a) - attachTypeNumber(b));
}

/** Its fields are written out, in bpftool's order: a large tree has ten thousand of these. */
function showProgram(
  kernel: Kernel,
  id: number,
  { attach_type, attach_flags }: Pick<ShownProgram, 'attach_type' | 'attach_flags'>,
): ShownProgram {
  return {
    id,
    attach_type,
    attach_flags,
    name: kernel.programs.get(id)?.prog_name ?? '',
    attach_btf_name: '',
    attach_btf_obj_id: 0,
    attach_btf_id: kernel.programs.get(id)?.btf.attach_btf_id ?? 0,
  };
}
