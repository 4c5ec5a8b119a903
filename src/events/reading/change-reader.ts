/**
 * Reads what events changed, for folds: only pid and effects. Calls and outcomes are most of a log
 * and stay packed where events are sealed.
 */
import { decodeChange } from '../encoding/codec.ts';
import type { FoldedEvent } from '../event.ts';
import type { Queryable } from '../storage/database.ts';
import { turn } from '../turns.ts';
import { PAGE_EVENTS_MAX, readBodies } from './log-reader.ts';
import { readStoredChanges, segmentAt } from './segment-reader.ts';

/** Fewer events than these are read from rows: a segment is unpacked as a whole. */
const SEALED_EVENTS_MIN = 1500;

interface Positions {
  readonly from: number;
  /** Inclusive. */
  readonly to: number;
}

/**
 * What the events in [from, to] changed, a page at a time, in order; events that changed nothing
 * may be left out. Stops early when the log ends before `to`.
 *
 * @throws UnreadableSegment when a segment is damaged
 */
export async function* readChanges(
  database: Queryable,
  hostId: number,
  { from, to }: Positions,
): AsyncGenerator<FoldedEvent[]> {
  let next = from;
  let sealed = ahead(database, hostId, { from, to });
  while (next <= to) {
    const segment = await sealed;
    if (segment === undefined) {
      const limit = Math.min(to - next + 1, PAGE_EVENTS_MAX);
      const first = next;
      const bodies = await readBodies(database, hostId, { from: first, limit });
      if (bodies.length === 0) return;
      next += bodies.length;
      sealed = ahead(database, hostId, { from: next, to });
      yield bodies.map((body, i) => decodeChange({ position: first + i, body }));
      continue;
    }
    next = segment.position_to + 1;
    // The next segment arrives while this one is folded, and other work goes on.
    sealed = ahead(database, hostId, { from: next, to });
    for (const page of segment.pages) {
      yield page;
      await turn();
    }
  }
}

/** Begins to read a segment. A reader that stops before it arrives does not learn of its damage. */
function ahead(...wanted: Parameters<typeof findSealed>): ReturnType<typeof findSealed> {
  const sealed = findSealed(...wanted);
  sealed.catch(() => undefined);
  return sealed;
}

/** The segment of a position, when enough of it is wanted to be worth it. */
async function findSealed(database: Queryable, hostId: number, range: Positions) {
  if (range.to - range.from + 1 < SEALED_EVENTS_MIN) return undefined;
  const stored = await segmentAt(database, hostId, range.from);
  if (stored === undefined) return undefined;
  return { position_to: stored.position_to, pages: await readStoredChanges(stored, range) };
}
