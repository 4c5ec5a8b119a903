/** Events that were recorded without a service, taken into the tables of all hosts. */
import type { Database } from '../../src/events/storage/database.ts';
import { look } from '../../src/projections/fleet/arriving.ts';

/** Looks until nothing is left, as a service does while it records. */
export async function arriveAll(database: Database): Promise<void> {
  for (let mark = 1; ; mark++) if (!(await look(database, { mark })).more) return;
}
