/**
 * The lines that a process has to its database. Statements share lines, each behind those that were
 * asked before it; a transaction has one to itself. Everyone who waits for a line waits only so
 * long, and fails immediately when there can be none.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Queryable } from '../database.ts';
import { DatabaseAbsent, DatabaseClosed } from '../database-error.ts';
import type { ServerConnection } from './line.ts';
import type { Open } from './opening.ts';
import { CLOSE_MS, type Limits, WAIT_MS } from './time-limits.ts';
import { transactOnLine } from './transact-on-line.ts';

/** Pending statements on one line at most. */
const DEPTH_MAX = 100;
/** Pauses between attempts to open a line, which double. */
const PAUSE_MS_MIN = 20;
const PAUSE_MS_MAX = 1_000;
/** How long a line is used, about: the memory of a session on the server grows. */
const LIFE_MS = 1_800_000;
/** How often the pool looks for an older line. */
const RETIREMENT_MS = 60_000;

interface Waiter {
  readonly take: (line: ServerConnection) => void;
  readonly refuse: (error: Error) => void;
}

export interface PoolOptions {
  readonly open: Open;
  readonly linesMax: number;
}

export class Pool implements Queryable {
  readonly #options: PoolOptions;
  readonly #over = new AbortController();
  /** Those that take statements, and when each was opened, in milliseconds. */
  readonly #lines = new Map<ServerConnection, number>();
  readonly #waiting = new Set<Waiter>();
  readonly #transactions = new Set<Promise<unknown>>();
  readonly #retirement: NodeJS.Timeout;
  #opening = 0;
  /** Attempts to open a line that failed since one succeeded. */
  #failures = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#retirement = setInterval(() => this.#retire(), RETIREMENT_MS).unref();
  }

  /** @throws DatabaseAbsent */
  async query<Row extends object>(text: string, params?: readonly unknown[]): Promise<Row[]> {
    const line = this.#best();
    const rows =
      line?.query<Row>(text, params) ?? this.#wait((one) => one.query<Row>(text, params));
    try {
      return await rows;
    } finally {
      if (this.#waiting.size > 0) this.#serve();
    }
  }

  /** @throws DatabaseAbsent */
  async transaction<T>(work: (tx: Queryable) => Promise<T>, limits: Limits): Promise<T> {
    const line = hold(this.#best()) ?? (await this.#wait(async (one) => hold(one)));
    const done = transactOnLine(line, work, limits);
    this.#transactions.add(done);
    try {
      return await done;
    } finally {
      this.#transactions.delete(done);
      line.isHeld = false;
      if (this.#waiting.size > 0) this.#serve();
    }
  }

  /** Takes no more work; waits for the pending work, for a limited time. */
  async close(): Promise<void> {
    const closed = new DatabaseClosed('the database is closed');
    this.#over.abort(closed);
    for (const waiter of this.#waiting) waiter.refuse(closed);
    clearInterval(this.#retirement);
    const lines = [...this.#lines.keys()];
    const done = Promise.allSettled(this.#transactions).then(() =>
      Promise.all(lines.map((line) => line.close())),
    );
    const enough = new AbortController();
    const late = delay(CLOSE_MS, undefined, { signal: enough.signal }).catch(() => undefined);
    await Promise.race([done, late]);
    enough.abort();
    for (const line of lines) line.destroy(closed);
  }

  /** The line with the least work; opens another one when every line has work. */
  #best(): ServerConnection | undefined {
    if (this.#over.signal.aborted) throw this.#over.signal.reason;
    let best: ServerConnection | undefined;
    for (const line of this.#lines.keys()) {
      if (line.isHeld || line.depth >= DEPTH_MAX) continue;
      if (best === undefined || line.depth < best.depth) best = line;
    }
    if (best === undefined || best.depth > 0) this.#openOne();
    return best;
  }

  #wait<T>(use: (line: ServerConnection) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const waiter: Waiter = {
        take: (line) => settle(() => resolve(use(line))),
        refuse: (error) => settle(() => reject(error)),
      };
      const late = setTimeout(
        () => waiter.refuse(new DatabaseAbsent('no connection to the database came free')),
        WAIT_MS,
      );
      const settle = (tell: () => void) => {
        clearTimeout(late);
        this.#waiting.delete(waiter);
        tell();
      };
      this.#waiting.add(waiter);
    });
  }

  #serve(): void {
    for (const waiter of this.#waiting) {
      const line = this.#over.signal.aborted ? undefined : this.#best();
      if (line === undefined) return;
      waiter.take(line);
    }
  }

  #openOne(): void {
    if (this.#lines.size + this.#opening >= this.#options.linesMax) return;
    this.#opening++;
    void this.#openLine().finally(() => {
      this.#opening--;
      if (this.#waiting.size > 0) this.#serve();
    });
  }

  async #openLine(): Promise<void> {
    const { signal } = this.#over;
    if (this.#failures > 0) {
      const pause = Math.min(PAUSE_MS_MIN * 2 ** this.#failures, PAUSE_MS_MAX);
      await delay(pause, undefined, { signal, ref: false }).catch(() => undefined);
    }
    let line: ServerConnection | undefined;
    const onLost = () => line && this.#lines.delete(line);
    try {
      line = await this.#options.open(signal, { onLost });
      this.#failures = 0;
      if (signal.aborted) await line.close();
      else if (!line.isLost) this.#lines.set(line, performance.now());
    } catch (error) {
      this.#failures++;
      // Where nobody has a line, nobody gives one back.
      if (this.#lines.size > 0) return;
      for (const waiter of this.#waiting) waiter.refuse(error as Error);
    }
  }

  /** One at a time: those of the same age were opened under load. */
  #retire(): void {
    const before = performance.now() - LIFE_MS;
    const old = [...this.#lines].find(([line, openedAt]) => openedAt < before && !line.isHeld);
    if (old === undefined) return;
    const [line] = old;
    this.#lines.delete(line);
    void line.close();
  }
}

function hold<L extends ServerConnection | undefined>(line: L): L {
  if (line !== undefined) line.isHeld = true;
  return line;
}
