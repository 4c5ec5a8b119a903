/**
 * A PostgreSQL server (15 or newer): the log of record. The `postgres` client here is never given
 * to drizzle, which would change how it treats parameters; migrations get a client of their own.
 */
import postgres from 'postgres';
import type { Database, Queryable } from './database.ts';

/** Names the advisory lock under which one process at a time migrates. */
const MIGRATION_LOCK = 0x6270_666c;

/** How long the server may take to accept a connection, in seconds. */
const CONNECT_TIMEOUT_S = 10;
/** Longest pause between two attempts to connect, in seconds. */
const PAUSE_S_MAX = 1;

export interface PostgresOptions {
  readonly url: string;
  /** Connections held at most; default 10. */
  readonly connectionsMax?: number;
}

/** Opens a pool; connections are made when they are needed. */
export function openPostgres(options: PostgresOptions): Database {
  const sql = postgres(options.url, {
    max: options.connectionsMax ?? 10,
    onnotice: () => undefined,
    // Its question for array types is asked behind our back, and when the connection breaks
    // meanwhile nobody catches that. Lists go as array literals, so it is not needed.
    fetch_types: false,
    connect_timeout: CONNECT_TIMEOUT_S,
    // The driver's own pauses grow to 20 seconds, long after the server is back.
    backoff: (failures: number) => Math.min(0.02 * 2 ** failures, PAUSE_S_MAX),
    connection: { application_name: 'bpfledger' },
    types: {
      int8: { to: 20, from: [20], serialize: String, parse: Number },
    },
  });
  return {
    ...queryable(sql),
    kind: 'postgresql',
    transaction: (work) => transaction(sql, work),
    async listen(channel, wake) {
      const { unlisten } = await sql.listen(channel, wake);
      return unlisten;
    },
    migrate: (folder) => migrateServer(options.url, folder),
    close: () => sql.end({ timeout: 5 }),
  };
}

type Parameters = postgres.ParameterOrJSON<never>[];

/**
 * What a settled query of the driver gets in place of its own functions. The engine (V8 11.3)
 * lets go of a promise with functions of its own only when it collects the whole heap, and with it
 * goes all that these lead to: rows, and whoever waited for them. Copying that again and again took
 * three quarters of the short collections.
 */
const RELEASED = { resolve: () => undefined, reject: () => undefined };

function queryable(sql: postgres.ISql<Record<never, never>>): Queryable {
  return {
    async query<Row extends object>(text: string, params: readonly unknown[] = []) {
      const query = sql.unsafe<Row[]>(text, params as Parameters, { prepare: true });
      let taken: Row[] = [];
      await query.forEach((row) => {
        taken.push(row);
      });
      const rows = taken;
      taken = [];
      Object.assign(query, RELEASED);
      return rows;
    },
  };
}

/**
 * When the connection of a transaction breaks, the driver ends the transaction, while the work goes
 * on and would be given the next connection: its statements would be committed one by one.
 */
async function transaction<T>(
  sql: postgres.Sql<{ int8: number }>,
  work: (tx: Queryable) => Promise<T>,
): Promise<T> {
  let isOver = false;
  try {
    return (await sql.begin((tx) => {
      const { query } = queryable(tx);
      return work({
        async query<Row extends object>(text: string, params?: readonly unknown[]) {
          if (isOver) throw new Error('the transaction is over: its connection broke');
          return query<Row>(text, params);
        },
      });
    })) as T;
  } finally {
    isOver = true;
  }
}

async function migrateServer(url: string, folder: string): Promise<void> {
  // A service never migrates a server, so it need not wait for these at its start.
  const { drizzle } = await import('drizzle-orm/postgres-js');
  const { migrate } = await import('drizzle-orm/postgres-js/migrator');
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    await sql`select pg_advisory_lock(${MIGRATION_LOCK})`;
    await migrate(drizzle(sql), { migrationsFolder: folder });
  } finally {
    await sql.end({ timeout: 5 });
  }
}
