/** A cgroup's own entries for one attach type: reading, and the new list after a change. */
import type { AttachType } from './attach-type.ts';
import type { EntryHolder } from './effect.ts';
import { type Cgroup, type Entry, type EntryList, type Kernel, NO_LISTS } from './kernel.ts';

export const NEVER_USED: EntryList = { mode: 'none', revision: 1, entries: [] };

/** The list; a list that was never used is empty and has revision 1. */
export function listOf(cgroup: Cgroup, type: AttachType): EntryList {
  return cgroup.lists.get(type) ?? NEVER_USED;
}

/** Replaces the list of a cgroup (a row that may be changed) for an attach type. */
export function setList(cgroup: Cgroup, type: AttachType, list: EntryList): void {
  if (cgroup.lists === NO_LISTS) cgroup.lists = new Map();
  (cgroup.lists as Map<AttachType, EntryList>).set(type, list);
}

/** The program that an entry runs: its own, or its link's current one. */
export function progIdOf(kernel: Kernel, entry: EntryHolder): number {
  if ('prog_id' in entry) return entry.prog_id;
  const link = kernel.links.get(entry.link_id);
  if (link === undefined) throw new Error(`impossible state: entry of freed link ${entry.link_id}`);
  return link.prog_id;
}

/** Place of the entry that holds a program directly, or -1. */
export function indexOfProg(list: EntryList, progId: number): number {
  return list.entries.findIndex((entry) => 'prog_id' in entry && entry.prog_id === progId);
}

/** Place of a link's entry, or -1. */
export function indexOfLink(list: EntryList, linkId: number): number {
  return list.entries.findIndex((entry) => 'link_id' in entry && entry.link_id === linkId);
}

/** The list without the entry at `index`: the mode is forgotten when it becomes empty (§3). */
export function without(list: EntryList, index: number): EntryList {
  const entries = list.entries.toSpliced(index, 1);
  return {
    mode: entries.length === 0 ? 'none' : list.mode,
    revision: list.revision + 1,
    entries,
  };
}

/** What identifies an entry, without its flags. */
export function holderOf(entry: Entry): EntryHolder {
  return 'prog_id' in entry ? { prog_id: entry.prog_id } : { link_id: entry.link_id };
}
