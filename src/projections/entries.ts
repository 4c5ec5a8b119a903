/**
 * Entries: a cgroup's own list for each attach type. A link's entry carries the program that the
 * link ran, so that the list, and the effective arrays made from lists, read without the links.
 */
import { type AttachType, attachTypeNumber } from '../domain/attach-type.ts';
import type { Mode } from '../domain/flags.ts';
import type { Entry, EntryList, Kernel } from '../domain/kernel.ts';
import { listOf, progIdOf } from '../domain/list.ts';
import type { Queryable } from '../events/database.ts';
import { at, type Moment } from './moment.ts';
import { projection } from './projection.ts';
import { entryVersions } from './schema.ts';
import { spelled, unspelled } from './spelling.ts';
import type { ListKey } from './touched.ts';

/** One entry as it stands in a list. */
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
export function listedEntry(kernel: Kernel, entry: Entry): ListedEntry {
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
    attach_type: spelled(key.attach_type),
    mode: list?.mode ?? null,
    revision: list?.revision ?? null,
    entries: list === undefined ? null : entriesText(kernel, list),
    gone: list === undefined,
  };
});

function entriesText(kernel: Kernel, { entries: held }: EntryList): string {
  return JSON.stringify(held.map((entry) => listedEntry(kernel, entry)));
}

// Steps from type to type in the index: a list may have any number of versions, and a cgroup has
// few types.
const OF_CGROUP = `
  with recursive types as (
    (select attach_type from entry_versions_of_line
      where host_id = $1 and boot = $2 and cgroup_id = $4
      order by attach_type limit 1)
    union all
    select (select e.attach_type from entry_versions_of_line e
      where e.host_id = $1 and e.boot = $2 and e.cgroup_id = $4
        and e.attach_type > types.attach_type
      order by e.attach_type limit 1)
    from types where types.attach_type is not null)
  select types.attach_type, mode, revision, entries::json as entries, position_from
  from types cross join lateral (
    select * from entry_versions_of_line e
    where e.host_id = $1 and e.boot = $2 and e.cgroup_id = $4
      and e.attach_type = types.attach_type and e.position_from <= $3
    order by e.position_from desc limit 1) newest
  where not gone and not exists (
    select from cgroup_versions_of_line g
    where g.host_id = $1 and g.boot = $2 and g.cgroup_id = $4 and g.gone
      and g.position_from <= $3)`;

type Stored = Omit<EntryListRow, 'attach_type'> & { readonly attach_type: string };

/**
 * The lists of a living cgroup, in the order of the attach types' numbers: one for each type that
 * was ever used there, also when it is empty by now. A list that is not named has revision 1.
 */
export async function entriesOf(
  database: Queryable,
  moment: Moment,
  cgroupId: number,
): Promise<EntryListRow[]> {
  const rows = await database.query<Stored>(OF_CGROUP, [...at(moment), cgroupId]);
  return rows
    .map((row): EntryListRow => ({ ...row, attach_type: unspelled(row.attach_type) }))
    .sort((a, b) => attachTypeNumber(a.attach_type) - attachTypeNumber(b.attach_type));
}
