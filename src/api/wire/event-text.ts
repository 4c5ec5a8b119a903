/** The JSON text of an event on the wire. */
import type { LedgerEvent } from '../../events/event.ts';
import { eventOnWire } from './event.ts';

/** An event, as the API answers it, as text. */
export function eventText(event: LedgerEvent): string {
  return JSON.stringify(eventOnWire(event));
}
