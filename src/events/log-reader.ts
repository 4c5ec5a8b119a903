/** Reads events of a log, by position and by time, in pieces of bounded size. */
import { decodeEvent, type EncodedEvent } from './codec.ts';
import type { Queryable } from './database.ts';
import type { LedgerEvent } from './event.ts';

/** Events in one read at most. */
const PAGE_EVENTS_MAX = 1000;
/** Text in one read at most, but for a single event that is longer; in characters. */
const PAGE_TEXT_MAX = 8 * 1024 * 1024;

export interface Range {
  /** First position wanted. */
  readonly from: number;
  /** Events wanted at most; default and upper bound `PAGE_EVENTS_MAX`. */
  readonly limit?: number;
}

/** Events from a position on, in order; fewer than asked when the texts are very long. */
export async function readEvents(
  database: Queryable,
  hostId: number,
  range: Range,
): Promise<LedgerEvent[]> {
  return (await readRows(database, hostId, range)).map(decodeEvent);
}

/** Like `readEvents`, but as stored: the exact texts that the hash chain covers. */
export async function readRows(
  database: Queryable,
  hostId: number,
  { from, limit = PAGE_EVENTS_MAX }: Range,
): Promise<EncodedEvent[]> {
  const text = `select position, recorded_at, body from (
    select position, recorded_at, body,
      sum(length(body)) over (order by position) - length(body) as before
    from (select position, recorded_at, body from events
      where host_id = $1 and position >= $2 order by position limit $3) as page
  ) as measured where before < $4 order by position`;
  const bounded = Math.min(limit, PAGE_EVENTS_MAX);
  return database.query<EncodedEvent>(text, [hostId, from, bounded, PAGE_TEXT_MAX]);
}

/** All events in [from, to], a page at a time. Stops early when the log ends before `to`. */
export async function* readThrough(
  database: Queryable,
  hostId: number,
  { from, to }: { readonly from: number; readonly to: number },
): AsyncGenerator<LedgerEvent[]> {
  let next = from;
  while (next <= to) {
    const limit = Math.min(to - next + 1, PAGE_EVENTS_MAX);
    const page = await readEvents(database, hostId, { from: next, limit });
    if (page.length === 0) return;
    yield page;
    next += page.length;
  }
}

/**
 * The last position whose running maximum of `at` is not after `time`; 0 when even the first
 * event is later.
 *
 * @param time microseconds since the epoch
 */
export async function positionAt(
  database: Queryable,
  hostId: number,
  time: number,
): Promise<number> {
  const [batch] = await database.query<{ position_to: number }>(
    `select position_to from batches where host_id = $1 and at_max <= $2
     order by at_max desc, position_to desc limit 1`,
    [hostId, time],
  );
  let position = batch?.position_to ?? 0;
  // The running maximum passes `time` within the next batch, or there is none.
  for (;;) {
    const page = await readEvents(database, hostId, { from: position + 1 });
    for (const event of page) {
      if (event.at > time) return position;
      position = event.position;
    }
    if (page.length === 0) return position;
  }
}
