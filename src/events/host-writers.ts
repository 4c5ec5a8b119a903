/** The writers of this process: one a host, a bounded number, idle ones making room for others. */
import { HostWriter, type WriterOptions } from './host-writer.ts';
import { LogRefusal } from './log-refusal.ts';

/** What a request is told to wait when every writer is busy. */
const RETRY_AFTER_MS = 1000;

interface Entry {
  readonly opening: Promise<HostWriter>;
  /** Set once it is open. */
  writer?: HostWriter;
}

export class HostWriters {
  readonly #optionsOf: (hostId: number) => WriterOptions;
  readonly #hostsMax: number;
  /** Least recently used first. */
  readonly #entries = new Map<number, Entry>();
  #closed = false;

  constructor(optionsOf: (hostId: number) => WriterOptions, hostsMax: number) {
    this.#optionsOf = optionsOf;
    this.#hostsMax = hostsMax;
  }

  /**
   * The writer of a host, opened when there is none.
   *
   * @throws LogRefusal `hosts-busy`, `closed`
   */
  async of(hostId: number): Promise<HostWriter> {
    if (this.#closed) throw new LogRefusal({ why: 'closed' });
    let entry = this.#entries.get(hostId);
    this.#entries.delete(hostId);
    if (entry === undefined || entry.writer?.closed) {
      this.#makeRoom();
      entry = this.#open(hostId);
    }
    this.#entries.set(hostId, entry);
    return entry.opening;
  }

  /** Waits until every writer has answered everyone. */
  async close(): Promise<void> {
    this.#closed = true;
    const entries = [...this.#entries.values()];
    const writers = await Promise.allSettled(entries.map((entry) => entry.opening));
    await Promise.all(writers.map((one) => one.status === 'fulfilled' && one.value.close()));
  }

  #open(hostId: number): Entry {
    const opening = HostWriter.open(this.#optionsOf(hostId));
    const entry: Entry = { opening };
    opening.then(
      (writer) => {
        entry.writer = writer;
      },
      () => {
        if (this.#entries.get(hostId) === entry) this.#entries.delete(hostId);
      },
    );
    return entry;
  }

  /** Lets the writer go that was used longest ago and has nothing to do. */
  #makeRoom(): void {
    if (this.#entries.size < this.#hostsMax) return;
    for (const [hostId, { writer }] of this.#entries) {
      if (writer?.idle !== true) continue;
      this.#entries.delete(hostId);
      return;
    }
    throw new LogRefusal({
      why: 'hosts-busy',
      hostsMax: this.#hostsMax,
      retryAfterMs: RETRY_AFTER_MS,
    });
  }
}
