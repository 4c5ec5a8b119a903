/**
 * What marks the history at events that are followed, kept as long as the event: an event alone does
 * not say it, since only the end of an append has a hash (`encoding/mark.ts`).
 */
import type { LedgerEvent } from '../event.ts';

const MARKS = new WeakMap<LedgerEvent, string>();

/** Marks the events of one append. */
export function markEvents(events: readonly LedgerEvent[], mark: string): void {
  for (const event of events) MARKS.set(event, mark);
}

/** The mark of an event; undefined for one that was not read to be followed. */
export function markOfEvent(event: LedgerEvent): string | undefined {
  return MARKS.get(event);
}
