/**
 * Counts recorded events by call and answer. Every write runs this, so it counts in plain maps; a scrape
 * reads them. Both come from closed lists: the names of calls, and `ok` or the name of an errno.
 */
import { isRefusal } from '../../domain/outcome.ts';
import type { LedgerEvent } from '../../events/event.ts';

/** What is counted of an event. */
type CountedEvent = Pick<LedgerEvent, 'call' | 'outcome'>;

interface EventCount {
  readonly op: string;
  readonly result: string;
  readonly events: number;
}

export class EventCounts {
  /** By name of the call, then by answer. */
  readonly #counts = new Map<string, Map<string, number>>();
  #lost = 0;

  /** Events that recorders said they lost, where they knew how many. */
  get lost(): number {
    return this.#lost;
  }

  /** Counts the events of a write. */
  count(events: readonly CountedEvent[]): void {
    for (const { call, outcome } of events) {
      const result = isRefusal(outcome) ? outcome.errno : 'ok';
      let results = this.#counts.get(call.name);
      if (results === undefined) {
        results = new Map();
        this.#counts.set(call.name, results);
      }
      results.set(result, (results.get(result) ?? 0) + 1);
      if (call.name === 'lost') this.#lost += call.events ?? 0;
    }
  }

  /** Each count that is not zero. */
  *all(): Generator<EventCount> {
    for (const [op, results] of this.#counts) {
      for (const [result, events] of results) yield { op, result, events };
    }
  }
}
