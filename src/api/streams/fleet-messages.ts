/** The events of all hosts as server-sent events: what arrived since a place, and then what arrives. */
import {
  ARRIVED_MAX,
  type ArrivalPlace,
  type ArrivedPage,
  isKnownPlace,
  readArrived,
} from '../../projections/fleet/arrived-events.ts';
import type { FleetFilter } from '../../time-travel/filter/fleet-filter.ts';
import { BOOKMARK_EVENTS } from '../limits.ts';
import { placeText } from '../request/arrival-place.ts';
import type { Service } from '../service.ts';
import { hostEventText } from '../wire/host-event.ts';

export interface FleetFollowing {
  readonly start: ArrivalPlace;
  readonly filter: FleetFilter;
  /** Ids of the hosts that are wanted, as of now; undefined where all are. */
  readonly hosts: () => Promise<readonly number[] | undefined>;
  readonly signal: AbortSignal;
  readonly reads: SharedReads;
}

/** The messages of a stream, without an end. */
export async function* fleetMessages(
  { arrivals, database }: Pick<Service, 'arrivals' | 'database'>,
  { start, filter, hosts, signal, reads }: FleetFollowing,
): AsyncGenerator<string, undefined> {
  yield ': connected\n\n';
  if (start.mark !== 0 && !(await isKnownPlace(database, start))) {
    yield `event: history-changed\ndata: ${JSON.stringify({ known: placeText(start) })}\n\n`;
    return undefined;
  }
  let place = start;
  let skipped = 0;
  while (!signal.aborted) {
    // Before the read, so that what arrives meanwhile is not slept through.
    const { latest } = arrivals;
    const { events, cuts, reached } = await reads.after(place, await hosts());
    if (reached === undefined) {
      await arrivals.after(latest, signal);
      continue;
    }
    const wanted = filter.isOpen ? events : await filter.wanted(database, events);
    const isToTheEnd = wanted.at(-1) === events.at(-1);
    if (events.length > 0) skipped = isToTheEnd ? 0 : skipped + events.length - wanted.length;
    let text = cuts.map((cut) => `event: removed\ndata: ${JSON.stringify(cut)}\n\n`).join('');
    for (const one of wanted) {
      const id = placeText(one.place);
      const data = hostEventText(one);
      if (data === undefined || one.event === null) {
        const which = { host: one.host, position: one.place.position };
        text += `event: unreadable\nid: ${id}\ndata: ${JSON.stringify(which)}\n\n`;
      } else text += `event: event\nid: ${id}\ndata: ${data}\n\n`;
    }
    place = reached;
    if (skipped >= BOOKMARK_EVENTS) {
      skipped = 0;
      const id = placeText(place);
      text += `event: bookmark\nid: ${id}\ndata: ${JSON.stringify({ last: id })}\n\n`;
    }
    if (text !== '') yield text;
  }
  return undefined;
}

/** Places whose next events are kept, until more arrive. */
const KEPT_MAX = 8;

/** Reads that all streams of all hosts share: those that are at the end of what arrived are at one place. */
export class SharedReads {
  readonly #service: Pick<Service, 'arrivals' | 'database'>;
  /** By the text of the place; at most `KEPT_MAX`, all made while `#latest` was the latest to arrive. */
  readonly #kept = new Map<string, Promise<ArrivedPage>>();
  #latest = -1;

  constructor(service: Pick<Service, 'arrivals' | 'database'>) {
    this.#service = service;
  }

  /** The next events after a place. */
  after(place: ArrivalPlace, hosts: readonly number[] | undefined): Promise<ArrivedPage> {
    const { arrivals, database } = this.#service;
    const range = { after: place, order: 'asc', limit: ARRIVED_MAX, hosts } as const;
    if (hosts !== undefined) return readArrived(database, range);
    if (this.#latest !== arrivals.latest) this.#kept.clear();
    this.#latest = arrivals.latest;
    const key = placeText(place);
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const page = readArrived(database, range);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= KEPT_MAX && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(key, page);
    page.catch(() => this.#kept.delete(key));
    return page;
  }
}
