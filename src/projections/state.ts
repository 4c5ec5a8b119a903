/**
 * The whole state of one boot as plain data, read from a kernel and always in the same order: two
 * equal states are equal text.
 */
import { type AttachType, attachTypeNumber } from '../domain/attach-type.ts';
import { effectiveArray, parentOf, type Slot } from '../domain/effective.ts';
import type { Mode } from '../domain/flags.ts';
import type { Boot, BpffsNode, Cgroup, Element, Kernel } from '../domain/kernel.ts';
import type { MapType } from '../domain/map-type.ts';
import type { ProgType } from '../domain/prog-type.ts';
import { mapInTurns, type Pausing } from '../events/turns.ts';
import { inNameOrder } from './boots.ts';
import { describeEntry, type ListedEntry } from './entries.ts';
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

export interface ProgramView {
  readonly prog_id: number;
  readonly prog_type: ProgType;
  readonly expected_attach_type: AttachType;
  readonly enforced: boolean;
  readonly prog_name: string;
  readonly tag: string;
  readonly uid: number;
  readonly map_ids: readonly number[];
  readonly storage_map_ids: readonly number[];
  /** Open file descriptions, pins, entries and links that hold it. */
  readonly refs: number;
  readonly held_by: Holders;
}

export interface LinkView {
  readonly link_id: number;
  readonly prog_id: number;
  readonly attach_type: AttachType;
  /** 0 once the link is defunct. */
  readonly cgroup_id: number;
  readonly refs: number;
  readonly held_by: Holders;
}

export interface MapView {
  readonly map_id: number;
  readonly map_type: MapType;
  readonly key_size: number;
  readonly value_size: number;
  readonly max_entries: number;
  readonly map_name: string;
  /** Storages newest first; plain elements by key. */
  readonly elements: readonly Element[];
  readonly refs: number;
  readonly held_by: Holders;
}

/** A pin, a directory of the bpffs, or a symlink there. */
export interface PathView {
  readonly path: string;
  readonly kind: BpffsNode['kind'];
  /** The pinned object; 0 for a directory and a symlink. */
  readonly object_id: number;
  /** Of a symlink where it leads. */
  readonly target?: string;
  readonly uid: number;
  readonly mode: number;
}

export interface WorldState {
  readonly boot: Boot;
  readonly cgroups: readonly CgroupView[];
  readonly programs: readonly ProgramView[];
  readonly links: readonly LinkView[];
  readonly maps: readonly MapView[];
  /** Names on the bpffs, by path. */
  readonly bpffs: readonly PathView[];
  readonly processes: readonly ProcessView[];
}

/**
 * Everything that a kernel holds, in the order of ids, numbers and paths. The kernel must not
 * change meanwhile.
 */
export function* stateOf(kernel: Kernel): Pausing<WorldState> {
  const heldBy = holdersOf(kernel);
  yield;
  return {
    boot: bootOf(kernel),
    cgroups: yield* cgroupsOf(kernel),
    programs: yield* mapInTurns(byId(kernel.programs.values()), (program) => ({
      prog_id: program.id,
      prog_type: program.prog_type,
      expected_attach_type: program.expected_attach_type,
      enforced: program.enforced,
      prog_name: program.prog_name,
      tag: program.tag,
      uid: program.uid,
      map_ids: program.map_ids,
      storage_map_ids: program.storage_map_ids,
      refs: program.refs,
      held_by: heldBy('prog', program.id),
    })),
    links: yield* mapInTurns(
      byId(kernel.links.values()),
      ({ id, prog_id, attach_type, cgroup_id, refs }) => ({
        link_id: id,
        prog_id,
        attach_type,
        cgroup_id,
        refs,
        held_by: heldBy('link', id),
      }),
    ),
    maps: yield* mapInTurns(byId(kernel.maps.values()), (map) => ({
      map_id: map.id,
      map_type: map.map_type,
      key_size: map.key_size,
      value_size: map.value_size,
      max_entries: map.max_entries,
      map_name: map.map_name,
      elements: map.elements,
      refs: map.refs,
      held_by: heldBy('map', map.id),
    })),
    bpffs: [...kernel.bpffs.entries()]
      .sort(([a], [b]) => byBytes(a, b))
      .map(([path, { kind, id, target, uid, mode }]) => {
        const leads = kind === 'symlink' ? { target } : {};
        return { path, kind, object_id: id, ...leads, uid, mode };
      }),
    processes: yield* processesOf(kernel),
  };
}

function bootOf({ boot: { number, boot_id, release, config } }: Kernel): Boot {
  return { number, boot_id, release, config: inNameOrder(config) };
}

function* cgroupsOf(kernel: Kernel): Pausing<CgroupView[]> {
  const effective = effectiveViews(kernel);
  yield;
  return yield* mapInTurns(byId(kernel.cgroups.values()), (cgroup) => ({
    cgroup_id: cgroup.id,
    parent_id: cgroup.parent_id,
    path: cgroup.path,
    children: cgroup.children,
    processes: cgroup.processes,
    attached: listAttached(kernel, cgroup),
    effective: effective(cgroup),
  }));
}

/** A cgroup's own lists, in the order of the attach types' numbers. */
export function listAttached(kernel: Kernel, cgroup: Cgroup): AttachedView[] {
  return byNumber(cgroup.lists.keys()).flatMap((attach_type) => {
    const list = cgroup.lists.get(attach_type);
    if (list === undefined) return [];
    const entries = list.entries.map((entry) => describeEntry(kernel, entry));
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
  const types = collectTypes(kernel);
  return function viewsOf(cgroup: Cgroup): readonly EffectiveView[] {
    const found = known.get(cgroup.id);
    if (found !== undefined) return found;
    const parent = parentOf(kernel, cgroup);
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
function collectTypes(kernel: Kernel): AttachType[] {
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
