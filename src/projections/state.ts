/**
 * The whole world of one boot as plain data, read off a kernel and always in the same order: two
 * equal states are equal text.
 */
import { type AttachType, attachTypeNumber } from '../domain/attach-type.ts';
import { effectiveArray, type Slot } from '../domain/effective.ts';
import type { Mode } from '../domain/flags.ts';
import type { Boot, BpffsNode, BpfMap, Cgroup, Kernel, Link, Program } from '../domain/kernel.ts';
import { type ListedEntry, listedEntry } from './entries.ts';
import { type Holders, holdersOf } from './holders.ts';
import { byBytes } from './order.ts';
import { type ProcessView, processesOf } from './processes.ts';

export interface AttachedView {
  readonly attach_type: AttachType;
  readonly mode: Mode;
  readonly revision: number;
  readonly entries: readonly ListedEntry[];
}

export interface EffectiveView {
  readonly attach_type: AttachType;
  readonly slots: readonly Slot[];
}

export interface CgroupView {
  readonly cgroup_id: number;
  /** 0 for the root. */
  readonly parent_id: number;
  readonly path: string;
  /** Child cgroups. */
  readonly children: number;
  /** Living processes in it. */
  readonly processes: number;
  /** Its own lists, one for each attach type that was ever used there. */
  readonly attached: readonly AttachedView[];
  /** What runs on it; attach types without programs are left out. */
  readonly effective: readonly EffectiveView[];
}

export type ProgramView = Omit<Program, 'id'> & {
  readonly prog_id: number;
  readonly held_by: Holders;
};
export type LinkView = Omit<Link, 'id'> & { readonly link_id: number; readonly held_by: Holders };
export type MapView = Omit<BpfMap, 'id'> & { readonly map_id: number; readonly held_by: Holders };
export type PathView = BpffsNode & { readonly path: string };

export interface WorldState {
  readonly boot: Boot;
  readonly cgroups: readonly CgroupView[];
  readonly programs: readonly ProgramView[];
  readonly links: readonly LinkView[];
  readonly maps: readonly MapView[];
  /** Pins and directories of the bpffs, by path. */
  readonly bpffs: readonly PathView[];
  readonly processes: readonly ProcessView[];
}

/** Everything that a kernel holds, in the order of ids, numbers and paths. */
export function stateOf(kernel: Kernel): WorldState {
  const heldBy = holdersOf(kernel);
  return {
    boot: kernel.boot,
    cgroups: cgroupsOf(kernel),
    programs: byId(kernel.programs.values()).map(({ id, ...program }) => ({
      prog_id: id,
      ...program,
      held_by: heldBy('prog', id),
    })),
    links: byId(kernel.links.values()).map(({ id, ...link }) => ({
      link_id: id,
      ...link,
      held_by: heldBy('link', id),
    })),
    maps: byId(kernel.maps.values()).map(({ id, ...map }) => ({
      map_id: id,
      ...map,
      held_by: heldBy('map', id),
    })),
    bpffs: [...kernel.bpffs.entries()]
      .sort(([a], [b]) => byBytes(a, b))
      .map(([path, node]) => ({ path, ...node })),
    processes: processesOf(kernel),
  };
}

function cgroupsOf(kernel: Kernel): CgroupView[] {
  const effective = effectiveViews(kernel);
  return byId(kernel.cgroups.values()).map((cgroup) => ({
    cgroup_id: cgroup.id,
    parent_id: cgroup.parent_id,
    path: cgroup.path,
    children: cgroup.children,
    processes: cgroup.processes,
    attached: attachedTo(kernel, cgroup),
    effective: effective(cgroup),
  }));
}

/** A cgroup's own lists, in the order of the attach types' numbers. */
export function attachedTo(kernel: Kernel, cgroup: Cgroup): AttachedView[] {
  return byNumber(cgroup.lists.keys()).flatMap((attach_type) => {
    const list = cgroup.lists.get(attach_type);
    if (list === undefined) return [];
    const entries = list.entries.map((entry) => listedEntry(kernel, entry));
    return [{ attach_type, mode: list.mode, revision: list.revision, entries }];
  });
}

/**
 * The effective arrays of cgroups. Those without a list of their own share their parent's, so a
 * wide tree costs what its cgroups with lists cost.
 */
function effectiveViews(kernel: Kernel): (cgroup: Cgroup) => readonly EffectiveView[] {
  const known = new Map<number, readonly EffectiveView[]>();
  const written = new Set<number>();
  for (const { cgroup_id } of kernel.writtenArrays.values()) written.add(cgroup_id);
  const types = usedTypes(kernel);
  return function viewsOf(cgroup: Cgroup): readonly EffectiveView[] {
    const found = known.get(cgroup.id);
    if (found !== undefined) return found;
    const parent = kernel.cgroups.get(cgroup.parent_id);
    const inherits =
      parent !== undefined &&
      cgroup.lists.size === 0 &&
      !written.has(cgroup.id) &&
      !written.has(parent.id);
    const views = inherits ? viewsOf(parent) : effectiveOn(kernel, cgroup, types);
    known.set(cgroup.id, views);
    return views;
  };
}

/** What runs on a cgroup, for those of the given attach types that have programs there. */
function effectiveOn(
  kernel: Kernel,
  cgroup: Cgroup,
  types: readonly AttachType[],
): readonly EffectiveView[] {
  return types
    .map((attach_type) => ({ attach_type, slots: effectiveArray(kernel, cgroup, attach_type) }))
    .filter(({ slots }) => slots.length > 0);
}

/** Attach types that any cgroup has a list for, by number. */
function usedTypes(kernel: Kernel): AttachType[] {
  const types = new Set<AttachType>();
  for (const { lists } of kernel.cgroups.values()) for (const type of lists.keys()) types.add(type);
  return byNumber(types);
}

function byId<T extends { readonly id: number }>(rows: Iterable<T>): T[] {
  return [...rows].sort((a, b) => a.id - b.id);
}

function byNumber(types: Iterable<AttachType>): AttachType[] {
  return [...types].sort((a, b) => attachTypeNumber(a) - attachTypeNumber(b));
}
