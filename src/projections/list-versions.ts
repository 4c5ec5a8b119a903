/**
 * The parts of an effective array between two positions: the cgroups at a path and
 * above it, and each version of their lists, in the order of the log. Read from the version
 * tables, so it costs what changed there, however long the log is.
 */
import type { AttachType } from '../domain/attach-type.ts';
import type { Mode } from '../domain/flags.ts';
import { type LineText, lineText, queryLine } from '../events/reading/host-line.ts';
import type { Queryable } from '../events/storage/database.ts';
import { sqlArray } from '../events/storage/sql-array.ts';
import type { ListedEntry } from './entries.ts';
import { spellType } from './spelling.ts';

/** A cgroup at one of the paths, for as long as it was there. */
export interface CgroupLife {
  readonly boot: number;
  readonly cgroup_id: number;
  readonly path: string;
  readonly position_from: number;
  /** Position at which it was removed; null while it was not. */
  readonly position_gone: number | null;
}

export interface ListVersion {
  readonly boot: number;
  readonly cgroup_id: number;
  readonly position_from: number;
  /** Null in the version that ends with the cgroup. */
  readonly mode: Mode | null;
  readonly entries: readonly ListedEntry[] | null;
}

/** An array that a kernel bug wrote at a cgroup; null when lists were recomputed there. */
export interface WrittenVersion {
  readonly boot: number;
  readonly cgroup_id: number;
  readonly position_from: number;
  readonly prog_ids: readonly number[] | null;
}

export interface Span {
  readonly host_id: number;
  /** Versions that hold at `from` are read too. */
  readonly from: number;
  readonly to: number;
}

const LIVES = lineText(
  ({ rowsOf }) => `
  select c.boot, c.cgroup_id, c.path, c.position_from, (
    select min(g.position_from) from ${rowsOf('cgroup_versions')} g
    where g.host_id = c.host_id and g.boot = c.boot and g.cgroup_id = c.cgroup_id and g.gone
      and g.position_from > c.position_from and g.position_from <= $3) as position_gone
  from ${rowsOf('cgroup_versions')} c
  where c.host_id = $1 and c.boot = any($2::int4[]) and c.position_from <= $3 and not c.gone
    and md5(c.path) = any(select md5(p) from unnest($4::text[]) as p) and c.path = any($4::text[])
  order by c.position_from limit $5`,
);

/** The versions of `table` that held at `from` or came until `to`, of the lives `$5`, `$6`. */
const versionsOf = (table: string, columns: string): LineText =>
  lineText(
    ({ rowsOf }) => `
  select life.boot, life.cgroup_id, v.*
  from unnest($5::int4[], $6::int8[]) as life(boot, cgroup_id)
  left join lateral (
    select position_from as since from ${rowsOf(table)} n
    where n.host_id = $1 and n.boot = life.boot and n.cgroup_id = life.cgroup_id
      and n.attach_type = $2 and n.position_from <= $3
    order by n.position_from desc limit 1) newest on true
  cross join lateral (
    select position_from, ${columns} from ${rowsOf(table)} t
    where t.host_id = $1 and t.boot = life.boot and t.cgroup_id = life.cgroup_id
      and t.attach_type = $2 and t.position_from >= coalesce(newest.since, 0)
      and t.position_from <= $4
    order by t.position_from limit $7) v
  order by v.position_from limit $7`,
  );

const LISTS = versionsOf('entry_versions', 'mode, entries::json as entries');
const WRITTEN = versionsOf('written_array_versions', 'prog_ids::json as prog_ids');

/** The cgroups that had one of the paths during boots, up to a position. */
export function cgroupLives(
  database: Queryable,
  { host_id, to }: Span,
  wanted: {
    readonly boots: readonly number[];
    readonly paths: readonly string[];
    readonly limit: number;
  },
): Promise<CgroupLife[]> {
  const { boots, paths, limit } = wanted;
  return queryLine<CgroupLife>(database, LIVES, [
    host_id,
    sqlArray(boots),
    to,
    sqlArray(paths),
    limit,
  ]);
}

interface ListVersionsQuestion {
  readonly lives: readonly CgroupLife[];
  readonly attach_type: AttachType;
  readonly limit: number;
}

/** Each version of the cgroups' lists for an attach type. */
export function listVersions(
  database: Queryable,
  span: Span,
  wanted: ListVersionsQuestion,
): Promise<ListVersion[]> {
  return queryLine<ListVersion>(database, LISTS, parameters(span, wanted));
}

/** Each array that a kernel bug wrote at the cgroups for an attach type, and where it ended. */
export function readWrittenVersions(
  database: Queryable,
  span: Span,
  wanted: ListVersionsQuestion,
): Promise<WrittenVersion[]> {
  return queryLine<WrittenVersion>(database, WRITTEN, parameters(span, wanted));
}

function parameters(
  { host_id, from, to }: Span,
  { lives, attach_type, limit }: ListVersionsQuestion,
): [number, ...unknown[]] {
  const boots = sqlArray(lives.map(({ boot }) => boot));
  const ids = sqlArray(lives.map(({ cgroup_id }) => cgroup_id));
  return [host_id, spellType(attach_type), from, to, boots, ids, limit];
}
