/**
 * Lets many callers share one connection. Work waits by its kind, and the kind that has used the
 * connection least goes next: however many streams page through logs, their pages are one kind,
 * and a short write waits for one or two of them, never for all.
 */

/** Concurrent pieces of work: the next one is at the database while the answer to one comes back. */
const WIDTH = 2;

interface WorkKind {
  /** Milliseconds of connection time that it used, counted from the level of the others when it began. */
  used: number;
  running: number;
  readonly waiting: Work[];
}

interface Work {
  readonly alone: boolean;
  readonly start: () => void;
}

export class FairQueue {
  /** Waiting and running work. */
  readonly #kinds = new Map<string, WorkKind>();
  /** The used time of the kind that ran last: a new kind begins there. */
  #level = 0;
  #running = 0;
  #isAlone = false;
  /** When the previous work ended, in milliseconds: later work only waited until then. */
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

  /** Starts as much work as there is room for. */
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
  #leastUsed(): WorkKind | undefined {
    let least: WorkKind | undefined;
    for (const kind of this.#kinds.values()) {
      if (kind.waiting.length === 0) continue;
      if (least === undefined || kind.used < least.used) least = kind;
    }
    return least;
  }
}
