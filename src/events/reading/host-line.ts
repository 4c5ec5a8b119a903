/**
 * Whose rows a branch reads. A branch has its own rows after the fork; the rows before it are
 * its ancestors', a stretch of positions each. A host that is not a branch reads its own rows alone.
 */
import type { Queryable } from '../storage/database.ts';

/** Stretches below a branch at most: one for its origin, one for the origin's origin, and so on. */
export const STRETCHES_MAX = 16;

/** Positions whose rows are one host's. */
export interface Stretch {
  readonly host_id: number;
  readonly from: number;
  /** Inclusive. */
  readonly to: number;
}

/** A query of a host's rows in two forms. `$1` is the host's id in both. */
export interface LineText {
  /** For a host that is not a branch: its own rows, which are in one shard of a distributed log. */
  readonly own: string;
  /** For a branch: its own rows and its ancestors'. */
  readonly branch: string;
}

/** Which of the two forms is written. */
export interface LineForm {
  readonly isBranch: boolean;
  /** The name of a table of the host's rows, or of the view of its line. */
  readonly rowsOf: (table: string) => string;
}

const OWN: LineForm = { isBranch: false, rowsOf: (table) => table };
const BRANCH: LineForm = { isBranch: true, rowsOf: (table) => `${table}_of_line` };

/** Both forms of a query. */
export function lineText(write: (form: LineForm) => string): LineText {
  return { own: write(OWN), branch: write(BRANCH) };
}

/**
 * Whether hosts are branches, by database. A host is a branch from its first row on, or never; but an
 * older copy of a database may have given its id to another host.
 */
const branches = new WeakMap<Queryable, Map<number, boolean>>();
/** Hosts that are remembered for a database; past this number all are forgotten. */
const REMEMBERED_MAX = 100_000;

/** Remembers whether a host is a branch, as the latest read of it found. */
export function knowLine(database: Queryable, hostId: number, isBranch: boolean): void {
  const known = branches.get(database) ?? new Map<number, boolean>();
  branches.set(database, known);
  if (known.size >= REMEMBERED_MAX) known.clear();
  known.set(hostId, isBranch);
}

async function isBranch(database: Queryable, hostId: number): Promise<boolean> {
  const known = branches.get(database)?.get(hostId);
  if (known !== undefined) return known;
  const is = (await lastSharedPosition(database, hostId)) > 0;
  knowLine(database, hostId, is);
  return is;
}

/**
 * Queries rows of a host in the form that fits it.
 *
 * @param params the host's id first
 */
export async function queryLine<Row extends object>(
  database: Queryable,
  text: LineText,
  params: readonly [hostId: number, ...rest: unknown[]],
): Promise<Row[]> {
  return database.query<Row>(await formOf(database, text, params[0]), params);
}

/** The form of a query that fits a host: for who asks it in a transaction, which remembers nothing. */
export async function formOf(database: Queryable, text: LineText, hostId: number): Promise<string> {
  return (await isBranch(database, hostId)) ? text.branch : text.own;
}

/**
 * SQL for whose rows hold position `$2` of host `$1`: a CTE `owner` of one row, with `host_id` and
 * `position_to`, where that host's rows end to count.
 */
export const OWNER = `owner as (
  select coalesce(l.ancestor_id, $1::int8) as host_id,
    coalesce(l.position_to, 9007199254740991) as position_to
  from (select) one left join lateral (
    select ancestor_id, position_to from lineages
    where host_id = $1 and position_to >= $2 order by position_to limit 1) l on true)`;

/** The stretches of positions [from, to] of a host, in order. */
export async function stretchesOf(
  database: Queryable,
  hostId: number,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<Stretch[]> {
  const below = await database.query<Stretch>(
    `select ancestor_id as host_id, greatest(position_from, $2) as "from",
       least(position_to, $3) as "to"
     from lineages where host_id = $1 and position_to >= $2 and position_from <= $3
     order by position_to`,
    [hostId, from, to],
  );
  const own = Math.max(from, (below.at(-1)?.to ?? from - 1) + 1);
  return own <= to ? [...below, { host_id: hostId, from: own, to }] : below;
}

/** The last position whose rows are an ancestor's; 0 for a host that is not a branch. */
export async function lastSharedPosition(database: Queryable, hostId: number): Promise<number> {
  const [row] = await database.query<{ readonly position: number | null }>(
    `select max(position_to) as position from lineages where host_id = $1`,
    [hostId],
  );
  return row?.position ?? 0;
}

/** The last positions of the stretches that a branch has from its ancestors, up to a position. */
export async function forksOf(
  database: Queryable,
  hostId: number,
  to: number,
): Promise<ReadonlySet<number>> {
  const stretches = await stretchesOf(database, hostId, { from: 1, to });
  const inherited = stretches.filter((stretch) => stretch.host_id !== hostId);
  return new Set(inherited.map((stretch) => stretch.to));
}

/** The last position that two hosts share, as branch and origin or as branches of a third; 0 for none. */
export async function findLastShared(
  database: Queryable,
  hostId: number,
  otherId: number,
): Promise<number> {
  const whole = { from: 1, to: Number.MAX_SAFE_INTEGER };
  const [ours, theirs] = [
    await stretchesOf(database, hostId, whole),
    await stretchesOf(database, otherId, whole),
  ];
  let shared = 0;
  for (const [i, { host_id, to }] of ours.entries()) {
    const other = theirs[i];
    if (other?.host_id !== host_id) break;
    shared = Math.min(to, other.to);
    if (to !== other.to) break;
  }
  return shared;
}
