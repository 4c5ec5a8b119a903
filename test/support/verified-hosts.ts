import type { Database } from '../../src/events/storage/database.ts';
import { verifyHost } from '../../src/time-travel/verify/verify.ts';

/**
 * Verifies the log of each host: how many events they have, and a sentence for each that does not hold.
 *
 * @param isMeant leaves out the hosts whose names it is false of
 */
export async function verifyAllHosts(
  database: Database,
  isMeant: (name: string) => boolean = () => true,
): Promise<{ readonly events: number; readonly faults: readonly string[] }> {
  let events = 0;
  const faults: string[] = [];
  for (const { host_id, name } of await database.query<{ host_id: number; name: string }>(
    'select host_id, name from hosts order by host_id',
  )) {
    if (!isMeant(name)) continue;
    const verdicts = await verifyHost(database, host_id);
    events += verdicts.chain.position;
    if (!verdicts.holds) faults.push(`${name}: ${JSON.stringify(verdicts).slice(0, 1000)}`);
  }
  return { events, faults };
}
