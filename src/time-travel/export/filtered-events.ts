/** The events of a log that match a filter, a page at a time. */
import type { LedgerEvent } from '../../events/event.ts';
import { readThrough } from '../../events/reading/log-reader.ts';
import type { Queryable } from '../../events/storage/database.ts';
import { type EventFilter, selectWanted } from '../filter/event-filter.ts';
import { rangeOf } from '../filter/range.ts';
import type { StateReader } from '../filter/refused-by-fd.ts';

export interface ExportRange {
  readonly host_id: number;
  /** Exclusive. */
  readonly after: number;
  /** Inclusive. */
  readonly to: number;
  readonly filter: EventFilter;
  readonly stateAt: StateReader;
}

/** Pages of events that match, none of them empty. */
export async function* filterEvents(
  database: Queryable,
  { host_id, after, to, filter, stateAt }: ExportRange,
): AsyncGenerator<readonly LedgerEvent[]> {
  const range = await rangeOf(database, host_id, filter, { from: after + 1, to });
  for await (const page of readThrough(database, host_id, range)) {
    const wanted = await selectWanted(page, filter, stateAt);
    if (wanted.length > 0) yield wanted;
  }
}
