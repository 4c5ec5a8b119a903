/** SQL for the oldest position of host `$1` that is kept: 1, or where its log was cut. */
export const OLDEST = `coalesce((select max(c.position) from cuts c where c.host_id = $1), 1)`;
