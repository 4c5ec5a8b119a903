/**
 * One reader of a host's log: a position in it. The feed gives the events of the ring and wakes followers
 * that wait at its end; a follower that is behind the ring reads the database. A follower has no
 * buffer: it takes events when its reader asks for them.
 */
import { callSize } from '../call-size.ts';
import type { LedgerEvent } from '../event.ts';
import type { LogRefusal } from '../log-refusal.ts';
import type { HistoryChange } from './history.ts';

/** Events in order. */
export type Piece = readonly LedgerEvent[];

/** The size of a piece; a single larger event is a piece by itself. Each slow follower holds one. */
const PIECE_SIZE_MAX = 512 * 1024;

/** The first events up to a size; at least one. */
export function pieceOf(events: Piece): Piece {
  let size = 0;
  for (const [i, event] of events.entries()) {
    size += callSize(event.call);
    if (size > PIECE_SIZE_MAX && i > 0) return events.slice(0, i);
  }
  return events;
}

/** Where a follower begins. */
export interface FollowerStart {
  /** Position of the last event that it has; 0 for none. */
  readonly after: number;
  /** The mark of the history there (`encoding/mark.ts`), if it is known. */
  readonly mark?: string | undefined;
}

/** The feed, as a follower uses it. */
export interface Feed {
  /** The events of the ring from a position on; undefined when the ring no longer has them. */
  pieceFrom(from: number): Piece | undefined;
  /** The same from the database. */
  read(from: number): Promise<Piece>;
  /** Wakes the follower when the log has grown. */
  wait(follower: Follower): void;
  leave(follower: Follower): void;
  /** Set when the log is no longer the followed one. */
  readonly changed: HistoryChange | undefined;
  /** Set when the log was cut after the last events that its followers got. */
  readonly removed: LogRefusal | undefined;
}

/** A follower that ends by itself: the log is no longer the followed one. */
type Result = IteratorResult<Piece, HistoryChange | undefined>;

const ENDED: Result = { done: true, value: undefined };

export class Follower implements AsyncIterableIterator<Piece, HistoryChange | undefined> {
  readonly #feed: Feed;
  /** Position of the event that it takes next. */
  #next: number;
  #answer: ((result: Result | Promise<Result>) => void) | undefined;
  #ended = false;
  /** Set when it comes from another history than the feed's. */
  readonly #strayed: HistoryChange | undefined;

  constructor(feed: Feed, after: number, strayed?: HistoryChange) {
    this.#feed = feed;
    this.#strayed = strayed;
    this.#next = after + 1;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The next events, as soon as there are any. Call it again only after its answer. */
  next(): Promise<Result> {
    if (this.#ended) return Promise.resolve(ENDED);
    const changed = this.#strayed ?? this.#feed.changed;
    if (changed !== undefined) return this.#sendAway(changed);
    const { removed } = this.#feed;
    if (removed !== undefined) return this.return().then(() => Promise.reject(removed));
    const piece = this.#feed.pieceFrom(this.#next);
    if (piece === undefined) return this.#behind();
    if (piece.length > 0) return Promise.resolve(this.#take(piece));
    return new Promise((resolve) => {
      this.#answer = resolve;
      this.#feed.wait(this);
    });
  }

  /** Ends it immediately, also while it waits. */
  return(): Promise<Result> {
    if (!this.#ended) {
      this.#ended = true;
      this.#feed.leave(this);
      this.wake();
    }
    return Promise.resolve(ENDED);
  }

  /** The log grew, or the follower ended: answers the waiting read. */
  wake(): void {
    const answer = this.#answer;
    if (answer === undefined) return;
    this.#answer = undefined;
    // The usual case needs no further promise: there may be a thousand followers to wake.
    const isOver = this.#ended || (this.#feed.changed ?? this.#feed.removed) !== undefined;
    const piece = isOver ? undefined : this.#feed.pieceFrom(this.#next);
    if (piece === undefined || piece.length === 0) answer(this.next());
    else answer(this.#take(piece));
  }

  async #behind(): Promise<Result> {
    const piece = await this.#feed.read(this.#next);
    const goesOn = piece.length > 0 && !this.#ended && this.#feed.changed === undefined;
    return goesOn ? this.#take(piece) : this.next();
  }

  async #sendAway(changed: HistoryChange): Promise<Result> {
    await this.return();
    return { done: true, value: changed };
  }

  #take(piece: Piece): Result {
    this.#next += piece.length;
    return { done: false, value: piece };
  }
}
