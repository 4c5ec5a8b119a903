/**
 * A followed log as server-sent events. A message is encoded once, whoever gets it, and kept as
 * long as its event. Bookmarks tell a filtered reader how far it is.
 */
import type { LedgerEvent } from '../../events/event.ts';
import type { Piece } from '../../events/follower.ts';
import { type EventFilter, isOpen, matches } from '../../time-travel/event-filter.ts';
import { BOOKMARK_EVENTS } from '../limits.ts';
import { eventOnWire } from '../wire/event.ts';

export interface Messages {
  readonly filter: EventFilter;
  /** Told once, when nothing more will come. */
  readonly onEnd: () => void;
}

const encoder = new TextEncoder();
const CONNECTED = encoder.encode(': connected\n\n');
const MESSAGES = new WeakMap<LedgerEvent, Uint8Array>();

/** The messages of the events that `following` gives and the filter lets pass. */
export function eventMessages(
  following: AsyncIterator<Piece, undefined>,
  { filter, onEnd }: Messages,
): AsyncIterator<Uint8Array, undefined> {
  const takesAll = isOpen(filter);
  let greeted = false;
  let skipped = 0;

  function partsOf(events: Piece): Uint8Array[] {
    const wanted = takesAll ? events : events.filter((event) => matches(event, filter));
    const parts = wanted.map(messageOf);
    const last = events.at(-1)?.position ?? 0;
    skipped = wanted.at(-1)?.position === last ? 0 : skipped + events.length - wanted.length;
    if (skipped >= BOOKMARK_EVENTS) {
      parts.push(bookmark(last));
      skipped = 0;
    }
    return parts;
  }

  return {
    async next() {
      if (!greeted) {
        greeted = true;
        return { done: false, value: CONNECTED };
      }
      for (;;) {
        const { done, value: events } = await following.next();
        if (done) {
          onEnd();
          return { done, value: undefined };
        }
        const parts = partsOf(events);
        const [first] = parts;
        if (first === undefined) continue;
        return { done: false, value: parts.length === 1 ? first : Buffer.concat(parts) };
      }
    },
    async return() {
      onEnd();
      await following.return?.();
      return { done: true, value: undefined };
    },
  };
}

function messageOf(event: LedgerEvent): Uint8Array {
  const known = MESSAGES.get(event);
  if (known !== undefined) return known;
  const data = JSON.stringify(eventOnWire(event));
  const message = encoder.encode(`event: event\nid: ${event.position}\ndata: ${data}\n\n`);
  MESSAGES.set(event, message);
  return message;
}

function bookmark(position: number): Uint8Array {
  return encoder.encode(`event: bookmark\nid: ${position}\ndata: {"position":${position}}\n\n`);
}
