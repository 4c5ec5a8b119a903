/** Pages through the log of a host, from either end, and holds one page at a time. */
import { hostPath } from '../client/host-path.ts';
import type { RestClient } from '../client/rest-client.ts';
import type { WireEvent } from './event-text.ts';

/** Events of one request at most, as the API has it. */
const PAGE_MAX = 1000;
/** Positions that one step backwards covers: at first, and at most where few events match. */
const STEP_MIN = 1000;
const STEP_MAX = 20_000;

interface EventPage {
  readonly items: readonly WireEvent[];
  readonly next?: string;
}

export interface ListedSpan {
  readonly client: RestClient;
  readonly host: string;
  readonly filter: Readonly<Record<string, string>>;
  /** Positions after this one… */
  readonly after: number;
  /** … up to this one. */
  readonly to: number;
  /** Events of one request; default `PAGE_MAX`. */
  readonly page?: number;
}

/** The matching events of a span, oldest first. */
export async function* eventsForward({
  client,
  host,
  filter,
  after,
  to,
  page = PAGE_MAX,
}: ListedSpan): AsyncGenerator<WireEvent> {
  // Up to a fixed moment: a log that grows as fast as it is read would never end.
  const query = { ...filter, at: String(to), limit: String(Math.min(page, PAGE_MAX)) };
  for (let place: Record<string, string> = { after: String(after) }; after < to; ) {
    const path = `${hostPath(host)}/events?${new URLSearchParams({ ...query, ...place })}`;
    const { items, next } = await client.get<EventPage>(path);
    yield* items;
    if (next === undefined) return;
    place = { next };
  }
}

/** The matching events of a span, newest first. */
export async function* eventsBackward(span: ListedSpan): AsyncGenerator<WireEvent> {
  let step = STEP_MIN;
  for (let { to } = span; to > span.after; ) {
    const after = Math.max(span.after, to - step);
    const found: WireEvent[] = [];
    const window = { ...span, after, to, page: PAGE_MAX };
    for await (const event of eventsForward(window)) found.push(event);
    yield* found.reverse();
    if (found.length < STEP_MIN / 2) step = Math.min(step * 2, STEP_MAX);
    else step = STEP_MIN;
    to = after;
  }
}
