// A database that an older version of the program left becomes one of this version: two that migrate it
// concurrently both succeed, each migration is applied once, the log is the same log, and it goes on.

import { readMigrationFiles } from 'drizzle-orm/migrator';
import { describe, expect, it } from 'vitest';
import { TrustedKeys } from '../../src/events/proof/trusted-keys.ts';
import type { Database } from '../../src/events/storage/database.ts';
import { MIGRATIONS_FOLDER, migrate } from '../../src/events/storage/migrate.ts';
import { openPglite } from '../../src/events/storage/pglite-database.ts';
import { openPostgres } from '../../src/events/storage/postgres-database.ts';
import { staleHosts } from '../../src/projections/boots.ts';
import { rebuild } from '../../src/projections/rebuild.ts';
import { verifyHost } from '../../src/time-travel/verify/verify.ts';
import { createDatabase } from '../support/database.ts';
import { needs } from '../support/needs.ts';
import { layOut, recordedDatabase, recordedTags } from '../support/recorded-database.ts';
import { logOn, mkdir } from './stores.ts';

const MIGRATIONS = readMigrationFiles({ migrationsFolder: MIGRATIONS_FOLDER });
const TAGS = recordedTags();
/** Each makes a database, and proves every log in it. */
const PATIENCE = { timeout: 600_000 };

/** An empty database, opened as two instances would. */
interface Opened {
  readonly database: Database;
  readonly another: Database;
  drop(): Promise<void>;
}

/** One process has it, so both are the same connection. */
async function onPglite(): Promise<Opened> {
  const database = await openPglite({ prepared: false });
  return { database, another: database, drop: () => database.close() };
}

async function onPostgresql(): Promise<Opened> {
  const { url, drop } = await createDatabase();
  const [database, another] = [openPostgres({ url }), openPostgres({ url })];
  return {
    ...{ database, another },
    async drop() {
      await Promise.all([database.close(), another.close()]);
      await drop();
    },
  };
}

async function appliedHashes(database: Database): Promise<string[]> {
  const rows = await database.query<{ hash: string }>(
    'select hash from drizzle.__drizzle_migrations order by id',
  );
  return rows.map(({ hash }) => hash);
}

interface HostRow {
  readonly host_id: number;
  readonly name: string;
}

/** Each host has its log whole, projections that a rebuild gives too, and takes calls. */
async function expectGoesOn(database: Database, trusted: TrustedKeys): Promise<void> {
  for (const host_id of await staleHosts(database)) await rebuild(database, { host_id });
  const log = await logOn(database);
  const hosts = await database.query<HostRow>('select host_id, name from hosts order by host_id');
  expect(hosts.length).toBeGreaterThan(1);
  for (const { host_id, name } of hosts) {
    const { position } = await log.head(name);
    const { events } = await log.submit(name, mkdir(`/after-${host_id}`));
    expect(events).toMatchObject([{ position: position + 1, outcome: { ret: 0 } }]);
    const { chain, projections, snapshots } = await verifyHost(database, host_id, { trusted });
    // What today's rules answer to the calls of then is not a matter of the schema.
    expect({ name, chain, projections, snapshots }).toMatchObject({
      chain: { holds: true, position: position + 1 },
      projections: { holds: true, differing: 0 },
      snapshots: { holds: true },
    });
  }
  await log.close();
}

it('older versions were recorded, the one before the last migration as well', () => {
  const sql = MIGRATIONS.map(({ hash }) => hash);
  const lacking = TAGS.map((tag) => {
    const { migrations } = recordedDatabase(tag);
    // What was applied then is what the checked-in migrations apply.
    expect(migrations.map(({ hash }) => hash)).toEqual(sql.slice(0, migrations.length));
    return MIGRATIONS.length - migrations.length;
  });
  expect(lacking.length).toBeGreaterThan(5);
  expect(Math.min(...lacking)).toBe(1);
});

describe.each([
  { name: 'PGlite', open: onPglite, skip: false },
  { name: 'PostgreSQL', open: onPostgresql, skip: !needs('postgresql').ok },
])('a database of an older version, on $name', ({ open, skip }) => {
  describe.skipIf(skip)('that two migrate concurrently', () => {
    it.each(TAGS)('goes on from %s', PATIENCE, async (tag) => {
      const recorded = recordedDatabase(tag);
      const { database, another, drop } = await open();
      try {
        await layOut(database, recorded);
        const before = await appliedHashes(database);
        expect(before).toEqual(recorded.migrations.map(({ hash }) => hash));
        await Promise.all([migrate(database), migrate(another)]);
        expect(await appliedHashes(database)).toEqual(MIGRATIONS.map(({ hash }) => hash));
        await expectSameEvents(database, recorded.tables.events ?? []);
        const keys = await database.query<{ key_id: string }>('select key_id from signing_keys');
        await expectGoesOn(database, new TrustedKeys(keys.map(({ key_id }) => key_id)));
      } finally {
        await drop();
      }
    });
  });
});

/** Every event has the text that it had. */
async function expectSameEvents(database: Database, recorded: readonly object[]): Promise<void> {
  const bodies = (recorded as readonly { readonly body: string }[]).map(({ body }) => body);
  expect(bodies.length).toBeGreaterThan(100);
  const stored = await database.query<{ body: string }>('select body from events');
  expect(stored.map(({ body }) => body).sort()).toEqual(bodies.sort());
}
