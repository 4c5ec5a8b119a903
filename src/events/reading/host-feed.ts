/**
 * The newest events of one host's log, for followers in this process. A ring holds them:
 * the writer adds the events that it committed, and events of other processes are read once for all
 * followers. A follower pulls; one that falls behind the ring reads the database until it has
 * caught up, so nothing is lost or reordered, and a follower needs no buffer.
 */
import assert from 'node:assert/strict';
import { callSize } from '../call-size.ts';
import type { Clock } from '../clock.ts';
import { markOf } from '../encoding/mark.ts';
import type { LedgerEvent } from '../event.ts';
import { type Head, readHead } from '../head.ts';
import { LogRefusal } from '../log-refusal.ts';
import type { Queryable } from '../storage/database.ts';
import { markEvents, markOfEvent } from './event-marks.ts';
import { type Feed, Follower, type Piece, type Place } from './follower.ts';
import { continues, type HistoryChange, type Known } from './history.ts';
import { markAt } from './mark-at.ts';
import { readMarked } from './marked-events.ts';

/** Events that the ring holds. */
const RING_EVENTS_MAX = 4096;
/** Size of the events in the ring, as `callSize` counts; a larger single event is alone in it. */
const RING_SIZE_MAX = 16 * 1024 * 1024;
/** Events that a follower gets in one piece. */
const PIECE_EVENTS_MAX = 256;
/** The size of a piece; a single larger event is a piece by itself. Each slow follower holds one. */
const PIECE_SIZE_MAX = 512 * 1024;
/** How often the log is polled when no hint arrives. */
const POLL_MS = 2000;
/** Followers woken in one turn of the event loop: about a millisecond of work. */
const WOKEN_MAX = 128;

export interface FeedOptions {
  readonly database: Queryable;
  readonly clock: Clock;
  readonly hostId: number;
  /** What the host must be called. */
  readonly host?: string | undefined;
  /** Called when the log is not the one that was followed; the receiver must end the feed. */
  readonly onHistoryChanged?: (change: HistoryChange) => void;
  /** Called when nobody can join any more: the last follower left, or the log is another. */
  readonly onDeserted?: () => void;
  /** Default `RING_EVENTS_MAX`. */
  readonly ringEventsMax?: number;
}

export class HostFeed implements Feed {
  readonly #options: FeedOptions;
  /** Events without a gap, up to `#end`; empty while nobody follows and once `#changed` is set. */
  #ring: LedgerEvent[] = [];
  /** Of the events in the ring, as `callSize` counts. */
  #ringSize = 0;
  /** Position of the last event that went through the ring; undefined while nobody follows. */
  #end: number | undefined;
  /** The chain's value at `#end`, where it is known. */
  #endHash: Uint8Array | undefined;
  /** Set when the log is another one: all followers end, and it stays set. */
  #changed: HistoryChange | undefined;
  /** Those that joined and have not left; never below zero. */
  #followers = 0;
  /** Set while somebody follows. */
  #stopPolling: AbortController | undefined;
  /** Those at the end of the log; none of them is in `#due`. */
  #waiting: Follower[] = [];
  /** Those that were there when it grew, and are not woken yet. */
  #due: Follower[] = [];
  /** One reading for all followers at a time. */
  #reading: Promise<void> | undefined;
  /** The log may have grown since the current read began. */
  #hinted = false;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  get followers(): number {
    return this.#followers;
  }

  /** Takes the events of one append, and the point after the last of them. */
  appended(events: Piece, end: Known): void {
    if (this.#end === undefined) return;
    markEvents(events, markOf(end.hash));
    this.publish(events, end);
  }

  /**
   * Takes committed events, in order and without a gap; known events are ignored.
   *
   * @param end the point after the last of them, where it is known
   */
  publish(events: Piece, end?: Known): void {
    const known = this.#end;
    if (known === undefined || this.#changed !== undefined) return;
    const fresh = events.filter((event) => event.position > known);
    const [first] = fresh;
    if (first === undefined) return;
    const last = first.position + fresh.length - 1;
    assert.equal(fresh.at(-1)?.position, last, 'events are published with a gap in them');
    // Of a sealed segment: so many that the followers read them from the database.
    if (markOfEvent(first) === undefined) return this.hint();
    // A gap: the missing events are in the database, and the ring continues after them.
    if (first.position > known + 1) this.#empty();
    this.#ring.push(...fresh);
    for (const event of fresh) this.#ringSize += callSize(event.call);
    this.#letOldGo();
    this.#end = last;
    this.#endHash = end?.position === last ? end?.hash : undefined;
    this.#wake();
  }

  /** The log is no longer the followed one: every follower ends, also one that is behind. */
  end(change: HistoryChange): void {
    if (this.#end === undefined || this.#changed !== undefined) return;
    this.#changed = change;
    this.#empty();
    this.#options.onDeserted?.();
    this.#wake();
  }

  get changed(): HistoryChange | undefined {
    return this.#changed;
  }

  /** A hint that the log grew: reads it, if anybody follows. */
  hint(): void {
    if (this.#end === undefined || this.#changed !== undefined) return;
    this.#hinted = true;
    this.#reading ??= this.#readNew().finally(() => {
      this.#reading = undefined;
    });
  }

  /**
   * A follower that takes the events after a place, in order, and then what is still to come. One
   * that comes from another history ends immediately.
   *
   * @throws LogRefusal `no-such-position` when the log does not reach a place without a mark
   */
  async follow({ after, mark }: Place): Promise<Follower> {
    await this.#join();
    try {
      if (mark !== undefined) return new Follower(this, after, await this.#strayed(after, mark));
      if (after > (this.#end ?? 0)) await this.#requireReached(after);
      return new Follower(this, after);
    } catch (error) {
      this.#leave();
      throw error;
    }
  }

  /** How the log changed that had this mark at a position; undefined if it is still this log. */
  async #strayed(position: number, mark: string): Promise<HistoryChange | undefined> {
    const { database, hostId, host } = this.#options;
    const { position: head } = await readHead(database, hostId, host);
    if (position <= head && (await markAt(database, hostId, position)) === mark) return undefined;
    return { host_id: hostId, ...(host !== undefined && { host }), known: position, head };
  }

  /** Refuses a follower that is ahead of the log: it would mistake later events for those that it has. */
  async #requireReached(position: number): Promise<void> {
    const { position: head } = await readHead(this.#options.database, this.#options.hostId);
    if (position > head) throw new LogRefusal({ why: 'no-such-position', position, head });
  }

  pieceFrom(from: number): Piece | undefined {
    const [first] = this.#ring;
    if (first !== undefined && from >= first.position) {
      const at = from - first.position;
      return pieceOf(this.#ring.slice(at, at + PIECE_EVENTS_MAX));
    }
    return from > (this.#end ?? 0) ? [] : undefined;
  }

  async read(from: number): Promise<Piece> {
    const { database, hostId } = this.#options;
    const events = await readMarked(database, hostId, { from, limit: PIECE_EVENTS_MAX });
    // Read before the log is found to be the same, they are of the log that is followed.
    await this.#check();
    return pieceOf(events);
  }

  wait(follower: Follower): void {
    this.#waiting.push(follower);
  }

  leave(follower: Follower): void {
    const at = this.#waiting.indexOf(follower);
    if (at !== -1) this.#waiting.splice(at, 1);
    this.#leave();
  }

  #letOldGo(): void {
    const eventsMax = this.#options.ringEventsMax ?? RING_EVENTS_MAX;
    let gone = Math.max(0, this.#ring.length - eventsMax);
    for (let i = 0; i < gone; i++) this.#ringSize -= callSize((this.#ring[i] as LedgerEvent).call);
    while (this.#ringSize > RING_SIZE_MAX && gone < this.#ring.length - 1) {
      this.#ringSize -= callSize((this.#ring[gone++] as LedgerEvent).call);
    }
    if (gone > 0) this.#ring.splice(0, gone);
  }

  #empty(): void {
    this.#ring = [];
    this.#ringSize = 0;
  }

  async #join(): Promise<void> {
    this.#followers++;
    if (this.#end !== undefined) return;
    const { database, hostId } = this.#options;
    try {
      const { position, hash } = await readHead(database, hostId, this.#options.host);
      if (this.#end === undefined) {
        this.#end = position;
        this.#endHash = hash;
      }
    } catch (error) {
      this.#leave();
      throw error;
    }
    if (this.#stopPolling === undefined) {
      this.#stopPolling = new AbortController();
      void this.#poll(this.#stopPolling.signal);
    }
    // Events that were committed while the head was read were not noticed.
    this.hint();
  }

  #leave(): void {
    assert(this.#followers > 0, 'more followers leave than joined');
    this.#followers--;
    if (this.#followers > 0) return;
    this.#stopPolling?.abort();
    this.#stopPolling = undefined;
    this.#empty();
    this.#end = undefined;
    this.#endHash = undefined;
    if (this.#changed === undefined) this.#options.onDeserted?.();
  }

  async #poll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#options.clock.sleep(POLL_MS, signal);
      if (!signal.aborted) this.hint();
    }
  }

  async #readNew(): Promise<void> {
    const { database, hostId } = this.#options;
    while (this.#hinted && this.#end !== undefined && this.#changed === undefined) {
      this.#hinted = false;
      try {
        const head = await this.#check();
        const events = await readMarked(database, hostId, { from: this.#end + 1 });
        this.publish(events, head);
        if (events.length > 0) this.#hinted = true;
      } catch {
        // The next hint or poll tries again; followers wait and miss nothing.
        return;
      }
    }
  }

  /** Reads the head, and ends all followers when the log is no longer the followed one. */
  async #check(): Promise<Known> {
    const { database, hostId, host, onHistoryChanged } = this.#options;
    const known = { position: this.#end ?? 0, hash: this.#endHash };
    const change = (head: number) =>
      onHistoryChanged?.({ host_id: hostId, known: known.position, head });
    let head: Head;
    try {
      head = await readHead(database, hostId, host);
    } catch (error) {
      if (error instanceof LogRefusal && error.reason.why === 'no-such-host') change(0);
      throw error;
    }
    const { hash } = known;
    const goesOn =
      hash === undefined
        ? head.position >= known.position
        : await continues(database, hostId, { ...known, hash }, head);
    if (!goesOn) change(head.position);
    else if (hash === undefined && head.position === this.#end) this.#endHash = head.hash;
    return head;
  }

  /** After the turn that committed: writers are answered before followers. */
  #wake(): void {
    const idle = this.#due.length === 0;
    this.#due.push(...this.#waiting);
    this.#waiting = [];
    if (idle && this.#due.length > 0) setImmediate(() => this.#wakeSome());
  }

  #wakeSome(): void {
    for (const follower of this.#due.splice(0, WOKEN_MAX)) follower.wake();
    if (this.#due.length > 0) setImmediate(() => this.#wakeSome());
  }
}

/** The first events up to a size; at least one. */
function pieceOf(events: Piece): Piece {
  let size = 0;
  for (const [i, event] of events.entries()) {
    size += callSize(event.call);
    if (size > PIECE_SIZE_MAX && i > 0) return events.slice(0, i);
  }
  return events;
}
