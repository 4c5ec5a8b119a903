/** A PostgreSQL server (15 or newer): the log of record. */
import type { Database } from './database.ts';
import { addressOf } from './postgres/address.ts';
import { listen } from './postgres/listening.ts';
import { applyMigrations } from './postgres/migrating.ts';
import { opener } from './postgres/opening.ts';
import { Pool } from './postgres/pool.ts';
import { LIMITS } from './postgres/time-limits.ts';

export interface PostgresOptions {
  /** One server, or several of which one takes writes (`postgres/address.ts`). */
  readonly url: string;
  /** Connections held at most; default 10. One more listens. */
  readonly connectionsMax?: number;
}

/** Opens a pool; connections are made when they are needed. */
export function openPostgres({ url, connectionsMax = 10 }: PostgresOptions): Database {
  const open = opener(addressOf(url));
  const pool = new Pool({ open, connectionsMax });
  return {
    kind: 'postgresql',
    query: (text, params) => pool.query(text, params),
    transaction: (work, patience = 'request') => pool.transaction(work, LIMITS[patience]),
    listen: (channel, wake) => listen(open, channel, wake),
    migrate: (folder) => pool.transaction((tx) => applyMigrations(tx, folder), LIMITS.job),
    close: () => pool.close(),
  };
}
