/** Reads events of a log, by position and by time, in pieces of bounded size. */

import { requireKept } from '../cuts.ts';
import type { ParsedEvent } from '../encoding/codec.ts';
import { decodeEvent, type EncodedEvent } from '../encoding/codec.ts';
import { MARK } from '../encoding/mark.ts';
import type { LedgerEvent } from '../event.ts';
import type { Queryable } from '../storage/database.ts';
import { OLDEST } from '../storage/oldest.ts';
import { sqlArray } from '../storage/sql-array.ts';
import { turn } from '../turns.ts';
import { DamagedLog } from './damaged-log.ts';
import { type LineForm, lineText, OWNER, queryLine } from './host-line.ts';
import { openStored, segmentAt } from './segment-reader.ts';

/** Events in one read at most. */
export const PAGE_EVENTS_MAX = 1000;
/** Bytes of text in one read at most; a single longer event is read alone. */
const PAGE_TEXT_MAX = 1024 * 1024;
/** A page of fewer events is decoded in one piece; a page with more waits for its turn. */
const TURN_EVENTS = 64;

export interface EventRange {
  /** First position wanted. */
  readonly from: number;
  /** Events at most; default and upper bound `PAGE_EVENTS_MAX`. */
  readonly limit?: number;
}

/**
 * Events from a position on, in order; fewer than asked when the texts are very long, and up to
 * where the rows of a branch's origin end, or where an event is missing. None only after the head.
 *
 * @throws UnreadableEvent or DamagedLog when the first of them is damaged or missing
 * @throws LogRefusal `position-removed` when it was removed
 */
export async function readEvents(
  database: Queryable,
  hostId: number,
  range: EventRange,
): Promise<LedgerEvent[]> {
  return (await readUnbroken(database, hostId, range)).map(decodeEvent);
}

/** Like `readEvents`, but as stored: the exact texts that the hash chain covers. */
export async function readUnbroken(
  database: Queryable,
  hostId: number,
  range: EventRange,
): Promise<EncodedEvent[]> {
  return unbroken(database, hostId, await readRows(database, hostId, range), range);
}

/** An event as it is stored, and the mark of the append that ended with it. */
export interface MarkedRow extends EncodedEvent {
  /** Null for one that is not the last of its append. */
  readonly mark: string | null;
}

/** Like `readUnbroken`, with the marks of the appends. */
export async function readMarkedRows(
  database: Queryable,
  hostId: number,
  range: EventRange,
): Promise<MarkedRow[]> {
  const params = pageParameters(hostId, range);
  const rows = await inItsTurn(await queryLine<MarkedRow>(database, MARKED, params));
  return unbroken(database, hostId, rows, range);
}

/**
 * The rows up to the first gap. What a cut removed is not damage.
 *
 * @throws LogRefusal `position-removed` or DamagedLog when the first of the rows is missing
 */
async function unbroken<Row extends EncodedEvent>(
  database: Queryable,
  hostId: number,
  rows: Row[],
  { from }: EventRange,
): Promise<Row[]> {
  const broken = rows.findIndex(({ position }, i) => position !== from + i);
  if (broken === 0) {
    await requireKept(database, hostId, from);
    throw new DamagedLog(from, 'missing from the log');
  }
  return broken === -1 ? rows : rows.slice(0, broken);
}

/** The rows that exist, for readers that look for gaps. */
export async function readRows(
  database: Queryable,
  hostId: number,
  range: EventRange,
): Promise<EncodedEvent[]> {
  return inItsTurn(await queryLine<EncodedEvent>(database, ROWS, pageParameters(hostId, range)));
}

/** A page, once its turn comes: concurrent readers take turns. */
async function inItsTurn<T>(page: T[]): Promise<T[]> {
  if (page.length >= TURN_EVENTS) await turn();
  return page;
}

/**
 * Like `readEvents`, but the texts alone, which arrive sooner as one.
 *
 * @throws DamagedLog when the first of them is missing
 */
export async function readBodies(
  database: Queryable,
  hostId: number,
  range: EventRange,
): Promise<string[]> {
  const parameters = pageParameters(hostId, range);
  const [row] = await queryLine<BodiesRow>(database, BODIES, parameters);
  const bodies = row?.bodies?.split('\n') ?? [];
  if (bodies.length > 0 && row?.last !== range.from + bodies.length - 1) {
    return (await readUnbroken(database, hostId, range)).map(({ body }) => body);
  }
  return inItsTurn(bodies);
}

interface BodiesRow {
  readonly bodies: string | null;
  /** The position of the last of them. */
  readonly last: number | null;
}

/** What is kept of events before a cut is read one by one (`readEventsAt`), and never as a part of a log. */
const KEPT = `greatest($2::int8, ${OLDEST})`;

/** SQL for a page of a log, with the bytes of the texts before each: counting characters takes long. */
const page = (
  { isBranch }: LineForm,
  more = '',
): string => `with ${isBranch ? `${OWNER}, ` : ''}page as (
  select position, recorded_at, body,${more}
    sum(octet_length(body)) over (order by position rows unbounded preceding)
      - octet_length(body) as before
  from (select position, recorded_at, body, hash from events
    where ${
      isBranch
        ? `host_id = (select host_id from owner) and position <= (select position_to from owner)`
        : 'host_id = $1'
    } and position >= ${KEPT} order by position limit $3) as rows)`;

const ROWS = lineText(
  (form) => `${page(form)} select position, recorded_at, body from page where before < $4
    order by position`,
);

const MARKED = lineText(
  (form) => `${page(form, ` ${MARK} as mark,`)} select position, recorded_at, body, mark from page
    where before < $4 order by position`,
);

const BODIES = lineText(
  (form) => `${page(form)} select string_agg(body, e'\\n' order by position) as bodies,
    max(position) as last from page where before < $4`,
);

function pageParameters(
  hostId: number,
  { from, limit = PAGE_EVENTS_MAX }: EventRange,
): [number, ...number[]] {
  return [hostId, from, Math.min(limit, PAGE_EVENTS_MAX), PAGE_TEXT_MAX];
}

const AT_POSITIONS = lineText(
  ({ rowsOf }) => `select position, recorded_at, body from ${rowsOf('events')}
    where host_id = $1 and position = any($2::int8[]) order by position`,
);

/** The events at positions, at most `PAGE_EVENTS_MAX` of them, in order. */
export async function readEventsAt(
  database: Queryable,
  hostId: number,
  positions: readonly number[],
): Promise<LedgerEvent[]> {
  if (positions.length > PAGE_EVENTS_MAX) {
    throw new RangeError(`${positions.length} positions are more than ${PAGE_EVENTS_MAX}`);
  }
  const rows = await queryLine<EncodedEvent>(database, AT_POSITIONS, [hostId, sqlArray(positions)]);
  return (await inItsTurn(rows)).map(decodeEvent);
}

/** Fewer events than these are read from rows without asking for a segment. */
const SEALED_EVENTS_MIN = 4 * PAGE_EVENTS_MAX;

/**
 * All events in [from, to], a page at a time; from sealed segments where there are any, which is
 * faster than from rows. Stops early when the log ends before `to`.
 *
 * @param read reads a page of rows
 * @throws UnreadableSegment when a segment is damaged
 */
export async function* readThrough(
  database: Queryable,
  hostId: number,
  { from, to }: { readonly from: number; readonly to: number },
  read = readEvents,
): AsyncGenerator<LedgerEvent[]> {
  let next = from;
  while (next <= to) {
    const left = to - next + 1;
    const sealed = left < SEALED_EVENTS_MIN ? undefined : await segmentAt(database, hostId, next);
    if (sealed !== undefined) {
      await turn();
      for (const page of pagesOf(openStored(sealed).rows, { from: next, to })) {
        yield page;
        await turn();
      }
      next = sealed.position_to + 1;
      continue;
    }
    const limit = Math.min(left, PAGE_EVENTS_MAX);
    const page = await read(database, hostId, { from: next, limit });
    if (page.length === 0) return;
    yield page;
    next += page.length;
  }
}

function* pagesOf(
  rows: Iterable<ParsedEvent>,
  { from, to }: { readonly from: number; readonly to: number },
): Generator<LedgerEvent[]> {
  let page: LedgerEvent[] = [];
  for (const row of rows) {
    if (row.position < from) continue;
    if (row.position > to) break;
    page.push(decodeEvent(row));
    if (page.length < PAGE_EVENTS_MAX) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

/**
 * The last position whose running maximum of `at` is not after `time`; 0 when even the first
 * event is later.
 *
 * @param time microseconds since the epoch
 * @throws LogRefusal `position-removed` when that was before the log was cut
 */
export async function positionAt(
  database: Queryable,
  hostId: number,
  time: number,
): Promise<number> {
  const [found] = await database.query<{ position: number }>(
    'select last_append_until($1, $2) as position',
    [hostId, time],
  );
  let position = found?.position ?? 0;
  // The running maximum of `at` passes `time` within the next append, or there is none.
  for (;;) {
    const page = await readEvents(database, hostId, { from: position + 1 });
    const later = page.findIndex(({ at }) => at > time);
    if (later !== -1 || page.length === 0) {
      const reached = later > 0 ? (page[later - 1] as LedgerEvent).position : position;
      await requireKept(database, hostId, reached);
      return reached;
    }
    position = page.at(-1)?.position ?? position;
  }
}
