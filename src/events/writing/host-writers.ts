/**
 * The writers of this process, one a host. Each holds the state of its host in memory, so they are
 * bounded: in number, in rows of all states, and in the time that one may be unused. An evicted
 * writer stores its state where that makes the next use quick; nothing is lost with
 * it, since it holds nothing that is not in the log.
 */
import { LogRefusal } from '../log-refusal.ts';
import type { HeldMax } from './held-max.ts';
import type { HostWriter } from './host-writer.ts';

/** The wait that a refusal names when every writer is busy. */
const RETRY_AFTER_MS = 1000;
/** States that are stored concurrently when they are evicted; more are evicted without a snapshot. */
const PARTINGS_MAX = 4;

interface WriterEntry {
  readonly opening: Promise<HostWriter>;
  /** Set once it is open. */
  writer?: HostWriter;
  /** Its current users. It is evicted only when there are none. */
  users: number;
  /** Rows of its state when it was last used. */
  rows: number;
  /** When its last user left, milliseconds. */
  usedAt: number;
}

export interface HostWritersOptions {
  readonly open: (hostId: number) => Promise<HostWriter>;
  readonly held: HeldMax;
  /** Milliseconds. */
  readonly nowMs: () => number;
}

export class HostWriters {
  readonly #options: HostWritersOptions;
  /** Least recently used first. */
  readonly #entries = new Map<number, WriterEntry>();
  readonly #partings = new Set<Promise<void>>();
  #rows = 0;
  #closed = false;

  constructor(options: HostWritersOptions) {
    this.#options = options;
  }

  /** What is held now. */
  get held(): { readonly hosts: number; readonly rows: number } {
    return { hosts: this.#entries.size, rows: this.#rows };
  }

  /**
   * Works with the writer of a host, which is opened when there is none and held until the work is
   * done.
   *
   * @throws LogRefusal `hosts-busy`, `closed`
   */
  async use<T>(hostId: number, work: (writer: HostWriter) => Promise<T>): Promise<T> {
    if (this.#closed) throw new LogRefusal({ why: 'closed' });
    const entry = this.#entryOf(hostId);
    entry.users++;
    try {
      return await work(await entry.opening);
    } finally {
      entry.users--;
      this.#settle(hostId, entry);
    }
  }

  /** Evicts the states that were not used for a while. */
  letIdleGo(): void {
    const { nowMs, held } = this.#options;
    const before = nowMs() - held.idleMs;
    for (const [hostId, entry] of this.#entries) {
      if (entry.usedAt <= before) this.#letGo(hostId, entry);
    }
    this.#shrink();
  }

  /** Waits until every writer has answered everyone. */
  async close(): Promise<void> {
    this.#closed = true;
    const entries = [...this.#entries.values()];
    const writers = await Promise.allSettled(entries.map((entry) => entry.opening));
    await Promise.all(writers.map((one) => one.status === 'fulfilled' && one.value.close()));
    await Promise.all(this.#partings);
  }

  #entryOf(hostId: number): WriterEntry {
    const known = this.#entries.get(hostId);
    if (known !== undefined && !known.writer?.closed) {
      this.#entries.delete(hostId);
      this.#entries.set(hostId, known);
      return known;
    }
    if (known !== undefined) this.#forget(hostId, known);
    if (this.#entries.size >= this.#options.held.hosts) this.#makeRoom();
    const entry = this.#open(hostId);
    this.#entries.set(hostId, entry);
    return entry;
  }

  #open(hostId: number): WriterEntry {
    const opening = this.#options.open(hostId);
    const entry: WriterEntry = { opening, users: 0, rows: 0, usedAt: this.#options.nowMs() };
    opening.then(
      (writer) => {
        entry.writer = writer;
      },
      () => this.#forget(hostId, entry),
    );
    return entry;
  }

  /** A user left: the state may have grown. */
  #settle(hostId: number, entry: WriterEntry): void {
    entry.usedAt = this.#options.nowMs();
    if (entry.writer === undefined || this.#entries.get(hostId) !== entry) return;
    const { rows } = entry.writer;
    this.#rows += rows - entry.rows;
    entry.rows = rows;
    this.#shrink();
  }

  /** Evicts states, least recently used first, until the others have few enough rows. */
  #shrink(): void {
    const { rows } = this.#options.held;
    for (const [hostId, entry] of this.#entries) {
      if (this.#rows <= rows || this.#entries.size === 1) return;
      this.#letGo(hostId, entry);
    }
  }

  #makeRoom(): void {
    for (const [hostId, entry] of this.#entries) {
      if (this.#letGo(hostId, entry)) return;
    }
    const hostsMax = this.#options.held.hosts;
    throw new LogRefusal({ why: 'hosts-busy', hostsMax, retryAfterMs: RETRY_AFTER_MS });
  }

  /** Evicts a writer unless somebody uses it; returns whether it did. */
  #letGo(hostId: number, entry: WriterEntry): boolean {
    const { writer, users } = entry;
    if (users > 0 || writer === undefined) return false;
    this.#forget(hostId, entry);
    if (this.#partings.size < PARTINGS_MAX) {
      const parting: Promise<void> = writer.part().finally(() => this.#partings.delete(parting));
      this.#partings.add(parting);
    }
    return true;
  }

  #forget(hostId: number, entry: WriterEntry): void {
    if (this.#entries.get(hostId) !== entry) return;
    this.#entries.delete(hostId);
    this.#rows -= entry.rows;
  }
}
