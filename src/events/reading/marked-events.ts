/** Reads events for those who follow a log: each with what marks the history there. */
import { decodeEvent } from '../encoding/codec.ts';
import type { LedgerEvent } from '../event.ts';
import type { Queryable } from '../storage/database.ts';
import { markEvents } from './event-marks.ts';
import { type EventRange, readMarkedRows } from './log-reader.ts';
import { markAt } from './mark-at.ts';

/** Like `readEvents`; `markOfEvent` tells the mark of each of them. */
export async function readMarked(
  database: Queryable,
  hostId: number,
  range: EventRange,
): Promise<LedgerEvent[]> {
  const rows = await readMarkedRows(database, hostId, range);
  const events = rows.map(decodeEvent);
  const last = rows.at(-1);
  if (last === undefined) return events;
  // The append that the page breaks off in has one more look.
  const marks = rows.map(({ mark }) => mark);
  marks[rows.length - 1] ??= await markAt(database, hostId, last.position);
  let from = 0;
  for (const [i, mark] of marks.entries()) {
    if (mark === null) continue;
    markEvents(events.slice(from, i + 1), mark);
    from = i + 1;
  }
  return events;
}
