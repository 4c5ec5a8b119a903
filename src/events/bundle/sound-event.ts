/** Whether an event that was recorded elsewhere can be one of ours. */
import { isCanonical, type ParsedEvent } from '../encoding/codec.ts';
import type { LedgerEvent } from '../event.ts';
import { DamagedLog } from '../reading/damaged-log.ts';
import { eventSchema } from '../schema/event-schema.ts';
import { faultFinder } from '../schema/fault-finder.ts';
import { foreignFault } from './foreign-event.ts';

const eventFault = faultFinder(eventSchema);

/**
 * Refuses an event that no log of ours would hold.
 *
 * @param now microseconds since the epoch
 * @throws DamagedLog that says why
 */
export function requireSound(row: ParsedEvent, event: LedgerEvent, now: number): void {
  const fault = eventFault(event) ?? foreignFault(event, now);
  if (fault !== undefined) throw new DamagedLog(event.position, fault);
  // Bytes that the decoder ignores would be stored and hashed unchecked.
  if (!isCanonical(row, event)) {
    throw new DamagedLog(event.position, 'it says more than its fields');
  }
}
