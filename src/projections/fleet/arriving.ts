/**
 * A look at the logs of all hosts: what came since the last look gets the next number of arrival, and
 * the lives follow. Looks of all processes take turns by a lock, and one sees all that the one before
 * committed, so a number is visible only when all lower ones are: who read up to a number has missed
 * nothing. A log is in no look twice. Branches are not machines, and are left out.
 */
import type { Database, Queryable } from '../../events/storage/database.ts';
import { sqlArray } from '../../events/storage/sql-array.ts';
import { timeOf } from '../event-text.ts';
import { followLives } from './lives.ts';
import { type LogSpan, spanParameters } from './log-span.ts';

/** Names the lock under which a process looks. */
const LOCK = 0x6172_7269;
/**
 * Events of one look, at most: some tenths of a second, and on any machine less than a request may
 * take. The embedded database has one connection, for which everybody waits meanwhile.
 */
export const LOOK_EVENTS_MAX = { postgresql: 10_000, pglite: 1000 } as const;
/** Hosts of one look, at most. */
const LOOK_HOSTS_MAX = 1000;

/** What a look found. */
export interface Look {
  /** The highest number of arrival; 0 while nothing came. */
  readonly arrival: number;
  /** The mark of that number; 0 while nothing came. */
  readonly mark: number;
  /** Of so many hosts something came in this look. */
  readonly hosts: number;
  /** There is more than one look takes. */
  readonly more: boolean;
}

const GROWN = `
  select h.host_id, coalesce(a.position_to, 0) as after, h.position as "to",
    coalesce(a.at_max, 0) as at_max
  from heads h join hosts s using (host_id) left join lateral (
    select position_to, at_max from arrivals where host_id = h.host_id
    order by arrival desc limit 1) a on true
  where s.origin_host_id is null and ($1::int8[] is null or h.host_id = any($1::int8[]))
    and h.position > coalesce(a.position_to, 0)
  order by h.recorded_at, h.host_id limit $2`;

const LATEST = 'select arrival, mark from arrivals order by arrival desc limit 1';

const ARRIVE = `
  insert into arrivals (host_id, arrival, position_from, position_to, at_from, at_to, at_max, mark)
  select s.host_id, $5, s.after + 1, s."to", coalesce(min(e.at), s.at_max),
    coalesce(max(e.at), s.at_max), greatest(s.at_max, max(e.at)), $6
  from unnest($1::int8[], $2::int8[], $3::int8[], $4::int8[]) as s(host_id, after, "to", at_max)
  left join lateral (
    select ${timeOf('e')} as at from events e
    where e.host_id = s.host_id and e.position > s.after and e.position <= s."to"
    offset 0 -- so that each text is read once, and not for each aggregate
  ) e on true
  group by s.host_id, s.after, s."to", s.at_max`;

/**
 * Looks once.
 *
 * @param hosts ids of the hosts that may have grown; left out, all are looked at
 * @param mark a random number, a safe integer
 * @param eventsMax how many events it takes, at most
 */
export function look(
  database: Database,
  {
    hosts,
    mark,
    eventsMax = LOOK_EVENTS_MAX[database.kind],
  }: {
    readonly hosts?: readonly number[] | undefined;
    readonly mark: number;
    readonly eventsMax?: number;
  },
): Promise<Look> {
  return database.transaction(async (tx) => {
    await lockLooks(tx);
    const among = hosts === undefined ? null : sqlArray(hosts);
    const grown = await tx.query<LogSpan>(GROWN, [among, LOOK_HOSTS_MAX]);
    const { spans, more } = upTo(grown, eventsMax);
    const before = await latestLook(tx);
    if (spans.length === 0) return { ...before, hosts: 0, more: false };
    const arrival = before.arrival + 1;
    await tx.query(ARRIVE, [...spanParameters(spans), arrival, mark]);
    await followLives(tx, spans);
    return { arrival, mark, hosts: spans.length, more };
  });
}

/** The number and the mark of the latest look; 0 while nothing came. */
export async function latestLook(database: Queryable): Promise<Pick<Look, 'arrival' | 'mark'>> {
  const [latest] = await database.query<Pick<Look, 'arrival' | 'mark'>>(LATEST);
  return latest ?? { arrival: 0, mark: 0 };
}

/** Waits for the look that is under way, and keeps others off until the transaction ends. */
export async function lockLooks(tx: Queryable): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1)', [LOCK]);
}

/** As much of what came as one look takes. */
function upTo(
  grown: readonly LogSpan[],
  eventsMax: number,
): { readonly spans: LogSpan[]; readonly more: boolean } {
  const spans: LogSpan[] = [];
  let left = eventsMax;
  for (const span of grown) {
    if (left === 0) return { spans, more: true };
    const to = Math.min(span.to, span.after + left);
    spans.push({ ...span, to });
    left -= to - span.after;
    if (to < span.to) return { spans, more: true };
  }
  return { spans, more: grown.length === LOOK_HOSTS_MAX };
}

/**
 * Derives the lives of a host from its version tables again, as far as it arrived. The role must be
 * allowed to delete rows: the owner of the tables.
 */
export async function rederiveLives(tx: Queryable, hostId: number): Promise<void> {
  await lockLooks(tx);
  for (const table of ['program_lives', 'entry_lives', 'cgroup_lives']) {
    await tx.query(`delete from ${table} where host_id = $1`, [hostId]);
  }
  const looks = await tx.query<Reached>(LOOKS, [hostId, LOOK_EVENTS_MAX.postgresql]);
  let before: Reached = { to: 0, at_max: 0 };
  for (const reached of looks) {
    const { to: after, at_max } = before;
    await followLives(tx, [{ host_id: hostId, after, to: reached.to, at_max }]);
    before = reached;
  }
}

interface Reached {
  readonly to: number;
  readonly at_max: number;
}

/** How far looks came, about one for each `$2` events. */
const LOOKS = `
  select max(position_to) as "to", max(at_max) as at_max from arrivals
  where host_id = $1 group by position_to / $2::int8 order by 1`;
