/**
 * The check of each event before anything is done with it, whatever the service has checked: a log
 * may have been imported, and the service be another one.
 */
import { changeFault } from '../../events/schema/change-fault.ts';
import type { LoggedEvent } from './ledger.ts';

/** An event that is impossible on a kernel, or that no service of this version writes. */
class Inapplicable extends Error {
  override readonly name = 'Inapplicable';
}

/**
 * Checks an event that was read, and keeps the parts that are applied.
 *
 * @throws Inapplicable with a sentence that names the field
 */
export function checkEvent(read: Readonly<Record<keyof LoggedEvent, unknown>>): LoggedEvent {
  const { position, pid, call, outcome, effects } = read;
  const event = { position, pid, call, outcome, effects };
  const fault = changeFault(event);
  if (fault === undefined) return event as LoggedEvent;
  throw new Inapplicable(`event ${position} is not one to apply: ${fault}`);
}
