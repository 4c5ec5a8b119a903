/**
 * Entries: a cgroup's own list for each attach type. A link's entry carries the program that the
 * link ran, so that the list, and the effective arrays made from lists, read without the links.
 */
import { type AttachType, attachTypeNumber } from '../domain/attach-type.ts';
import type { Mode } from '../domain/flags.ts';
import type { Entry, EntryList, Kernel } from '../domain/kernel.ts';
import { listOf, progIdOf } from '../domain/list.ts';
import { lineText, queryLine } from '../events/reading/host-line.ts';
import type { Queryable } from '../events/storage/database.ts';
import { sqlArray } from '../events/storage/sql-array.ts';
import { newestOf } from './line.ts';
import { at, type Moment } from './moment.ts';
import { projection } from './projection.ts';
import { entryVersions } from './schema.ts';
import { parseType, spellType } from './spelling.ts';
import type { ListKey } from './touched.ts';

/** One entry of a list. */
export interface ListedEntry {
  readonly prog_id: number;
  /** Absent for a program that is attached directly. */
  readonly link_id?: number;
  readonly preorder?: true;
}

export interface EntryListRow {
  readonly attach_type: AttachType;
  readonly mode: Mode;
  readonly revision: number;
  readonly entries: readonly ListedEntry[];
  /** Position from which it reads as it does here. */
  readonly position_from: number;
}

/** An entry with the program that it runs. */
export function describeEntry(kernel: Kernel, entry: Entry): ListedEntry {
  const prog_id = progIdOf(kernel, entry);
  if (entry.preorder) {
    const preorder = entry.preorder;
    return 'link_id' in entry
      ? { prog_id, link_id: entry.link_id, preorder }
      : { prog_id, preorder };
  }
  return 'link_id' in entry ? { prog_id, link_id: entry.link_id } : { prog_id };
}

export const entries = projection(entryVersions, (kernel: Kernel, key: ListKey) => {
  const cgroup = kernel.cgroups.get(key.cgroup_id);
  const list = cgroup && listOf(cgroup, key.attach_type);
  return {
    cgroup_id: key.cgroup_id,
    attach_type: spellType(key.attach_type),
    mode: list?.mode ?? null,
    revision: list?.revision ?? null,
    entries: list === undefined ? null : entriesText(kernel, list),
    gone: list === undefined,
  };
});

function entriesText(kernel: Kernel, { entries: held }: EntryList): string {
  return JSON.stringify(held.map((entry) => describeEntry(kernel, entry)));
}

const OF_CGROUP = lineText(
  (form) => `
  select attach_type, mode, revision, entries::json as entries, position_from
  from unnest($5::text[]) as wanted(type) cross join lateral ${newestOf(form, {
    table: 'entry_versions',
    columns: '*',
    where: 'boot = $2 and cgroup_id = $4 and attach_type = wanted.type',
  })} newest where not gone`,
);

type StoredEntryList = Omit<EntryListRow, 'attach_type'> & { readonly attach_type: string };

/** The lists of a cgroup that exist, in the order of the attach types' numbers. */
export async function listsOf(
  database: Queryable,
  moment: Moment,
  { cgroup_id, types }: { readonly cgroup_id: number; readonly types: readonly AttachType[] },
): Promise<EntryListRow[]> {
  const params = [...at(moment), cgroup_id, sqlArray(types.map(spellType))] as const;
  const rows = await queryLine<StoredEntryList>(database, OF_CGROUP, params);
  return rows
    .map((row): EntryListRow => ({ ...row, attach_type: parseType(row.attach_type) }))
    .sort((a, b) => attachTypeNumber(a.attach_type) - attachTypeNumber(b.attach_type));
}
