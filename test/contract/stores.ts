// The two stores that the contract is about. A store may be opened several times concurrently, as
// several processes would; on PGlite, which allows one, they share it.

import { randomBytes } from 'node:crypto';
import { describe } from 'vitest';
import { systemClock } from '../../src/events/clock.ts';
import { type Log, type LogOptions, openLog } from '../../src/events/log.ts';
import type { Database } from '../../src/events/storage/database.ts';
import { migrate } from '../../src/events/storage/migrate.ts';
import { openPglite } from '../../src/events/storage/pglite-database.ts';
import { openPostgres } from '../../src/events/storage/postgres-database.ts';
import type { Submission } from '../../src/events/submission.ts';
import { projector } from '../../src/projections/projector.ts';
import { createDatabase } from '../support/database.ts';
import { needs } from '../support/needs.ts';

export interface Store {
  readonly database: Database;
  /** A connection pool of its own, where the store has such a thing. */
  another(connectionsMax?: number): Database;
  drop(): Promise<void>;
}

async function onPglite(): Promise<Store> {
  const database = await openPglite();
  await migrate(database);
  return { database, another: () => database, drop: () => database.close() };
}

async function onPostgresql(): Promise<Store> {
  const made = await createDatabase();
  const database = openPostgres({ url: made.url });
  await migrate(database);
  const others: Database[] = [];
  return {
    database,
    another(connectionsMax = 3) {
      const other = openPostgres({ url: made.url, connectionsMax });
      others.push(other);
      return other;
    },
    async drop() {
      await Promise.all([database, ...others].map((one) => one.close()));
      await made.drop();
    },
  };
}

export interface StoreKind {
  readonly name: 'PGlite' | 'PostgreSQL';
  readonly open: () => Promise<Store>;
}

/** Describes what holds on both databases; a missing server skips its half and says so. */
export function describeStores(title: string, body: (kind: StoreKind) => void): void {
  describe(`${title} on PGlite`, () => body({ name: 'PGlite', open: onPglite }));
  describe.skipIf(!needs('postgresql').ok)(`${title} on PostgreSQL`, () =>
    body({ name: 'PostgreSQL', open: onPostgresql }),
  );
}

/** A log on a database, with the real projections. */
export function logOn(database: Database, options: Partial<LogOptions> = {}): Promise<Log> {
  return openLog({ database, clock: systemClock, projector, randomBytes, ...options });
}

let names = 0;

/** A new host, 6.18, on a log. Returns its name. */
export async function newHost(log: Log): Promise<string> {
  const name = `host-${++names}`;
  await log.createHost({ name, actor: 'local', release: '6.18' });
  return name;
}

/** A submission of one mkdir. */
export function mkdir(path: string, more: Partial<Submission> = {}): Submission {
  return { actor: 'local', calls: [{ call: { name: 'mkdir', path } }], ...more };
}
