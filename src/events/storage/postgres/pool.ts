/**
 * The connections that a process has to its database. Statements share them, each behind those that
 * were asked before it; a transaction has one to itself. Everyone who waits for one waits only so
 * long, and fails immediately when there can be none.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Queryable } from '../database.ts';
import { DatabaseAbsent, DatabaseClosed } from '../database-error.ts';
import type { Open } from './opening.ts';
import type { ServerConnection } from './server-connection.ts';
import { CLOSE_MS, type Limits, WAIT_MS } from './time-limits.ts';
import { transactOnConnection } from './transact-on-connection.ts';

/** Pending statements on one connection at most. */
const DEPTH_MAX = 100;
/** Pauses between attempts to open a connection, which double. */
const PAUSE_MS_MIN = 20;
const PAUSE_MS_MAX = 1_000;
/** How long a connection is used, about: the memory of a session on the server grows. */
const LIFE_MS = 1_800_000;
/** How often the pool looks for an older connection. */
const RETIREMENT_MS = 60_000;

interface Waiter {
  readonly take: (connection: ServerConnection) => void;
  readonly refuse: (error: Error) => void;
}

export interface PoolOptions {
  readonly open: Open;
  readonly connectionsMax: number;
}

export class Pool implements Queryable {
  readonly #options: PoolOptions;
  readonly #over = new AbortController();
  /** Those that take statements, and when each was opened, in milliseconds. */
  readonly #connections = new Map<ServerConnection, number>();
  readonly #waiting = new Set<Waiter>();
  readonly #transactions = new Set<Promise<unknown>>();
  readonly #retirement: NodeJS.Timeout;
  #opening = 0;
  /** Attempts to open a connection that failed since one succeeded. */
  #failures = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#retirement = setInterval(() => this.#retire(), RETIREMENT_MS).unref();
  }

  /** @throws DatabaseAbsent */
  async query<Row extends object>(text: string, params?: readonly unknown[]): Promise<Row[]> {
    const connection = this.#best();
    const rows =
      connection?.query<Row>(text, params) ?? this.#wait((one) => one.query<Row>(text, params));
    try {
      return await rows;
    } finally {
      if (this.#waiting.size > 0) this.#serve();
    }
  }

  /** @throws DatabaseAbsent */
  async transaction<T>(work: (tx: Queryable) => Promise<T>, limits: Limits): Promise<T> {
    const connection = hold(this.#best()) ?? (await this.#wait(async (one) => hold(one)));
    const done = transactOnConnection(connection, work, limits);
    this.#transactions.add(done);
    try {
      return await done;
    } finally {
      this.#transactions.delete(done);
      connection.isHeld = false;
      if (this.#waiting.size > 0) this.#serve();
    }
  }

  /** Takes no more work; waits for the pending work, for a limited time. */
  async close(): Promise<void> {
    const closed = new DatabaseClosed('the database is closed');
    this.#over.abort(closed);
    for (const waiter of this.#waiting) waiter.refuse(closed);
    clearInterval(this.#retirement);
    const connections = [...this.#connections.keys()];
    const done = Promise.allSettled(this.#transactions).then(() =>
      Promise.all(connections.map((connection) => connection.close())),
    );
    const enough = new AbortController();
    const late = delay(CLOSE_MS, undefined, { signal: enough.signal }).catch(() => undefined);
    await Promise.race([done, late]);
    enough.abort();
    for (const connection of connections) connection.destroy(closed);
  }

  /** The connection with the least work; opens another one when every connection has work. */
  #best(): ServerConnection | undefined {
    if (this.#over.signal.aborted) throw this.#over.signal.reason;
    let best: ServerConnection | undefined;
    for (const connection of this.#connections.keys()) {
      if (connection.isHeld || connection.depth >= DEPTH_MAX) continue;
      if (best === undefined || connection.depth < best.depth) best = connection;
    }
    if (best === undefined || best.depth > 0) this.#openOne();
    return best;
  }

  #wait<T>(use: (connection: ServerConnection) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const waiter: Waiter = {
        take: (connection) => settle(() => resolve(use(connection))),
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
      const connection = this.#over.signal.aborted ? undefined : this.#best();
      if (connection === undefined) return;
      waiter.take(connection);
    }
  }

  #openOne(): void {
    if (this.#connections.size + this.#opening >= this.#options.connectionsMax) return;
    this.#opening++;
    void this.#openConnection().finally(() => {
      this.#opening--;
      if (this.#waiting.size > 0) this.#serve();
    });
  }

  async #openConnection(): Promise<void> {
    const { signal } = this.#over;
    if (this.#failures > 0) {
      const pause = Math.min(PAUSE_MS_MIN * 2 ** this.#failures, PAUSE_MS_MAX);
      await delay(pause, undefined, { signal, ref: false }).catch(() => undefined);
    }
    let connection: ServerConnection | undefined;
    const onLost = () => connection && this.#connections.delete(connection);
    try {
      connection = await this.#options.open(signal, { onLost });
      this.#failures = 0;
      if (signal.aborted) await connection.close();
      else if (!connection.isLost) this.#connections.set(connection, performance.now());
    } catch (error) {
      this.#failures++;
      // Where nobody has a connection, nobody gives one back.
      if (this.#connections.size > 0) return;
      for (const waiter of this.#waiting) waiter.refuse(error as Error);
    }
  }

  /** One at a time: those of the same age were opened under load. */
  #retire(): void {
    const before = performance.now() - LIFE_MS;
    const old = [...this.#connections].find(
      ([connection, openedAt]) => openedAt < before && !connection.isHeld,
    );
    if (old === undefined) return;
    const [connection] = old;
    this.#connections.delete(connection);
    void connection.close();
  }
}

function hold<L extends ServerConnection | undefined>(connection: L): L {
  if (connection !== undefined) connection.isHeld = true;
  return connection;
}
