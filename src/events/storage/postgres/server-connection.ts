/**
 * A connection to a server, which is opened once, and closed when it breaks or becomes silent. Each
 * has its own client of the driver, with a pool of one. The driver would open it again, and 3.4.9 has
 * faults there: a write to the broken connection can end the process, wait for ever, or go to the
 * next one (ADR 13).
 */
import { connect, type Socket } from 'node:net';
import postgres from 'postgres';
import { DatabaseAbsent, endsConnection } from '../database-error.ts';
import type { Server } from './address.ts';
import { KEEPALIVE_S, LIMITS, PARTING_MS } from './time-limits.ts';

/** How often a connection looks whether anything came. */
const TICK_MS = 250;

export interface ConnectionEvents {
  /** Called once, when the connection takes no more statements. */
  readonly onLost?: () => void;
  /** Called with what is notified on the channels that the connection listens on. */
  readonly onNotify?: (payload: string) => void;
}

type Client = postgres.Sql<{ int8: number }>;
type Parameters = postgres.ParameterOrJSON<never>[];

/** What the driver's queries have and its types do not declare. */
interface Settling {
  reject(error: unknown): void;
  readonly state: { readonly pid: number } | null;
}

/**
 * What a settled query of the driver gets in place of its own functions
 * (docs/performance.md#a-promise-with-functions-of-its-own).
 */
const RELEASED = { resolve: () => undefined, reject: () => undefined };

export class ServerConnection {
  readonly #server: Server;
  readonly #events: ConnectionEvents;
  readonly #client: Client;
  readonly #watch: NodeJS.Timeout;
  /**
   * Statements under way, and the milliseconds of silence that each bears: a transaction with more
   * patience may come behind statements of a request.
   */
  readonly #asked = new Map<Settling & Promise<unknown>, number>();
  #socket: Socket | undefined;
  #lost: Error | undefined;
  /** Ticks since the last byte of the server; a blocked loop makes no ticks. */
  #quiet = 0;
  /** The pid that the server sent at the start, once it answered. */
  #toldPid: number | undefined;
  /** Whether a transaction has it to itself. */
  isHeld = false;
  /** Milliseconds of silence after which it is closed while a statement asked from now on waits. */
  silenceMs = LIMITS.request.silenceMs;

  constructor(server: Server, events: ConnectionEvents = {}) {
    this.#server = server;
    this.#events = events;
    this.#client = postgres(server.url, {
      max: 1,
      connect_timeout: 0,
      max_lifetime: null,
      keep_alive: KEEPALIVE_S,
      // The driver would query array types by itself. Lists are sent as array literals.
      fetch_types: false,
      no_subscribe: true,
      connection: { application_name: 'bpfledger' },
      types: { int8: { to: 20, from: [20], serialize: String, parse: Number } },
      socket: () => this.#connect(),
      onclose: () => this.#end(new DatabaseAbsent('the connection to the database broke')),
      onnotice: () => undefined,
      onnotify: (_channel: string, payload: string) => events.onNotify?.(payload),
    } as postgres.Options<{ int8: postgres.PostgresType<number> }>);
    this.#watch = setInterval(() => this.#look(), TICK_MS).unref();
  }

  /** Statements under way. */
  get depth(): number {
    return this.#asked.size;
  }

  /** Whether it takes no more statements. */
  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  /** The pid that the server announced; a pooler in between invents a number. */
  get toldPid(): number | undefined {
    return this.#toldPid;
  }

  /** Runs one statement, after the earlier ones. */
  async query<Row extends object>(text: string, params: readonly unknown[] = []): Promise<Row[]> {
    if (this.#lost !== undefined) throw this.#lost;
    const query = this.#client.unsafe<Row[]>(text, params as Parameters, { prepare: true });
    const asked = query as unknown as Settling & Promise<unknown>;
    this.#asked.set(asked, this.silenceMs);
    let taken: Row[] = [];
    try {
      await query.forEach((row) => {
        this.#quiet = 0;
        taken.push(row);
      });
    } catch (error) {
      if (endsConnection(error)) this.destroy(error);
      throw error;
    } finally {
      this.#quiet = 0;
      this.#toldPid ??= asked.state?.pid;
      this.#asked.delete(asked);
      Object.assign(query, RELEASED);
    }
    const rows = taken;
    taken = [];
    return rows;
  }

  /** Takes no more statements, waits for the pending ones and ends the session. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#asked.keys());
    this.#end(new DatabaseAbsent('the connection to the database was closed'));
    await this.#client.end({ timeout: PARTING_MS / 1000 });
    this.#socket?.destroy();
  }

  /** Closes it immediately: pending statements are rejected with `why`. */
  destroy(why: unknown): void {
    this.#end(new DatabaseAbsent('the connection to the database was given up', { cause: why }));
    this.#socket?.destroy();
  }

  #connect(): Socket {
    // State that the driver keeps of a closed connection would make it connect again.
    if (this.#socket !== undefined) throw this.#lost ?? new Error('a connection connects once');
    const { place } = this.#server;
    this.#socket = connect({ ...place, noDelay: true });
    // For the name in the server's certificate.
    if ('host' in place) Object.assign(this.#socket, { host: place.host });
    return this.#socket;
  }

  #look(): void {
    if (this.#asked.size === 0) {
      this.#quiet = 0;
      return;
    }
    const silenceMs = Math.min(...this.#asked.values());
    if (++this.#quiet * TICK_MS > silenceMs) {
      this.destroy(new Error(`nothing came for ${silenceMs / 1000} s`));
    }
  }

  #end(why: Error): void {
    if (this.#lost !== undefined) return;
    this.#lost = why;
    clearInterval(this.#watch);
    for (const asked of this.#asked.keys()) asked.reject(why);
    this.#events.onLost?.();
  }
}
