/**
 * The live end of one host's log, for followers in this process. A ring holds the latest events:
 * the writer puts in what it committed, and what other processes wrote is read once for all
 * followers. A follower pulls; one that falls out of the ring reads the database until it has
 * caught up, so nothing is lost or reordered, and none costs memory of its own.
 */
import type { Clock } from './clock.ts';
import type { Queryable } from './database.ts';
import type { LedgerEvent } from './event.ts';
import { readHead } from './head.ts';
import { readEvents } from './log-reader.ts';

/** Events that the ring holds. */
const RING_EVENTS_MAX = 4096;
/** Events handed to a follower at once. */
const PIECE_EVENTS_MAX = 256;
/** How often the log is looked at when nothing says that it grew. */
const POLL_MS = 2000;

export interface FeedOptions {
  readonly database: Queryable;
  readonly clock: Clock;
  readonly hostId: number;
  /** Default `RING_EVENTS_MAX`. */
  readonly ringEventsMax?: number;
}

export class HostFeed {
  readonly #options: FeedOptions;
  #ring: LedgerEvent[] = [];
  /** Position of the last event that went through the ring; undefined while nobody follows. */
  #end: number | undefined;
  #followers = 0;
  #stopPolling: AbortController | undefined;
  #wakers: (() => void)[] = [];
  #reading: Promise<void> | undefined;
  #hinted = false;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  get followers(): number {
    return this.#followers;
  }

  /** Takes committed events, in order; what is known already is ignored. */
  publish(events: readonly LedgerEvent[]): void {
    const end = this.#end;
    if (end === undefined) return;
    const fresh = events.filter((event) => event.position > end);
    const [first] = fresh;
    if (first === undefined) return;
    // A gap: what is missing is in the database, and the ring goes on after it.
    if (first.position > end + 1) this.#ring = [];
    this.#ring.push(...fresh);
    const surplus = this.#ring.length - (this.#options.ringEventsMax ?? RING_EVENTS_MAX);
    if (surplus > 0) this.#ring.splice(0, surplus);
    this.#end = fresh.at(-1)?.position;
    this.#wake();
  }

  /** Someone says that the log grew: looks, if anybody follows. */
  hint(): void {
    if (this.#end === undefined) return;
    this.#hinted = true;
    this.#reading ??= this.#readNew().finally(() => {
      this.#reading = undefined;
    });
  }

  /**
   * The events after a position, in order, in pieces; goes on until the signal aborts.
   *
   * @param after position of the last event that the follower has; 0 for none
   */
  async *follow(after: number, signal: AbortSignal): AsyncGenerator<readonly LedgerEvent[]> {
    const wake = () => this.#wake();
    signal.addEventListener('abort', wake);
    await this.#join();
    try {
      let next = after + 1;
      while (!signal.aborted) {
        const piece = await this.#pieceFrom(next);
        if (piece.length === 0) {
          if (!signal.aborted && next > (this.#end ?? 0)) await this.#grown();
          continue;
        }
        yield piece;
        next += piece.length;
      }
    } finally {
      signal.removeEventListener('abort', wake);
      this.#leave();
    }
  }

  async #pieceFrom(next: number): Promise<readonly LedgerEvent[]> {
    const first = this.#ring[0]?.position;
    if (first !== undefined && next >= first) {
      return this.#ring.slice(next - first, next - first + PIECE_EVENTS_MAX);
    }
    if (next > (this.#end ?? 0)) return [];
    const { database, hostId } = this.#options;
    return readEvents(database, hostId, { from: next, limit: PIECE_EVENTS_MAX });
  }

  async #join(): Promise<void> {
    this.#followers++;
    if (this.#end !== undefined) return;
    const { database, hostId } = this.#options;
    try {
      const { position } = await readHead(database, hostId);
      this.#end ??= position;
    } catch (error) {
      this.#followers--;
      throw error;
    }
    if (this.#stopPolling === undefined) {
      this.#stopPolling = new AbortController();
      void this.#poll(this.#stopPolling.signal);
    }
    // Whatever was committed while the head was read went by unnoticed.
    this.hint();
  }

  #leave(): void {
    this.#followers--;
    if (this.#followers > 0) return;
    this.#stopPolling?.abort();
    this.#stopPolling = undefined;
    this.#ring = [];
    this.#end = undefined;
  }

  async #poll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#options.clock.sleep(POLL_MS, signal);
      if (!signal.aborted) this.hint();
    }
  }

  async #readNew(): Promise<void> {
    const { database, hostId } = this.#options;
    while (this.#hinted && this.#end !== undefined) {
      this.#hinted = false;
      try {
        const events = await readEvents(database, hostId, { from: this.#end + 1 });
        this.publish(events);
        if (events.length > 0) this.#hinted = true;
      } catch {
        // The next hint or poll tries again; followers wait and miss nothing.
        return;
      }
    }
  }

  #grown(): Promise<void> {
    return new Promise((resolve) => {
      this.#wakers.push(resolve);
    });
  }

  #wake(): void {
    const wakers = this.#wakers;
    this.#wakers = [];
    for (const wake of wakers) wake();
  }
}
