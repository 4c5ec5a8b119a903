// Where a storm takes place: an embedded database in a folder, or a PostgreSQL server of its own,
// whose backends are ended and killed.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../src/events/storage/database.ts';
import { migrate } from '../../src/events/storage/migrate.ts';
import { openPostgres } from '../../src/events/storage/postgres-database.ts';
import { rebuild } from '../../src/projections/rebuild.ts';
import type { Random } from '../../src/recorders/generator/random.ts';
import { startPostgres } from '../support/postgres.ts';
import type { Deed, Storm } from './storm.ts';

export interface Stage extends Pick<Storm, 'env' | 'toDatabase'> {
  readonly deeds: readonly Deed[];
  /** Rows of the projections that a rebuild would make otherwise. */
  differing(): Promise<number>;
  close(): Promise<void>;
}

/** PGlite in a folder; only the service can be ended. */
export async function onPglite(): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-chaos-'));
  return {
    env: { BPFLEDGER_DATA_DIR: folder },
    deeds: ['kill', 'kill', 'terminate'],
    // One process at a time opens it: a rebuild has its own test.
    differing: async () => 0,
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A server of its own. */
export async function onPostgresql(): Promise<Stage> {
  const server = await startPostgres();
  const database = openPostgres({ url: server.url });
  await migrate(database);
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-chaos-'));
  return {
    env: { DATABASE_URL: server.url, BPFLEDGER_DATA_DIR: folder },
    deeds: ['kill', 'cut-connections', 'crash-server', 'terminate'],
    toDatabase: (deed, random) => befall(database, deed, random),
    async differing() {
      const [host] = await insist(() =>
        database.query<{ host_id: number }>('select host_id from hosts'),
      );
      const { differing } = await rebuild(database, { host_id: host?.host_id ?? 0, check: true });
      return differing;
    },
    async close() {
      await database.close();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const OTHERS = `from pg_stat_activity where backend_type = 'client backend'
  and datname = current_database() and pid <> pg_backend_pid()`;

async function befall(database: Database, deed: Deed, random: Random): Promise<void> {
  if (deed === 'cut-connections') {
    await insist(() => database.query(`select pg_terminate_backend(pid) ${OTHERS}`));
    return;
  }
  // A backend that is killed takes the server down: it ends every connection, and recovers from the
  // log on disk as after a crash.
  const backends = await insist(() => database.query<{ pid: number }>(`select pid ${OTHERS}`));
  if (backends.length === 0) return;
  process.kill(random.pick(backends).pid, 'SIGKILL');
  await sleep(200);
  await insist(() => database.query('select 1'));
}

async function insist<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === 200) throw error;
      await sleep(100);
    }
  }
}
