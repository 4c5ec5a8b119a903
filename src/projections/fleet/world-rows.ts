/** Cgroups and entries of several hosts, now or at a time, as effective arrays are made of them. */
import type { AttachType } from '../../domain/attach-type.ts';
import type { Mode } from '../../domain/flags.ts';
import type { Queryable } from '../../events/storage/database.ts';
import { sqlArray } from '../../events/storage/sql-array.ts';
import { parseType, spellType } from '../spelling.ts';
import { ConditionList } from './lasting.ts';
import type { ProgramMatch } from './program-lives.ts';

/** Of some hosts, at a time (microseconds since the epoch) or now. */
export interface WorldQuestion {
  readonly hosts?: readonly number[] | undefined;
  readonly time?: number | undefined;
}

export interface CgroupLifeRow {
  readonly host_id: number;
  readonly boot: number;
  readonly cgroup_id: number;
  readonly parent_id: number;
  readonly path: string;
}

export interface EntryLifeRow {
  readonly host_id: number;
  readonly cgroup_id: number;
  readonly attach_type: AttachType;
  readonly mode: Mode;
  readonly prog_id: number;
  readonly link_id: number | null;
  readonly preorder: boolean;
  readonly prog_name: string;
  readonly tag: string;
}

/** A host with a program in some list, and the attach types of these lists. */
export interface HostWithProgram {
  readonly host_id: number;
  readonly host: string;
  readonly attach_types: readonly AttachType[];
}

/**
 * The hosts that have a program in some list, by id; and those on which a kernel bug ever wrote an
 * array, since it may run what stands in no list.
 */
export async function hostsWithProgram(
  database: Queryable,
  { tags, names }: ProgramMatch,
  { hosts, time }: WorldQuestion,
  page: {
    /** The first id that is wanted. */
    readonly from: number;
    readonly limit: number;
    readonly attach_type?: AttachType | undefined;
  },
): Promise<HostWithProgram[]> {
  const listed = new ConditionList('e');
  listed.among('tag', tags).among('prog_name', names).lasts(time);
  const written = listed.another('w').and('w.prog_ids is not null');
  const type = page.attach_type === undefined ? undefined : [spellType(page.attach_type)];
  for (const [list, row] of [[listed, 'e'] as const, [written, 'w'] as const]) {
    list.hosts(hosts).among('attach_type', type);
    list.and(`${row}.host_id >= ${list.value(page.from, 'int8')}`);
  }
  const limit = listed.value(page.limit, 'int8');
  const some = (table: string, { text }: ConditionList, row: string) => `
    (select ${row}.host_id, string_agg(distinct ${row}.attach_type, ' ') as types
     from ${table} ${row} where ${text}
     group by ${row}.host_id order by ${row}.host_id limit ${limit})`;
  const rows = await listed.query<{ host_id: number; host: string; types: string }>(
    database,
    `select f.host_id, h.name as host, f.types from (
       select host_id, string_agg(types, ' ') as types from (
         ${some('entry_lives', listed, 'e')} union all
         ${some('written_array_versions', written, 'w')}) found
       group by host_id order by host_id limit ${limit}) f join hosts h using (host_id)
     order by f.host_id`,
  );
  return rows.map(({ host_id, host, types }) => ({
    host_id,
    host,
    attach_types: [...new Set(types.split(' '))].map((type): AttachType => parseType(type)),
  }));
}

/** The cgroups of some hosts, or of all hosts at some paths. */
export function cgroupsOfHosts(
  database: Queryable,
  { hosts, time }: WorldQuestion,
  paths?: readonly string[],
): Promise<CgroupLifeRow[]> {
  const list = new ConditionList('c').hosts(hosts).lasts(time);
  if (paths !== undefined) areAtPaths(list, paths);
  return list.query<CgroupLifeRow>(
    database,
    `select c.host_id, c.boot, c.cgroup_id, c.parent_id, c.path from cgroup_lives c
     where ${list.text} order by c.host_id, c.cgroup_id`,
  );
}

/** Cgroups `c` are at some paths. The digests are an array, so that the index is asked for each of them. */
function areAtPaths(list: ConditionList, paths: readonly string[]): void {
  const wanted = list.value(sqlArray(paths), 'text[]');
  list.and(`md5(c.path) = any(array(select md5(p) from unnest(${wanted}) as p))`);
  list.and(`c.path = any(${wanted})`);
}

/**
 * Hosts that have the same at some paths: the same cgroups, and the same entries in their lists for an
 * attach type, told apart by program name and tag. The database compares them, so that a thousand hosts
 * that are alike are one row here. One on which a kernel bug ever wrote an array is like no other.
 *
 * @returns ids, ascending; the group of the lowest id first
 */
export async function hostsAlike(
  database: Queryable,
  { hosts, time }: WorldQuestion,
  { attach_type, paths }: { readonly attach_type: AttachType; readonly paths: readonly string[] },
): Promise<number[][]> {
  const list = new ConditionList('c').hosts(hosts).lasts(time);
  areAtPaths(list, paths);
  const listed = list
    .another('e')
    .among('attach_type', [spellType(attach_type)])
    .lasts(time);
  // Of the paths no two are equally long, and numbers are sorted sooner than texts.
  const rows = await list.query<{ readonly ids: string }>(
    database,
    `select string_agg(host_id::text, ' ' order by host_id) as ids from (
       select c.host_id, string_agg(
         row(c.path, e.nth, e.mode, e.preorder, e.prog_name, e.tag)::text, ' '
         order by length(c.path), e.nth) as lists
       from cgroup_lives c left join entry_lives e on e.host_id = c.host_id and e.boot = c.boot
         and e.cgroup_id = c.cgroup_id and ${listed.text}
       where ${list.text} group by c.host_id) has
     left join (select distinct host_id as written from written_array_versions
       where prog_ids is not null) w on w.written = host_id
     group by lists, written order by min(host_id)`,
  );
  return rows.map(({ ids }) => ids.split(' ').map(Number));
}

type StoredEntry = Omit<EntryLifeRow, 'attach_type'> & { readonly attach_type: string };

const ENTRY = `e.host_id, e.cgroup_id, e.attach_type, e.mode, e.prog_id, e.link_id, e.preorder,
  e.prog_name, e.tag`;
const ORDER = 'order by e.host_id, e.cgroup_id, e.attach_type, e.nth';

const parseEntries = (rows: readonly StoredEntry[]): EntryLifeRow[] =>
  rows.map((row) => ({ ...row, attach_type: parseType(row.attach_type) }));

/** All entries of some hosts' lists for some attach types. */
export async function entriesOfHosts(
  database: Queryable,
  { hosts, time }: WorldQuestion,
  types: readonly AttachType[],
): Promise<EntryLifeRow[]> {
  const list = new ConditionList('e').hosts(hosts).lasts(time);
  list.among('attach_type', types.map(spellType));
  const text = `select ${ENTRY} from entry_lives e where ${list.text} ${ORDER}`;
  return parseEntries(await list.query<StoredEntry>(database, text));
}

/** The entries of the lists of some cgroups for an attach type. */
export async function entriesOfCgroups(
  database: Queryable,
  cgroups: readonly CgroupLifeRow[],
  { time, attach_type }: { readonly time?: number | undefined; readonly attach_type: AttachType },
): Promise<EntryLifeRow[]> {
  const list = new ConditionList('e').lasts(time).among('attach_type', [spellType(attach_type)]);
  const column = (values: readonly number[]) => list.value(sqlArray(values), 'int8[]');
  const hosts = column(cgroups.map(({ host_id }) => host_id));
  const boots = column(cgroups.map(({ boot }) => boot));
  const ids = column(cgroups.map(({ cgroup_id }) => cgroup_id));
  const rows = await list.query<StoredEntry>(
    database,
    `select ${ENTRY} from unnest(${hosts}, ${boots}, ${ids}) as c(host_id, boot, cgroup_id)
     join entry_lives e on e.host_id = c.host_id and e.boot = c.boot and e.cgroup_id = c.cgroup_id
     where ${list.text} ${ORDER}`,
  );
  return parseEntries(rows);
}

/** Of some hosts those on which a kernel bug ever wrote an array, and those that are asked anyway. */
export async function hostsToAsk(
  database: Queryable,
  { hosts, certain }: { readonly hosts: readonly number[]; readonly certain: readonly number[] },
): Promise<{ readonly host_id: number; readonly host: string }[]> {
  return database.query(
    `select h.host_id, h.name as host from hosts h
     where h.host_id = any($2::int8[]) or h.host_id in (
       select w.host_id from written_array_versions w
       where w.host_id = any($1::int8[]) and w.prog_ids is not null)
     order by h.host_id`,
    [sqlArray(hosts), sqlArray(certain)],
  );
}
