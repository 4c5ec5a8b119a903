/** The lists of a cgroup as numbers, for its row in a snapshot, and back. */
import { type AttachType, attachTypeNumber, attachTypeOf } from './attach-type.ts';
import type { Mode } from './flags.ts';
import { type Cgroup, type Entry, type EntryList, NO_LISTS } from './kernel.ts';

/** Of each list in the order of their types: {@link LIST_HEAD}, and two numbers for each entry. */
type ListsValues = 0 | readonly number[];

/** Attach type, mode, revision, and how many entries follow. */
const LIST_HEAD = 4;
const at = <T>(column: readonly T[], i: number): T => column[i] as T;

/** By their numbers in a snapshot. */
const MODES: readonly Mode[] = ['none', 'override', 'multi'];
/** What an entry is, beside its id. */
const LINK = 1;
const PREORDER = 2;

export function listsValues(lists: Cgroup['lists']): ListsValues {
  if (lists.size === 0) return 0;
  const values: number[] = [];
  const types = [...lists.keys()];
  if (types.length > 1) types.sort((a, b) => attachTypeNumber(a) - attachTypeNumber(b));
  for (const type of types) {
    const { mode, revision, entries } = lists.get(type) as EntryList;
    values.push(attachTypeNumber(type), MODES.indexOf(mode), revision, entries.length);
    for (const entry of entries) {
      const preorder = entry.preorder ? PREORDER : 0;
      if ('link_id' in entry) values.push(entry.link_id, LINK | preorder);
      else values.push(entry.prog_id, preorder);
    }
  }
  return values;
}

export function listsOfValues(values: ListsValues): Cgroup['lists'] {
  if (values === 0) return NO_LISTS;
  const lists = new Map<AttachType, EntryList>();
  for (let i = 0; i < values.length; ) {
    const entries: Entry[] = [];
    const end = i + LIST_HEAD + 2 * at(values, i + 3);
    for (let j = i + LIST_HEAD; j < end; j += 2)
      entries.push(entryOf(at(values, j), at(values, j + 1)));
    const list = { mode: at(MODES, at(values, i + 1)), revision: at(values, i + 2), entries };
    lists.set(attachTypeOf(at(values, i)), list);
    i = end;
  }
  return lists;
}

function entryOf(id: number, what: number): Entry {
  if (what & PREORDER) {
    return what & LINK ? { link_id: id, preorder: true } : { prog_id: id, preorder: true };
  }
  return what & LINK ? { link_id: id } : { prog_id: id };
}
