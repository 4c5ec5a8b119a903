/** The holes in the record of a stretch: what an answer about that stretch cannot know. */
import type { Lost } from '../../domain/observed/sighting.ts';
import type { LedgerEvent } from '../../events/event.ts';
import type { Queryable } from '../../events/storage/database.ts';
import { holesBetween } from '../../projections/holes.ts';
import type { Span } from '../../projections/list-versions.ts';

/** Holes that one answer tells of: the latest. */
const HOLES_MAX = 20;

export interface Hole extends Omit<Lost, 'name'> {
  /** Position of the event that tells of it. */
  readonly position: number;
  /** Its time, in microseconds since the epoch. */
  readonly at: number;
}

/** The latest holes of a stretch, in their order. */
export async function holesIn(
  database: Queryable,
  span: Span,
  eventsAt: (positions: readonly number[]) => Promise<readonly LedgerEvent[]>,
): Promise<Hole[]> {
  const positions = await holesBetween(database, { ...span, limit: HOLES_MAX });
  if (positions.length === 0) return [];
  const events = await eventsAt(positions);
  return events.flatMap(({ position, at, call }) => {
    if (call.name !== 'lost') return [];
    const { name: _, ...hole } = call;
    return [{ position, at, ...hole }];
  });
}
