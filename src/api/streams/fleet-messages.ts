/** The events of all hosts as server-sent events: what arrived since a place, and then what arrives. */

import type { Arrivals } from '../../projections/fleet/arrivals.ts';
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

/** The messages of a stream, without an end but when the database went back behind it. */
export async function* fleetMessages(
  { arrivals, database }: Pick<Service, 'arrivals' | 'database'>,
  { start, filter, hosts, signal, reads }: FleetFollowing,
): AsyncGenerator<string, undefined> {
  yield ': connected\n\n';
  let place = start;
  let skipped = 0;
  while (!signal.aborted) {
    // Before the read, so that what arrives meanwhile is not slept through.
    const { latest } = arrivals;
    const page = await reads.after(place, await hosts());
    if (page === undefined) {
      yield `event: history-changed\ndata: ${JSON.stringify({ known: placeText(place) })}\n\n`;
      return undefined;
    }
    const { events, cuts, reached } = page;
    if (reached === undefined) {
      await arrivals.after(latest, signal);
      continue;
    }
    const wanted = filter.isOpen ? events : await filter.selectWanted(database, events);
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

type Page = ArrivedPage | undefined;

/** Reads that all streams of all hosts share: those that are at the end of what arrived are at one place. */
export class SharedReads {
  readonly #service: Pick<Service, 'arrivals' | 'database'>;
  /** By the text of the place; at most `KEPT_MAX`, all made while `#newest` was the latest to arrive. */
  readonly #kept = new Map<string, Promise<Page>>();
  #newest: Arrivals['newest'] | undefined;

  constructor(service: Pick<Service, 'arrivals' | 'database'>) {
    this.#service = service;
  }

  /** The next events after a place; undefined when the database went back behind it. */
  after(place: ArrivalPlace, hosts: readonly number[] | undefined): Promise<Page> {
    const { newest } = this.#service.arrivals;
    if (hosts !== undefined) return this.#read(place, hosts);
    if (this.#newest !== newest) this.#kept.clear();
    this.#newest = newest;
    const key = placeText(place);
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const page = this.#read(place, hosts);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= KEPT_MAX && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(key, page);
    page.catch(() => this.#kept.delete(key));
    return page;
  }

  /** The place is looked for after the read: what was read of a history that is lost is not given. */
  async #read(place: ArrivalPlace, hosts: readonly number[] | undefined): Promise<Page> {
    const { database } = this.#service;
    const range = { after: place, order: 'asc', limit: ARRIVED_MAX, hosts } as const;
    const page = await readArrived(database, range);
    return (await this.#isThere(place)) ? page : undefined;
  }

  async #isThere(place: ArrivalPlace): Promise<boolean> {
    const { arrivals, database } = this.#service;
    // What no look has marked stands at a number that was the latest, which only ever grows.
    return place.mark === 0 ? place.arrival <= arrivals.latest : isKnownPlace(database, place);
  }
}
