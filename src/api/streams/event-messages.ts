/**
 * A followed log as server-sent events. A message is encoded once for all readers, and kept as
 * long as its event. Bookmarks show a filtered reader how far it is.
 */
import type { LedgerEvent } from '../../events/event.ts';
import { markOfEvent } from '../../events/reading/event-marks.ts';
import type { Piece } from '../../events/reading/follower.ts';
import type { HistoryChange } from '../../events/reading/history.ts';
import { type EventFilter, isOpen, selectWanted } from '../../time-travel/filter/event-filter.ts';
import type { StateReader } from '../../time-travel/filter/refused-by-fd.ts';
import { BOOKMARK_EVENTS } from '../limits.ts';
import { eventText } from '../wire/event-text.ts';
import { changeOnWire } from './history-change.ts';

type Following = AsyncIterator<Piece, HistoryChange | undefined>;

export interface Messages {
  readonly filter: EventFilter;
  readonly stateAt: StateReader;
  /** Called when following begins, with what ends it from outside. */
  readonly onOpen: (end: () => void) => void;
  /** Told, perhaps twice, when nothing more will come; with the same function. */
  readonly onEnd: (end: () => void) => void;
}

const encoder = new TextEncoder();
const CONNECTED = encoder.encode(': connected\n\n');
const MESSAGES = new WeakMap<LedgerEvent, Uint8Array>();

/**
 * The messages of the events that are followed and that the filter lets pass. Following begins when
 * the first message is asked for: a body that nobody reads, as after HEAD, follows nothing.
 */
export function eventMessages(
  follow: () => Promise<Following>,
  { filter, stateAt, onOpen, onEnd }: Messages,
): AsyncIterator<Uint8Array, undefined> {
  const takesAll = isOpen(filter);
  let following: Following | undefined;
  let ended = false;
  let skipped = 0;

  const end = () => {
    ended = true;
    void following?.return?.();
  };

  function partsOf(events: Piece, wanted: Piece): Uint8Array[] {
    const parts = wanted.map(messageOf);
    const last = events.at(-1);
    skipped = wanted.at(-1) === last ? 0 : skipped + events.length - wanted.length;
    if (skipped >= BOOKMARK_EVENTS && last !== undefined) {
      parts.push(bookmark(last));
      skipped = 0;
    }
    return parts;
  }

  return {
    async next() {
      if (following === undefined) {
        following = await follow();
        onOpen(end);
        // The reader may have left meanwhile.
        if (ended) end();
        return { done: false, value: CONNECTED };
      }
      for (;;) {
        if (ended) return { done: true, value: undefined };
        const { done, value: events } = await following.next();
        if (done) {
          onEnd(end);
          if (events === undefined || ended) return { done, value: undefined };
          ended = true;
          return { done: false, value: historyChanged(events) };
        }
        const wanted = takesAll ? events : await selectWanted(events, filter, stateAt);
        const parts = partsOf(events, wanted);
        const [first] = parts;
        if (first === undefined) continue;
        return { done: false, value: parts.length === 1 ? first : Buffer.concat(parts) };
      }
    },
    async return() {
      end();
      onEnd(end);
      return { done: true, value: undefined };
    },
  };
}

function messageOf(event: LedgerEvent): Uint8Array {
  const known = MESSAGES.get(event);
  if (known !== undefined) return known;
  const data = eventText(event);
  const message = encoder.encode(`event: event\nid: ${idOf(event)}\ndata: ${data}\n\n`);
  MESSAGES.set(event, message);
  return message;
}

function bookmark(event: LedgerEvent): Uint8Array {
  const data = JSON.stringify({ position: event.position });
  return encoder.encode(`event: bookmark\nid: ${idOf(event)}\ndata: ${data}\n\n`);
}

/** What a client sends back to go on after an event. */
function idOf(event: LedgerEvent): string {
  const mark = markOfEvent(event);
  if (mark === undefined) throw new Error(`event ${event.position} was not read to be followed`);
  return `${event.position}.${mark}`;
}

/** The last message: what was followed is not the log any more. Without an id, which nobody has. */
function historyChanged(change: HistoryChange): Uint8Array {
  const data = JSON.stringify(changeOnWire(change));
  return encoder.encode(`event: history-changed\ndata: ${data}\n\n`);
}
