/** The lists of a cgroup as numbers in a snapshot, and back. */
import { type AttachType, attachTypeNumber, attachTypeOf } from './attach-type.ts';
import type { Mode } from './flags.ts';
import { type Cgroup, type Entry, type EntryList, type HookPart, NO_LISTS } from './kernel.ts';
import { hasHooks } from './lsm-hooks.ts';

const at = <T>(column: readonly T[], i: number): T => column[i] as T;

/** Stands for no lists, as nearly all cgroups have. */
const NONE = 0;

/** Of each list in the order of their types: {@link LIST_HEAD}, and two numbers for each entry. */
export type ListsValues = typeof NONE | readonly number[];

/** Attach type, mode, revision, and how many entries follow. */
const LIST_HEAD = 4;
/** By their numbers in a snapshot. */
const MODES: readonly Mode[] = ['none', 'override', 'multi'];
/** Of each hook of LSM_CGROUP, after the entries and the count of hooks. */
const PART_NUMBERS = 5;
/** What an entry is, beside its id. */
const LINK = 1;
const PREORDER = 2;

/** The lists of a cgroup as numbers. */
export function listsValues(lists: Cgroup['lists']): ListsValues {
  if (lists.size === 0) return NONE;
  const values: number[] = [];
  const types = [...lists.keys()];
  if (types.length > 1) types.sort((a, b) => attachTypeNumber(a) - attachTypeNumber(b));
  for (const type of types) {
    const { mode, revision, entries, parts } = lists.get(type) as EntryList;
    values.push(attachTypeNumber(type), MODES.indexOf(mode), revision, entries.length);
    for (const entry of entries) {
      const preorder = entry.preorder ? PREORDER : 0;
      if ('link_id' in entry) values.push(entry.link_id, LINK | preorder);
      else values.push(entry.prog_id, preorder);
    }
    if (parts === undefined) continue;
    values.push(parts.length);
    for (const part of parts) {
      values.push(part.slot, part.btf_id, MODES.indexOf(part.mode), part.revision, part.entries);
    }
  }
  return values;
}

/** The lists that numbers stand for. */
export function listsOfValues(values: ListsValues): Cgroup['lists'] {
  if (values === NONE) return NO_LISTS;
  const lists = new Map<AttachType, EntryList>();
  for (let i = 0; i < values.length; ) {
    const entries: Entry[] = [];
    const end = i + LIST_HEAD + 2 * at(values, i + 3);
    for (let j = i + LIST_HEAD; j < end; j += 2)
      entries.push(entryOf(at(values, j), at(values, j + 1)));
    const list = { mode: at(MODES, at(values, i + 1)), revision: at(values, i + 2), entries };
    const type = attachTypeOf(at(values, i));
    if (!hasHooks(type)) {
      lists.set(type, list);
      i = end;
      continue;
    }
    i = end + 1 + PART_NUMBERS * at(values, end);
    lists.set(type, { ...list, parts: partsOf(values.slice(end + 1, i)) });
  }
  return lists;
}

function partsOf(values: readonly number[]): HookPart[] {
  const parts: HookPart[] = [];
  for (let i = 0; i < values.length; i += PART_NUMBERS) {
    parts.push({
      slot: at(values, i),
      btf_id: at(values, i + 1),
      mode: at(MODES, at(values, i + 2)),
      revision: at(values, i + 3),
      entries: at(values, i + 4),
    });
  }
  return parts;
}

function entryOf(id: number, what: number): Entry {
  if (what & PREORDER) {
    return what & LINK ? { link_id: id, preorder: true } : { prog_id: id, preorder: true };
  }
  return what & LINK ? { link_id: id } : { prog_id: id };
}
