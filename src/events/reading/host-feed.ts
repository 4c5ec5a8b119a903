/**
 * The newest events of one host's log, for followers in this process. A ring holds them:
 * the writer adds the events that it committed, and events of other processes are read once for all
 * followers. A follower pulls; one that falls behind the ring reads the database until it has
 * caught up, so nothing is lost or reordered, and a follower needs no buffer.
 */
import assert from 'node:assert/strict';
import { callSize } from '../call-size.ts';
import { markOf } from '../encoding/mark.ts';
import type { LedgerEvent } from '../event.ts';
import { type Head, readHead } from '../head.ts';
import { isRemoved, LogRefusal } from '../log-refusal.ts';
import { DamagedLog } from './damaged-log.ts';
import { markEvents, markOfEvent } from './event-marks.ts';
import type { FeedOptions } from './feed-options.ts';
import { type Feed, Follower, type FollowerStart, type Piece, pieceOf } from './follower.ts';
import { headWithout } from './head-without.ts';
import { changeFromError, type HistoryChange, type KnownHead } from './history.ts';
import { readMarked } from './marked-events.ts';

/** Events that the ring holds. */
const RING_EVENTS_MAX = 4096;
/** Size of the events in the ring, as `callSize` counts; a larger single event is alone in it. */
const RING_SIZE_MAX = 16 * 1024 * 1024;
/** Events that a follower gets in one piece. */
const PIECE_EVENTS_MAX = 256;
/** How often the log is polled when no hint arrives. */
const POLL_MS = 2000;
/** Followers woken in one turn of the event loop: about a millisecond of work. */
const WOKEN_MAX = 128;

interface End {
  readonly position: number;
  /** See `encoding/mark.ts`. */
  readonly mark: string;
}

export class HostFeed implements Feed {
  readonly #options: FeedOptions;
  /** Events without a gap, up to `#end`; empty while nobody follows and once `#changed` is set. */
  #ring: LedgerEvent[] = [];
  /** Of the events in the ring, as `callSize` counts. */
  #ringSize = 0;
  /**
   * The last event that went through the ring, and what marks the history there; undefined while
   * nobody follows. Only what continues this history is handed on.
   */
  #end: End | undefined;
  /** Set when the log is another one: all followers end, and it stays set. */
  #changed: HistoryChange | undefined;
  /** Set when the log was cut after `#end`: all followers are refused, and it stays set. */
  #removed: LogRefusal | undefined;
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

  /** Takes the events of one append, and the points before and after them. */
  takeAppended(events: Piece, before: KnownHead, end: KnownHead): void {
    if (this.#end === undefined) return;
    markEvents(events, markOf(end.hash));
    this.publish(events, before);
  }

  /**
   * Takes committed events, in order and without a gap; known events are ignored. What does not
   * visibly continue what the followers got is only a hint: who hands it in may have read the log
   * after it went back, and know nothing of what was lost.
   *
   * @param before the point before the first of them, where it is known
   */
  publish(events: Piece, before?: KnownHead): void {
    const end = this.#end;
    const [first, last] = [events[0], events.at(-1)];
    if (end === undefined || this.#isOver) return;
    if (first === undefined || last === undefined || last.position <= end.position) return;
    assert.equal(
      last.position,
      first.position + events.length - 1,
      'events are published with a gap in them',
    );
    const there = events[end.position - first.position];
    const isThere = before?.position === end.position;
    const mark = there === undefined ? isThere && markOf(before.hash) : markOfEvent(there);
    if (mark === end.mark) this.#take(events);
    else this.hint();
  }

  /** Takes events that continue the history of the followers. */
  #take(events: Piece): void {
    const known = this.#end?.position ?? 0;
    const fresh = events.filter((event) => event.position > known);
    const last = fresh.at(-1);
    if (last === undefined) return;
    const mark = markOfEvent(last);
    // Of a sealed segment: so many that they are read again, with their marks.
    if (mark === undefined) return this.hint();
    this.#ring.push(...fresh);
    for (const event of fresh) this.#ringSize += callSize(event.call);
    this.#letOldGo();
    this.#end = { position: last.position, mark };
    this.#wake();
  }

  /** The log is no longer the followed one: every follower ends, also one that is behind. */
  end(change: HistoryChange): void {
    if (this.#isOver) return;
    this.#changed = change;
    this.#empty();
    this.#options.onDeserted?.();
    this.#wake();
  }

  get changed(): HistoryChange | undefined {
    return this.#changed;
  }

  get removed(): LogRefusal | undefined {
    return this.#removed;
  }

  /** What comes next was removed: every follower of this feed is refused. */
  #refuse(removed: LogRefusal): void {
    this.#removed = removed;
    this.#empty();
    this.#options.onDeserted?.();
    this.#wake();
  }

  get #isOver(): boolean {
    return this.#end === undefined || (this.#changed ?? this.#removed) !== undefined;
  }

  /** A hint that the log grew: reads it, if anybody follows. */
  hint(): void {
    if (this.#isOver) return;
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
  async follow({ after, mark }: FollowerStart): Promise<Follower> {
    await this.#join();
    try {
      if (mark !== undefined) {
        const strayed = await this.#findStray(after, mark);
        if (strayed === undefined) this.#reach({ position: after, mark });
        return new Follower(this, after, strayed);
      }
      if (after > (this.#end?.position ?? 0)) await this.#requireReached(after);
      return new Follower(this, after);
    } catch (error) {
      this.#leave();
      throw error;
    }
  }

  /**
   * A follower has more than went through the ring: the feed continues that from here on, so that
   * it is told if just that is lost.
   */
  #reach(end: End): void {
    if (this.#end === undefined || end.position <= this.#end.position) return;
    this.#empty();
    this.#end = end;
    this.#wake();
  }

  /** How the log changed that had this mark at a position; undefined if it is still this log. */
  async #findStray(position: number, mark: string): Promise<HistoryChange | undefined> {
    const { database, hostId, host } = this.#options;
    const head = await readHead(database, hostId, host);
    const without = await headWithout(database, { hostId, host }, { position, mark, head });
    if (without === undefined) return undefined;
    return { host_id: hostId, ...(host !== undefined && { host }), known: position, head: without };
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
    return from > (this.#end?.position ?? 0) ? [] : undefined;
  }

  async read(from: number): Promise<Piece> {
    const { database, hostId } = this.#options;
    const known = (this.#end?.position ?? from) - from + 1;
    const limit = Math.max(1, Math.min(PIECE_EVENTS_MAX, known));
    const events = await readMarked(database, hostId, { from, limit }).catch(async (error) => {
      // Events without their end: the log may have gone back while they were read.
      if (error instanceof DamagedLog) await this.#check();
      if (this.#changed === undefined) throw error;
      return [];
    });
    // Read before the log is found to reach the end that is known, they are of the followed log.
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
      this.#end ??= { position, mark: markOf(hash) };
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
    if ((this.#changed ?? this.#removed) === undefined) this.#options.onDeserted?.();
  }

  async #poll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#options.clock.sleep(POLL_MS, signal);
      if (!signal.aborted) this.hint();
    }
  }

  async #readNew(): Promise<void> {
    const { database, hostId } = this.#options;
    for (;;) {
      const end = this.#end;
      if (!this.#hinted || end === undefined || this.#isOver) return;
      this.#hinted = false;
      const { position } = end;
      try {
        const events = await readMarked(database, hostId, { from: position + 1 });
        // After it was read: what is in the log now continues what the followers have.
        await this.#check();
        if (this.#end?.position === position && !this.#isOver) this.#take(events);
        else this.publish(events);
        if (events.length > 0) this.#hinted = true;
      } catch (error) {
        if (isRemoved(error)) this.#refuse(error);
        // The next hint or poll tries again; followers wait and miss nothing.
        return;
      }
    }
  }

  /** Ends all followers when the log is no longer the followed one; of two looks, the first tells. */
  async #check(): Promise<void> {
    const end = this.#end;
    if (end === undefined) return;
    const { database, hostId, host, onHistoryChanged } = this.#options;
    const change = (to?: Pick<HistoryChange, 'head' | 'deletion'>) =>
      to && (this.#changed ?? onHistoryChanged?.({ host_id: hostId, known: end.position, ...to }));
    let head: Head;
    try {
      head = await readHead(database, hostId, host);
    } catch (error) {
      change(changeFromError(error));
      throw error;
    }
    const without = await headWithout(database, { hostId, host }, { ...end, head });
    if (without !== undefined) change({ head: without });
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
