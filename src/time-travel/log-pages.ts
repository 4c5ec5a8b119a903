/** Events between two positions, in pages, through the log's interface. */
import type { LedgerEvent } from '../events/event.ts';
import type { Log } from '../events/log.ts';

/** The events from one position to another, both included; until `signal` is aborted. */
export async function* eventsBetween(
  log: Log,
  host: string,
  { from, to }: { readonly from: number; readonly to: number },
  signal?: AbortSignal,
): AsyncGenerator<readonly LedgerEvent[]> {
  for (let next = from; next <= to; ) {
    signal?.throwIfAborted();
    const page = await log.read(host, { from: next, limit: to - next + 1 });
    if (page.length === 0) return;
    yield page;
    next += page.length;
  }
}
