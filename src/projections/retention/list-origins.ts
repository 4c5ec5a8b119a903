/**
 * The versions of lists before a cut that are still asked for: the one that holds there, and of each entry
 * that was attached directly the one that it came with, and the one before that. The origin of an entry is
 * found between the last version without it and the first one with it (`entry-origins.ts`).
 */
import type { Database, Queryable } from '../../events/storage/database.ts';
import { sqlArray } from '../../events/storage/sql-array.ts';
import { momentAt } from '../boots.ts';
import type { ListedEntry } from '../entries.ts';
import { entriesSince } from '../entry-origins.ts';
import type { Moment } from '../moment.ts';
import { parseType } from '../spelling.ts';
import type { Kept } from './kept.ts';

/** Lists with fewer versions than these keep them all. */
const VERSIONS_MIN = 8;
/** Lists of one page. */
const PAGE_LISTS = 200;
/** Rows that one statement removes. */
const PIECE_ROWS = 20_000;

interface List {
  readonly cgroup_id: number;
  readonly attach_type: string;
}

const LISTS = `
  select cgroup_id, attach_type from entry_versions
  where host_id = $1 and boot = $2 and position_from <= $3
    and (cgroup_id, attach_type) > ($4::int8, $5::text)
  group by cgroup_id, attach_type having count(*) >= $6
  order by cgroup_id, attach_type limit $7`;

const NEWEST = `
  select position_from, entries::json as entries from entry_versions
  where host_id = $1 and boot = $2 and position_from <= $3 and cgroup_id = $4 and attach_type = $5
  order by position_from desc limit 1`;

const BEFORE = `
  select o.position, (select max(v.position_from) from entry_versions v
    where v.host_id = $1 and v.boot = $2 and v.cgroup_id = $3 and v.attach_type = $4
      and v.position_from < o.position) as before
  from unnest($5::int8[]) as o(position)`;

const REMOVE = `
  with old as (
    select position_from from entry_versions
    where host_id = $1 and boot = $2 and cgroup_id = $3 and attach_type = $4
      and position_from <= $5 and position_from <> all ($6::int8[])
    order by position_from limit $7),
  gone as (
    delete from entry_versions v using old
    where v.host_id = $1 and v.boot = $2 and v.cgroup_id = $3 and v.attach_type = $4
      and v.position_from = old.position_from returning 1)
  select count(*)::int8 as count from gone`;

/** Removes the versions of lists that nobody asks for; how many. */
export async function removeListVersions(
  database: Database,
  { host_id, oldest }: Kept,
): Promise<number> {
  const moment = await momentAt(database, { host_id, position: oldest });
  if (moment === undefined) return 0;
  const { boot } = moment;
  let count = 0;
  for (let last: List = { cgroup_id: 0, attach_type: '' }; ; ) {
    const page = [host_id, boot, oldest, last.cgroup_id, last.attach_type];
    // It counts the versions of all lists, which may take longer than a question may.
    const lists = await database.transaction(
      (tx) => tx.query<List>(LISTS, [...page, VERSIONS_MIN, PAGE_LISTS]),
      'job',
    );
    for (const list of lists) count += await removeOf(database, moment, list);
    const end = lists.at(-1);
    if (end === undefined) return count;
    last = end;
  }
}

async function removeOf(database: Database, moment: Moment, list: List): Promise<number> {
  const { host_id, boot, position } = moment;
  const { cgroup_id, attach_type } = list;
  const kept = await listKept(database, moment, list);
  let count = 0;
  for (;;) {
    const removed = await database.transaction(
      (tx) =>
        tx.query<{ readonly count: number }>(REMOVE, [
          ...[host_id, boot, cgroup_id, attach_type, position, sqlArray(kept), PIECE_ROWS],
        ]),
      'job',
    );
    count += removed[0]?.count ?? 0;
    if ((removed[0]?.count ?? 0) < PIECE_ROWS) return count;
  }
}

/** The versions of a list that stay. */
async function listKept(
  database: Queryable,
  moment: Moment,
  { cgroup_id, attach_type }: List,
): Promise<number[]> {
  const { host_id, boot, position } = moment;
  const [newest] = await database.query<{
    readonly position_from: number;
    readonly entries: readonly ListedEntry[] | null;
  }>(NEWEST, [host_id, boot, position, cgroup_id, attach_type]);
  if (newest === undefined) return [];
  const direct = (newest.entries ?? []).flatMap(({ prog_id, link_id }) =>
    link_id === undefined ? [{ cgroup_id, prog_id }] : [],
  );
  const origins = await entriesSince(database, moment, parseType(attach_type), direct);
  const rows = await database.query<{ readonly position: number; readonly before: number | null }>(
    BEFORE,
    [host_id, boot, cgroup_id, attach_type, sqlArray(origins)],
  );
  const kept = rows.flatMap((row) => [row.position, ...(row.before === null ? [] : [row.before])]);
  return [...new Set([newest.position_from, ...kept])];
}
