/**
 * A part of a host's state as server-sent events: what is there, and then each change of it with the event
 * that made it. All changes of one event have one id, on the last of them: a reader that lost the
 * connection in between gets them all again.
 */
import type { LedgerEvent } from '../../events/event.ts';
import { markOfEvent } from '../../events/reading/event-marks.ts';
import type { Follower } from '../../events/reading/follower.ts';
import type { MarkedMoment } from '../../events/reading/moment.ts';
import type { Moment } from '../../projections/moment.ts';
import { eventRef } from '../../time-travel/wording/event-ref.ts';
import { BOOKMARK_EVENTS } from '../limits.ts';
import { eventRefOnWire } from '../wire/event-ref.ts';
import { changeOnWire } from './history-change.ts';

/** Things by key, as the wire has them. */
export type RowsByKey = ReadonlyMap<string, object>;

/** A part of a state that is followed. */
export interface StateView {
  /** The name of one thing in a message: `slot`, `link`. */
  readonly singular: string;
  /** All that is there at a moment. */
  readonly all: (moment: Moment) => Promise<RowsByKey>;
  /** Whether an event may change it. */
  readonly mayChange: (event: LedgerEvent) => boolean;
  /** What is there after such an event, of the keys that it may change; without keys, all there is. */
  readonly after: (
    moment: Moment,
    event: LedgerEvent,
  ) => Promise<{ readonly rows: RowsByKey; readonly keys?: readonly string[] }>;
}

export interface StateFollowing {
  readonly host: string;
  readonly host_id: number;
  readonly view: StateView;
  /** Where it begins; undefined for a place that the log does not have any more. */
  readonly start: MarkedMoment | undefined;
  /** The reader had what was there at the start already. */
  readonly isResumed: boolean;
  readonly follow: () => Promise<Follower>;
  readonly signal: AbortSignal;
}

/** The messages of a stream, without an end. */
export async function* stateMessages(following: StateFollowing): AsyncGenerator<string, undefined> {
  const { host, host_id, view, start, isResumed, signal } = following;
  yield ': connected\n\n';
  const follower = await following.follow();
  signal.addEventListener('abort', () => void follower.return?.());
  if (signal.aborted) return undefined;
  const known = new Map(start === undefined ? [] : await view.all(start));
  if (start !== undefined && !isResumed) {
    const { position } = start;
    const id = `${position}.${start.mark}`;
    let text = '';
    for (const row of known.values()) {
      text += message('ADDED', { host, position, [view.singular]: row });
    }
    yield text + message('BOOKMARK', { host, position }, id);
  }
  let skipped = 0;
  for (;;) {
    const { done, value } = await follower.next();
    if (done) {
      if (value !== undefined && !signal.aborted) {
        yield message('history-changed', changeOnWire(value));
      }
      return undefined;
    }
    let text = '';
    for (const event of value) {
      const changes = view.mayChange(event) ? await changesBy(event) : [];
      if (changes.length > 0) {
        skipped = 0;
        text += changes.join('').replace(/\n\n$/, `\nid: ${idOf(event)}\n\n`);
      } else if (++skipped >= BOOKMARK_EVENTS) {
        skipped = 0;
        text += message('BOOKMARK', { host, position: event.position }, idOf(event));
      }
    }
    if (text !== '') yield text;
  }

  async function changesBy(event: LedgerEvent): Promise<string[]> {
    const { boot, position } = event;
    const { rows, keys = [...known.keys(), ...rows.keys()] } = await view.after(
      { host_id, boot, position },
      event,
    );
    const cause = eventRefOnWire(eventRef(event));
    const changes: string[] = [];
    for (const key of new Set(keys)) {
      const [was, now] = [known.get(key), rows.get(key)];
      if (now === undefined) known.delete(key);
      else known.set(key, now);
      const kind = now === undefined ? 'REMOVED' : was === undefined ? 'ADDED' : 'CHANGED';
      if (JSON.stringify(was) === JSON.stringify(now)) continue;
      changes.push(message(kind, { host, position, [view.singular]: now ?? was, cause }));
    }
    return changes;
  }
}

function message(event: string, data: object, id?: string): string {
  const named = id === undefined ? '' : `id: ${id}\n`;
  return `event: ${event}\n${named}data: ${JSON.stringify(data)}\n\n`;
}

function idOf(event: LedgerEvent): string {
  const mark = markOfEvent(event);
  if (mark === undefined) throw new Error(`event ${event.position} was not read to be followed`);
  return `${event.position}.${mark}`;
}
