/** When programs were loaded, of those of which somebody saw it. */
import { lineText, queryLine } from '../events/reading/host-line.ts';
import type { Queryable } from '../events/storage/database.ts';
import { sqlArray } from '../events/storage/sql-array.ts';
import { isTimed, timeOf } from './event-text.ts';
import { at, type Moment } from './moment.ts';

const LOADED = lineText(
  ({ rowsOf }) => `
  select first.prog_id, ${timeOf('e')} as at from (
    select prog_id, min(position_from) as position from ${rowsOf('program_versions')}
    where host_id = $1 and boot = $2 and position_from <= $3 and prog_id = any($4::int8[])
    group by prog_id) first
  join ${rowsOf('events')} e on e.host_id = $1 and e.position = first.position
  where ${isTimed('e')} order by first.prog_id`,
);

/** Microseconds since the epoch, by program id. */
export async function loadTimes(
  database: Queryable,
  moment: Moment,
  progIds: readonly number[],
): Promise<Map<number, number>> {
  const params = [...at(moment), sqlArray(progIds)] as const;
  const rows = await queryLine<{ readonly prog_id: number; readonly at: number }>(
    database,
    LOADED,
    params,
  );
  return new Map(rows.map(({ prog_id, at }) => [prog_id, at]));
}
