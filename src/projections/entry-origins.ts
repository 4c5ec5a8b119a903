/** The origin of entries: the positions of the events that attached them. */
import type { AttachType } from '../domain/attach-type.ts';
import { lineText, queryLine } from '../events/reading/host-line.ts';
import type { Queryable } from '../events/storage/database.ts';
import { sqlArray } from '../events/storage/sql-array.ts';
import { firstOf, newestOf } from './line.ts';
import { at, type Moment } from './moment.ts';
import { spellType } from './spelling.ts';

const OF_LIST = 'boot = $2 and cgroup_id = wanted.cgroup_id and attach_type = $4';

const NEWEST = {
  table: 'entry_versions',
  columns: 'position_from, mode',
  where: OF_LIST,
};

/** The newest version in which the wanted program is not attached directly. */
const NEWEST_WITHOUT = {
  table: 'entry_versions',
  columns: 'position_from',
  where: `${OF_LIST} and not exists (
    select from json_array_elements(coalesce(entries, '[]')::json) as entry
    where entry ->> 'link_id' is null and (entry ->> 'prog_id')::int8 = wanted.prog_id)`,
};

const FIRST_WITH = {
  table: 'entry_versions',
  columns: 'position_from',
  where: `${OF_LIST} and position_from > coalesce(without.position_from, 0)`,
};

// A list that is not in multi mode holds one entry, and each of its versions is another attach.
const ENTRIES_SINCE = lineText(
  (form) => `
  select case when newest.mode <> 'multi' then newest.position_from else (
      select first.position_from
      from (select) one left join lateral ${newestOf(form, NEWEST_WITHOUT)} without on true
      cross join lateral ${firstOf(form, FIRST_WITH)} first) end as position
  from unnest($5::int8[], $6::int8[]) with ordinality as wanted(cgroup_id, prog_id, nth)
  left join lateral ${newestOf(form, NEWEST)} newest on true order by nth`,
);

/** A program that is attached directly in the list of a cgroup. */
export interface DirectEntry {
  readonly cgroup_id: number;
  readonly prog_id: number;
}

/** The events that attached programs directly, in lists for a type. */
export async function entriesSince(
  database: Queryable,
  moment: Moment,
  attach_type: AttachType,
  entries: readonly DirectEntry[],
): Promise<number[]> {
  if (entries.length === 0) return [];
  const rows = await queryLine<{ position: number | null }>(database, ENTRIES_SINCE, [
    ...at(moment),
    spellType(attach_type),
    sqlArray(entries.map(({ cgroup_id }) => cgroup_id)),
    sqlArray(entries.map(({ prog_id }) => prog_id)),
  ]);
  return rows.map(({ position }, i) => {
    if (position !== null) return position;
    throw new Error(`program ${entries[i]?.prog_id} does not stand in the list`);
  });
}

const OF_LINK = {
  table: 'link_versions',
  columns: 'position_from',
  where: 'boot = $2 and link_id = wanted.link_id and cgroup_id <> 0',
};

const LINKS_SINCE = lineText(
  (form) => `
  select first.position_from as created, newest.position_from as updated
  from unnest($4::int8[]) with ordinality as wanted(link_id, nth)
  left join lateral ${firstOf(form, OF_LINK)} first on true
  left join lateral ${newestOf(form, OF_LINK)} newest on true order by nth`,
);

export interface LinkOrigin {
  /** The link_create that made its entry. */
  readonly created: number;
  /** The last link_update; the same as `created` when there was none. */
  readonly updated: number;
}

/** The events that made links and last gave them a program. */
export async function linksSince(
  database: Queryable,
  moment: Moment,
  linkIds: readonly number[],
): Promise<LinkOrigin[]> {
  if (linkIds.length === 0) return [];
  const rows = await queryLine<{ created: number | null; updated: number | null }>(
    database,
    LINKS_SINCE,
    [...at(moment), sqlArray(linkIds)],
  );
  return rows.map(({ created, updated }, i) => {
    if (created !== null && updated !== null) return { created, updated };
    throw new Error(`there was no link ${linkIds[i]}`);
  });
}

const WRITTEN_SINCE = lineText(
  (form) =>
    `select position_from as position from ${newestOf(form, {
      table: 'written_array_versions',
      columns: 'position_from',
      where: 'boot = $2 and cgroup_id = $4 and attach_type = $5 and prog_ids is not null',
    })} newest`,
);

/** The event in which a kernel bug wrote an array. */
export async function findWrittenSince(
  database: Queryable,
  moment: Moment,
  place: { readonly cgroup_id: number; readonly attach_type: AttachType },
): Promise<number> {
  const params = [...at(moment), place.cgroup_id, spellType(place.attach_type)] as const;
  const [row] = await queryLine<{ position: number }>(database, WRITTEN_SINCE, params);
  if (row === undefined) throw new Error(`no array was written at cgroup ${place.cgroup_id}`);
  return row.position;
}
