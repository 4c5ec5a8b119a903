/** Where real kernels run something else than their logs say, counted over all hosts. */
import type { Queryable } from '../storage/database.ts';

/** A cgroup with an attach type is one place, whether its list or its effective array differs. */
const SLOTS = `
  select count(*)::int8 as slots from (
    select distinct e.host_id, d ->> 'where' from executors e
    cross join lateral json_array_elements(e.standing::json) d
    where e.standing <> '[]' and d ->> 'what' in ('attached', 'effective')) differing`;

/** Pairs of cgroup and attach type that differed at the last comparison of each host. */
export async function countDriftSlots(database: Queryable): Promise<number> {
  const [row] = await database.query<{ readonly slots: number }>(SLOTS);
  return row?.slots ?? 0;
}
