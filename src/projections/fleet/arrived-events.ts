/**
 * Events of all hosts in the order in which they arrived: by the number of arrival, then host by host,
 * then by position. A place in this order is where a page or a stream goes on; new hosts come later in
 * it, so no place ever changes its meaning. Of a host that was deleted nothing is read, and the numbers
 * of its arrivals stay: a reader who is at one of them goes on. Of a log that was cut, events are read
 * from the cut on, and a reader who comes by is told of it.
 */
import { decodeEvent, type EncodedEvent } from '../../events/encoding/codec.ts';
import { UnreadableEvent } from '../../events/encoding/field-coder.ts';
import type { LedgerEvent } from '../../events/event.ts';
import type { Queryable } from '../../events/storage/database.ts';
import { sqlArray } from '../../events/storage/sql-array.ts';

/** Events in one read at most. */
export const ARRIVED_MAX = 1000;
/** How often a page is read that lacks events. */
const TRIES_MAX = 3;
/** Bytes of text in one read at most; a single longer event is read alone. */
const TEXT_MAX = 1024 * 1024;

/** Where a reader is: at an event that arrived. */
export interface ArrivalPlace {
  readonly arrival: number;
  readonly host_id: number;
  readonly position: number;
  /** The mark of the look; 0 before the first and after the last event. */
  readonly mark: number;
}

/** Before every event, and after every event. */
export const FIRST_PLACE: ArrivalPlace = { arrival: 0, host_id: 0, position: 0, mark: 0 };
export const LAST_PLACE: ArrivalPlace = {
  ...{ arrival: Number.MAX_SAFE_INTEGER, host_id: Number.MAX_SAFE_INTEGER },
  ...{ position: Number.MAX_SAFE_INTEGER, mark: 0 },
};

/** An event with the host that it is of. */
export interface ArrivedEvent {
  readonly host: string;
  readonly place: ArrivalPlace;
  /** Null for one whose text cannot be read: the log of the host is damaged there. */
  readonly event: LedgerEvent | null;
}

/** A log that was cut, and the oldest position of it that is kept. */
export interface CutHost {
  readonly host: string;
  readonly oldest: number;
}

export interface ArrivedPage {
  readonly events: readonly ArrivedEvent[];
  /** The cuts of logs that the read came by: the events before them were removed. */
  readonly cuts: readonly CutHost[];
  /** How far the read came; undefined when nothing more has arrived in this direction. */
  readonly reached?: ArrivalPlace;
}

export interface ArrivedRange {
  /** The place of the last event that was read. */
  readonly after: ArrivalPlace;
  readonly order: 'asc' | 'desc';
  /** 1 to {@link ARRIVED_MAX}. */
  readonly limit: number;
  /** Ids of the hosts that are wanted; all when left out. */
  readonly hosts?: readonly number[] | undefined;
  /** The last number of arrival that is read; left out, all are. */
  readonly until?: number | undefined;
  /** What is known to hold nothing since a time, or nothing until a time, is passed over. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

interface ArrivedSpan {
  readonly arrival: number;
  readonly host_id: number;
  readonly first: number;
  readonly last: number;
  readonly mark: number;
  /** Set where the log is cut within it. */
  readonly cut_host: string | null;
  readonly oldest: number;
}

/** `$1` arrival, `$2` host and `$3` position of the place, `$4` limit, `$5` from, `$6` to, `$7` until, `$8` hosts. */
// The span that holds the place may have nothing left, so one more is looked at.
function spansText(order: 'asc' | 'desc', among: boolean): string {
  const [onward, cut] =
    order === 'asc'
      ? ['>=', 'first, least(last, first + $4::int8 - before - 1) as last']
      : ['<=', 'greatest(first, last - $4::int8 + before + 1) as first, last'];
  const here = 'a.arrival = $1::int8 and a.host_id = $2::int8';
  const ends =
    order === 'asc'
      ? `greatest(c.oldest, case when ${here} then $3::int8 + 1 else a.position_from end) as first,
          a.position_to as last`
      : `greatest(c.oldest, a.position_from) as first,
          case when ${here} then $3::int8 - 1 else a.position_to end as last`;
  // Told to who comes from the other side of it.
  const passed =
    order === 'asc'
      ? `not (${here} and $3::int8 >= c.oldest)`
      : `not (${here} and $3::int8 <= c.oldest)`;
  const cutHost = `case when c.oldest > 1 and a.position_from <= c.oldest and ${passed}
    then (select h.name from hosts h where h.host_id = a.host_id) end as cut_host, c.oldest`;
  // Not as a join: then the planner would sort all that ever arrived.
  const there = '(select h.host_id from hosts h where h.host_id = a.host_id) is not null';
  const rows = (more: string) => `select a.arrival, a.host_id, a.mark, ${ends}, ${cutHost}
    from arrivals a cross join lateral (
      select coalesce(max(position), 1) as oldest from cuts where host_id = a.host_id) c
    where ${there} and a.position_to >= c.oldest and ${more} (a.arrival, a.host_id) ${onward} ($1::int8, $2::int8) and a.at_to >= $5::int8 and a.at_from <= $6::int8 and a.arrival <= $7::int8`;
  const near = among
    ? `select one.* from unnest($8::int8[]) as wanted(id) cross join lateral (
        ${rows(`a.host_id = wanted.id and a.arrival ${onward} $1::int8 and`)}
        order by a.arrival ${order} limit $4::int8 + 1) one`
    : rows('');
  const sorted = `arrival ${order}, host_id ${order}`;
  return `
    with near as (${near} order by ${sorted} limit $4::int8 + 1),
    counted as (
      select *, coalesce(sum(greatest(last - first + 1, 0)) over (
        order by ${sorted} rows between unbounded preceding and 1 preceding), 0)::int8 as before
      from near)
    select arrival, host_id, mark, cut_host, oldest, ${cut} from counted where before < $4::int8 order by ${sorted}`;
}

const eventsText = (order: 'asc' | 'desc') => `
  with page as (
    select s.nth, e.position, e.recorded_at, e.body, h.name as host,
      sum(octet_length(e.body)) over (order by s.nth, e.position ${order} rows unbounded preceding)
        - octet_length(e.body) as before
    from unnest($1::int8[], $2::int8[], $3::int8[]) with ordinality as s(host_id, first, last, nth)
    join events e on e.host_id = s.host_id and e.position between s.first and s.last
    join hosts h on h.host_id = s.host_id)
  select nth, position, recorded_at, body, host from page where before < ${TEXT_MAX}
  order by nth, position ${order}`;

type EventRow = EncodedEvent & { readonly nth: number; readonly host: string };

const SPANS = {
  asc: { all: spansText('asc', false), among: spansText('asc', true) },
  desc: { all: spansText('desc', false), among: spansText('desc', true) },
};
const EVENTS = { asc: eventsText('asc'), desc: eventsText('desc') };

/**
 * The next events that arrived after a place, or before it.
 *
 * It takes two queries. Where events between two others went from one to the next, a log was cut: then
 * it is read again, and the cut is told.
 */
export async function readArrived(database: Queryable, range: ArrivedRange): Promise<ArrivedPage> {
  for (let tries = 1; ; tries++) {
    const { page, lacks } = await readOnce(database, range);
    // A log that is damaged lacks them for good.
    if (!lacks || tries === TRIES_MAX) return page;
  }
}

interface Read {
  readonly page: ArrivedPage;
  /** Whether events are missing that stand before others of the page, or at its end. */
  readonly lacks: boolean;
}

async function readOnce(
  database: Queryable,
  { after, order, limit, hosts, until, from, to }: ArrivedRange,
): Promise<Read> {
  const ends = [from ?? 0, to ?? Number.MAX_SAFE_INTEGER, until ?? Number.MAX_SAFE_INTEGER];
  const parameters = [after.arrival, after.host_id, after.position, limit, ...ends];
  const spans = await (hosts === undefined
    ? database.query<ArrivedSpan>(SPANS[order].all, parameters)
    : database.query<ArrivedSpan>(SPANS[order].among, [...parameters, sqlArray(hosts)]));
  const wanted = spans.filter((span) => span.first <= span.last);
  const last = wanted.at(-1);
  const cuts = wanted.flatMap(({ cut_host, oldest }) =>
    cut_host === null ? [] : [{ host: cut_host, oldest }],
  );
  if (last === undefined) return { page: { events: [], cuts }, lacks: false };
  const rows = await database.query<EventRow>(EVENTS[order], [
    sqlArray(wanted.map(({ host_id }) => host_id)),
    sqlArray(wanted.map((span) => span.first)),
    sqlArray(wanted.map((span) => span.last)),
  ]);
  const events = rows.map((row): ArrivedEvent => {
    const { arrival, host_id, mark } = wanted[row.nth - 1] as ArrivedSpan;
    const place = { arrival, host_id, position: row.position, mark };
    return { host: row.host, place, event: readable(row) };
  });
  const end = events.at(-1)?.place;
  const length = lengthOf(wanted);
  // Fewer: the texts were too long for one page, or the log lacks some.
  if (end !== undefined && rows.length < length) {
    const nth = rows.at(-1)?.nth ?? 0;
    const { first, last: to } = wanted[nth - 1] as ArrivedSpan;
    const inSpan = order === 'asc' ? end.position - first : to - end.position;
    const expected = lengthOf(wanted.slice(0, nth - 1)) + inSpan + 1;
    return { page: { events, cuts, reached: end }, lacks: rows.length < expected };
  }
  const { arrival, host_id, mark } = last;
  const position = order === 'asc' ? last.last : last.first;
  const reached = { arrival, host_id, position, mark };
  return { page: { events, cuts, reached }, lacks: rows.length < length };
}

/** How many events spans have. */
function lengthOf(spans: readonly ArrivedSpan[]): number {
  return spans.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

function readable(row: EncodedEvent): LedgerEvent | null {
  try {
    return decodeEvent(row);
  } catch (error) {
    if (error instanceof UnreadableEvent) return null;
    throw error;
  }
}

/** Whether a place is of this history of the database: what came in then has its mark. */
export async function isKnownPlace(
  database: Queryable,
  { arrival, host_id, position, mark }: ArrivalPlace,
): Promise<boolean> {
  const text = `select from arrivals where host_id = $2 and arrival = $1 and mark = $4
    and $3 between position_from and position_to`;
  const found = await database.query(text, [arrival, host_id, position, mark]);
  return found.length === 1;
}

/** How many events there are of hosts; of all when they are left out. */
export async function countArrived(
  database: Queryable,
  hosts: readonly number[] | undefined,
): Promise<number> {
  const [row] = await database.query<{ readonly count: number }>(
    `select coalesce(sum(greatest(a.position_to - c.oldest + 1, 0)), 0)::int8 as count
     from hosts h cross join lateral (
       select position_to from arrivals where host_id = h.host_id order by arrival desc limit 1) a
     cross join lateral (
       select coalesce(max(position), 1) as oldest from cuts where host_id = h.host_id) c
     where h.origin_host_id is null and ($1::int8[] is null or h.host_id = any($1::int8[]))`,
    [hosts === undefined ? null : sqlArray(hosts)],
  );
  return row?.count ?? 0;
}
