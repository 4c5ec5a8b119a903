/** Which moments a log has, for who asked for another one: where it begins, or its boots. */
import { rfc3339 } from '../events/encoding/rfc3339.ts';
import { momentAt } from '../projections/boots.ts';
import type { MomentSource, MomentUnknown } from './moment.ts';

/** The end of the sentence that a log does not have a moment. */
export async function knownMoments(
  { log, database }: MomentSource,
  host: string,
  { text }: MomentUnknown,
): Promise<string> {
  const { host_id, position: head, oldest } = await log.head(host);
  if (text.kind !== 'boot') {
    const { at } = await log.event(host, oldest);
    return `, at ${rfc3339(at)} (position ${oldest}): ask for that time or a later one`;
  }
  const [first, last] = await Promise.all(
    [oldest, head].map((position) => momentAt(database, { host_id, position })),
  );
  const boots = first?.boot === last?.boot ? 'only ' : `boot:${first?.boot} to `;
  return `; it has ${boots}boot:${last?.boot}`;
}
