/** Where the entries of lists come from: the positions of the events that put them there. */
import type { AttachType } from '../domain/attach-type.ts';
import type { Queryable } from '../events/database.ts';
import { at, type Moment } from './moment.ts';
import { spelled } from './spelling.ts';

const OF_LIST = `e.host_id = $1 and e.boot = $2 and e.position_from <= $3
  and e.cgroup_id = $4 and e.attach_type = $5`;

// A list that is not in multi mode holds one entry, and each of its versions is another attach.
const ENTRY_SINCE = `
  select coalesce(
    (select case when e.mode <> 'multi' then e.position_from end from entry_versions_of_line e
      where ${OF_LIST} order by e.position_from desc limit 1),
    (select min(e.position_from) from entry_versions_of_line e
      where ${OF_LIST} and e.position_from > coalesce((
        select e.position_from from entry_versions_of_line e
        where ${OF_LIST} and not exists (
          select from json_array_elements(coalesce(e.entries, '[]')::json) as entry
          where entry ->> 'link_id' is null and (entry ->> 'prog_id')::int8 = $6)
        order by e.position_from desc limit 1), 0))) as position`;

/** The event that attached a program, which stands directly in a list, to it. */
export async function entrySince(
  database: Queryable,
  moment: Moment,
  entry: {
    readonly cgroup_id: number;
    readonly attach_type: AttachType;
    readonly prog_id: number;
  },
): Promise<number> {
  const { cgroup_id, attach_type, prog_id } = entry;
  const params = [...at(moment), cgroup_id, spelled(attach_type), prog_id];
  const [row] = await database.query<{ position: number | null }>(ENTRY_SINCE, params);
  if (row?.position == null) throw new Error(`program ${prog_id} does not stand in the list`);
  return row.position;
}

const OF_LINK = `from link_versions_of_line
  where host_id = $1 and boot = $2 and position_from <= $3 and link_id = $4 and cgroup_id <> 0`;

const LINK_SINCE = `
  select (select position_from ${OF_LINK} order by position_from limit 1) as created,
    (select position_from ${OF_LINK} order by position_from desc limit 1) as updated`;

export interface LinkOrigin {
  /** The link_create that made its entry. */
  readonly created: number;
  /** The last link_update; the same as `created` when there was none. */
  readonly updated: number;
}

/** The events that made a link and last gave it a program. */
export async function linkSince(
  database: Queryable,
  moment: Moment,
  linkId: number,
): Promise<LinkOrigin> {
  const [row] = await database.query<{ created: number | null; updated: number | null }>(
    LINK_SINCE,
    [...at(moment), linkId],
  );
  if (row?.created == null || row.updated == null) throw new Error(`there was no link ${linkId}`);
  return { created: row.created, updated: row.updated };
}

const WRITTEN_SINCE = `
  select position_from as position from written_array_versions_of_line e
  where ${OF_LIST} and prog_ids is not null order by position_from desc limit 1`;

/** The event in which a kernel bug wrote an array. */
export async function writtenSince(
  database: Queryable,
  moment: Moment,
  place: { readonly cgroup_id: number; readonly attach_type: AttachType },
): Promise<number> {
  const params = [...at(moment), place.cgroup_id, spelled(place.attach_type)];
  const [row] = await database.query<{ position: number }>(WRITTEN_SINCE, params);
  if (row === undefined) throw new Error(`no array was written at cgroup ${place.cgroup_id}`);
  return row.position;
}
