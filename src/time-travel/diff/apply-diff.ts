/** Applies a difference of two states to the first; gives the second. */

import { type AttachType, attachTypeNumber } from '../../domain/attach-type.ts';
import type { Slot } from '../../domain/effective.ts';
import { byBytes } from '../../projections/order.ts';
import type { AttachedView, CgroupView, WorldState } from '../../projections/state.ts';
import type { SlotHolder } from './array-changes.ts';
import { applyRows } from './rows.ts';
import { applySequence } from './sequence.ts';
import { type CgroupRowView, entryIdentity, KEYS, type StateDiff } from './state-diff.ts';

/** The state that `diff` leads to from `before`. */
export function applyDiff(before: WorldState, diff: StateDiff): WorldState {
  const from = diff.boot === undefined ? before : emptyState(diff.boot.is);
  const byId = (a: object, b: object): number => idOf(a) - idOf(b);
  return {
    boot: from.boot,
    cgroups: cgroupsAfter(from.cgroups, diff).sort(byId),
    programs: applyRows(from.programs, diff.programs, KEYS.programs).sort(byId),
    links: applyRows(from.links, diff.links, KEYS.links).sort(byId),
    maps: applyRows(from.maps, diff.maps, KEYS.maps).sort(byId),
    bpffs: applyRows(from.bpffs, diff.bpffs, KEYS.bpffs).sort((a, b) => byBytes(a.path, b.path)),
    processes: applyRows(from.processes, diff.processes, KEYS.processes).sort(byId),
  };
}

function emptyState(boot: WorldState['boot']): WorldState {
  return { boot, cgroups: [], programs: [], links: [], maps: [], bpffs: [], processes: [] };
}

/** The first field of a row is its id. */
function idOf(row: object): number {
  return Object.values(row)[0] as number;
}

type Arrays = Map<AttachType, readonly Slot[]>;

function cgroupsAfter(before: readonly CgroupView[], diff: StateDiff): CgroupView[] {
  const lists = listsAfter(before, diff);
  const arrays = arraysAfter(before, diff);
  /** Where the entry of a slot stands in its list now. */
  const placeSlot = (holder: SlotHolder, type: AttachType): Slot => {
    if (holder.cgroup_id === undefined) return holder;
    const entries = lists.get(holder.cgroup_id)?.get(type)?.entries ?? [];
    const identity = entryIdentity(holder);
    return { ...holder, index: entries.findIndex((entry) => entryIdentity(entry) === identity) };
  };
  return applyRows<CgroupRowView>(before, diff.cgroups, KEYS.cgroups).map((row) => {
    const attached = [...(lists.get(row.cgroup_id)?.values() ?? [])];
    const effective = [...(arrays.get(row.cgroup_id) ?? [])]
      .filter(([, slots]) => slots.length > 0)
      .map(([attach_type, slots]) => ({
        attach_type,
        slots: slots.map((slot) => placeSlot(slot, attach_type)),
      }));
    return { ...row, attached: attached.sort(byType), effective: effective.sort(byType) };
  });
}

function byType(a: { attach_type: AttachType }, b: { attach_type: AttachType }): number {
  return attachTypeNumber(a.attach_type) - attachTypeNumber(b.attach_type);
}

function listsAfter(before: readonly CgroupView[], diff: StateDiff) {
  const lists = new Map(
    before.map(({ cgroup_id, attached }) => [
      cgroup_id,
      new Map(attached.map((list) => [list.attach_type, list])),
    ]),
  );
  for (const { cgroup_id, attach_type, is, entries } of diff.lists) {
    const own = lists.get(cgroup_id) ?? new Map<AttachType, AttachedView>();
    lists.set(cgroup_id, own);
    const was = own.get(attach_type)?.entries ?? [];
    if (is === undefined) own.delete(attach_type);
    else own.set(attach_type, { attach_type, ...is, entries: applySequence(was, entries) });
  }
  return lists;
}

function arraysAfter(before: readonly CgroupView[], diff: StateDiff): Map<number, Arrays> {
  const arrays = new Map<number, Arrays>(
    before.map(({ cgroup_id, effective }) => [
      cgroup_id,
      new Map(effective.map(({ attach_type, slots }) => [attach_type, slots])),
    ]),
  );
  for (const { cgroup_id, attach_type, slots, same_in } of diff.effective) {
    for (const id of [cgroup_id, ...same_in]) {
      const own: Arrays = arrays.get(id) ?? new Map();
      arrays.set(id, own);
      own.set(attach_type, applySequence<SlotHolder>(own.get(attach_type) ?? [], slots));
    }
  }
  return arrays;
}
