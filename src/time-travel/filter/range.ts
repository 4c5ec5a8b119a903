/** The positions that a filter leaves, so that what is before and after them is not read. */
import { positionAt } from '../../events/reading/log-reader.ts';
import type { Queryable } from '../../events/storage/database.ts';
import type { EventFilter } from './event-filter.ts';

interface Range {
  readonly from: number;
  readonly to: number;
}

/** Of a range of positions, the part outside of which no event fulfils the filter. */
export async function rangeOf(
  database: Queryable,
  hostId: number,
  { from, position_from = 1, position_to = Number.MAX_SAFE_INTEGER }: EventFilter,
  range: Range,
): Promise<Range> {
  // Everything up to there is older than `from`.
  const older = from === undefined ? 0 : await positionAt(database, hostId, from - 1);
  return {
    from: Math.max(range.from, position_from, older + 1),
    to: Math.min(range.to, position_to),
  };
}
