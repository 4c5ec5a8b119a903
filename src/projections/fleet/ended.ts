/**
 * What ended on all hosts since a look: links, and gaps in which a cgroup that had a program for an
 * attach type had none. Found by the versions that came in with the looks, so it costs what changed.
 * Ends that nobody saw are left out, and beginnings: of those it is not known when they were.
 */
import type { Queryable } from '../../events/storage/database.ts';
import { isTimed, timeOf } from '../event-text.ts';

/** Looks, and events of them, after which what came is taken in another piece. */
const LOOKS_MAX = 200;
const EVENTS_MAX = 50_000;

/** How long things lasted that ended, in seconds. */
export interface Ended {
  /** The number of the last look that was taken. */
  readonly arrival: number;
  /** There are later ones. */
  readonly more: boolean;
  readonly links: readonly number[];
  readonly gaps: readonly number[];
}

const LOOKS = `
  select arrival, sum(position_to - position_from + 1)::int8 as events from arrivals
  where arrival > $1::int8 group by arrival order by arrival limit ${LOOKS_MAX}`;

const SPAN = `span as (select host_id, position_from, position_to from arrivals
  where arrival > $1::int8 and arrival <= $2::int8)`;

/** Seconds from event `b` to event `e` of those lives whose both ends were seen. */
const durationsSql = (lives: string) => `
  with ${SPAN}, life as materialized (${lives})
  select greatest(${timeOf('e')} - (${timeOf('b')}), 0)::float8 / 1000000 as seconds
  from life join events b on b.host_id = life.host_id and b.position = life.began
  join events e on e.host_id = life.host_id and e.position = life.ended
  where ${isTimed('b')} and ${isTimed('e')}`;

const LINKS = durationsSql(`
  select v.host_id, v.position_from as ended, (
    select min(f.position_from) from link_versions f
    where f.host_id = v.host_id and f.boot = v.boot and f.link_id = v.link_id) as began
  from span s join link_versions v on v.host_id = s.host_id
    and v.position_from between s.position_from and s.position_to and v.gone`);

const GAPS = durationsSql(`
  select v.host_id, v.position_from as ended, before.position_from as began
  from span s join entry_versions v on v.host_id = s.host_id
    and v.position_from between s.position_from and s.position_to and v.entries <> '[]'
  cross join lateral (
    select b.position_from, b.entries from entry_versions b
    where b.host_id = v.host_id and b.boot = v.boot and b.cgroup_id = v.cgroup_id
      and b.attach_type = v.attach_type and b.position_from < v.position_from
    order by b.position_from desc limit 1) before
  where before.entries = '[]'`);

/** What ended in the looks after one: a bounded number of them. */
export async function listEnded(database: Queryable, arrival: number): Promise<Ended> {
  const looks = await database.query<{ readonly arrival: number; readonly events: number }>(LOOKS, [
    arrival,
  ]);
  let events = 0;
  const beyond = looks.findIndex((look) => {
    events += look.events;
    return events > EVENTS_MAX;
  });
  const taken = beyond === -1 ? looks : looks.slice(0, beyond + 1);
  const to = taken.at(-1)?.arrival;
  if (to === undefined) return { arrival, more: false, links: [], gaps: [] };
  const secondsOf = async (text: string) => {
    const rows = await database.query<{ readonly seconds: number }>(text, [arrival, to]);
    return rows.map(({ seconds }) => seconds);
  };
  const more = taken.length < looks.length || looks.length === LOOKS_MAX;
  return { arrival: to, more, links: await secondsOf(LINKS), gaps: await secondsOf(GAPS) };
}
