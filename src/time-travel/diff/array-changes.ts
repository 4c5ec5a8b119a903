/**
 * Changes of effective arrays. One attach at the root changes the array of every cgroup below, so
 * cgroups whose array was their parent's, and still is, are listed in the parent's change.
 */
import { isDeepStrictEqual } from 'node:util';
import type { AttachType } from '../../domain/attach-type.ts';
import { parentIn, type Slot } from '../../domain/effective.ts';
import { type Pausing, walk } from '../../events/turns.ts';
import type { CgroupView } from '../../projections/state.ts';
import { type Subject, subject } from '../subjects/subject.ts';
import type { CausesOf } from './causes.ts';
import type { Caused } from './rows.ts';
import { type SequenceChange, sequenceChanges } from './sequence.ts';

/** A slot without its place in the list that it comes from, which neighbours change. */
export type SlotHolder = Omit<Slot, 'index'>;

export interface ArrayChange extends Caused {
  readonly cgroup_id: number;
  readonly path: string;
  readonly attach_type: AttachType;
  readonly slots: readonly SequenceChange<SlotHolder>[];
  /** Ids of cgroups below whose arrays were the same and changed in the same way. */
  readonly same_in: readonly number[];
}

const NO_SLOTS: readonly Slot[] = [];

interface Pair {
  readonly was: readonly Slot[];
  readonly is: readonly Slot[];
}

interface ArrayDifference extends Pair {
  readonly change: Omit<ArrayChange, 'same_in'>;
  readonly same_in: number[];
}

/** The arrays that differ, in the order of the cgroups after. */
export function* arrayChanges(
  before: readonly CgroupView[],
  after: readonly CgroupView[],
  causes: CausesOf,
): Pausing<ArrayChange[]> {
  const wasById = new Map<number, CgroupView>();
  yield* walk(before, (cgroup) => wasById.set(cgroup.cgroup_id, cgroup));
  const isById = new Map<number, CgroupView>();
  yield* walk(after, (cgroup) => isById.set(cgroup.cgroup_id, cgroup));
  const found = new Map<string, ArrayDifference>();
  const all: ArrayDifference[] = [];
  yield* walk(after, (cgroup) => {
    const { cgroup_id, parent_id, path } = cgroup;
    const known = wasById.get(cgroup_id);
    for (const attach_type of typesOf(known, cgroup)) {
      const pair = { was: slotsOf(known, attach_type), is: slotsOf(cgroup, attach_type) };
      if (sameSlots(pair.was, pair.is)) continue;
      const parent = found.get(`${parent_id} ${attach_type}`);
      if (
        parent !== undefined &&
        sameSlots(parent.was, pair.was) &&
        sameSlots(parent.is, pair.is)
      ) {
        parent.same_in.push(cgroup_id);
        found.set(`${cgroup_id} ${attach_type}`, parent);
        continue;
      }
      const slots = sequenceChanges(pair.was.map(holderOf), pair.is.map(holderOf), {
        identity: slotIdentity,
        same: isDeepStrictEqual,
      });
      const because = causes(reasons([wasById, isById], cgroup_id, attach_type));
      const change = { cgroup_id, path, attach_type, slots, because };
      const one: ArrayDifference = { ...pair, change, same_in: [] };
      found.set(`${cgroup_id} ${attach_type}`, one);
      all.push(one);
    }
  });
  return all.map(({ change, same_in }) => ({ ...change, same_in }));
}

function typesOf(...cgroups: readonly (CgroupView | undefined)[]): Set<AttachType> {
  return new Set(
    cgroups.flatMap((cgroup) => cgroup?.effective.map(({ attach_type }) => attach_type) ?? []),
  );
}

function slotsOf(cgroup: CgroupView | undefined, type: AttachType): readonly Slot[] {
  return cgroup?.effective.find(({ attach_type }) => attach_type === type)?.slots ?? NO_SLOTS;
}

/** Cgroups that inherit share one array, so most comparisons end immediately. */
function sameSlots(a: readonly Slot[], b: readonly Slot[]): boolean {
  return a === b || isDeepStrictEqual(a.map(holderOf), b.map(holderOf));
}

function holderOf({ index: _, ...holder }: Slot): SlotHolder {
  return holder;
}

/** The identity of a slot: its link, or its program and the cgroup that it is attached to. */
function slotIdentity({ prog_id, cgroup_id, link_id }: SlotHolder): string {
  return link_id === undefined ? `prog ${prog_id} at ${cgroup_id ?? '-'}` : `link ${link_id}`;
}

/** An array changes with the lists of its cgroup and of those above, and with the cgroup itself. */
function reasons(
  worlds: readonly ReadonlyMap<number, CgroupView>[],
  cgroupId: number,
  type: AttachType,
): Subject[] {
  const lists = worlds.flatMap((cgroups) => {
    const chain: Subject[] = [];
    for (let at = cgroups.get(cgroupId); at !== undefined; at = parentIn(cgroups, at)) {
      chain.push(subject.list(at.cgroup_id, type));
    }
    return chain;
  });
  const isNew = worlds.some((cgroups) => !cgroups.has(cgroupId));
  return [...lists, subject.written(cgroupId, type), ...(isNew ? [subject.cgroup(cgroupId)] : [])];
}
