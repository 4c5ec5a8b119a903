/**
 * Lets many callers share one connection. Work waits by its kind, and the kind that has used the
 * connection least goes next: however many streams page through logs, their pages are one kind,
 * and a short write waits for one or two of them, never for all.
 */

/** Concurrent pieces of work: the next one is at the database while the answer to one comes back. */
const WIDTH = 2;

interface Kind {
  /** Milliseconds of the connection that it was given, from where the others stood when it came. */
  used: number;
  running: number;
  readonly waiting: Work[];
}

interface Work {
  readonly alone: boolean;
  readonly start: () => void;
}

export class FairQueue {
  /** Those that wait or are under way. */
  readonly #kinds = new Map<string, Kind>();
  /** What the kind that was let in last had used: where a new kind begins. */
  #level = 0;
  #running = 0;
  #isAlone = false;
  /** When the work before ended, in milliseconds: one that came meanwhile has only waited. */
  #ended = 0;

  /**
   * Does a piece of work in its turn.
   *
   * @param kind what it counts as, such as the text of a statement
   */
  run<T>(kind: string, work: () => Promise<T>): Promise<T> {
    return this.#inTurn(kind, work, false);
  }

  /** Like `run`, while no other work is under way. */
  runAlone<T>(kind: string, work: () => Promise<T>): Promise<T> {
    return this.#inTurn(kind, work, true);
  }

  async #inTurn<T>(name: string, work: () => Promise<T>, alone: boolean): Promise<T> {
    const kind = this.#kinds.get(name) ?? { used: this.#level, running: 0, waiting: [] };
    this.#kinds.set(name, kind);
    await new Promise<void>((start) => {
      kind.waiting.push({ alone, start });
      this.#next();
    });
    const from = performance.now();
    try {
      return await work();
    } finally {
      const now = performance.now();
      kind.used += now - Math.max(from, this.#ended);
      this.#ended = now;
      this.#running--;
      kind.running--;
      if (kind.running === 0 && kind.waiting.length === 0) this.#kinds.delete(name);
      this.#isAlone = false;
      this.#next();
    }
  }

  /** Starts what there is room for. */
  #next(): void {
    while (!this.#isAlone && this.#running < WIDTH) {
      const kind = this.#leastUsed();
      const work = kind?.waiting[0];
      if (kind === undefined || work === undefined) return;
      if (work.alone && this.#running > 0) return;
      kind.waiting.shift();
      kind.running++;
      this.#level = Math.max(this.#level, kind.used);
      this.#running++;
      this.#isAlone = work.alone;
      work.start();
    }
  }

  /** Of those that wait. */
  #leastUsed(): Kind | undefined {
    let least: Kind | undefined;
    for (const kind of this.#kinds.values()) {
      if (kind.waiting.length === 0) continue;
      if (least === undefined || kind.used < least.used) least = kind;
    }
    return least;
  }
}
