/**
 * Holes: where a recorder lost events. What a table or an explanation says of a stretch with a hole
 * is what was seen, and something may have happened in between.
 */
import { lineText, queryLine } from '../events/reading/host-line.ts';
import type { Queryable } from '../events/storage/database.ts';
import { projection } from './projection.ts';
import * as schema from './schema.ts';

/** A hole has no state: its event says all. */
export const holes = projection(schema.holes, () => ({}));

const BETWEEN = lineText(
  ({ rowsOf }) => `
  select position_from from ${rowsOf('holes')}
  where host_id = $1 and position_from between $2 and $3 order by position_from desc limit $4`,
);

/** Positions of the latest holes in a stretch of a log, in their order. */
export async function holesBetween(
  database: Queryable,
  {
    host_id,
    from,
    to,
    limit,
  }: {
    readonly host_id: number;
    readonly from: number;
    readonly to: number;
    readonly limit: number;
  },
): Promise<number[]> {
  const params = [host_id, from, to, limit] as const;
  const rows = await queryLine<{ position_from: number }>(database, BETWEEN, params);
  return rows.map(({ position_from }) => position_from).reverse();
}
