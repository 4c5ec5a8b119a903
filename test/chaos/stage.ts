// Where a storm takes place: an embedded database in a folder, or a PostgreSQL server of its own,
// which is ended and started again, and whose backends are ended and killed.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../src/events/storage/database.ts';
import { migrate } from '../../src/events/storage/migrate.ts';
import { openPglite } from '../../src/events/storage/pglite-database.ts';
import { openPostgres } from '../../src/events/storage/postgres-database.ts';
import type { Random } from '../../src/recorders/generator/random.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { verifyAllHosts } from '../support/verified-hosts.ts';
import type { Deed, Storm } from './storm.ts';

export interface Stage extends Pick<Storm, 'env' | 'toDatabase'> {
  readonly deeds: readonly Deed[];
  /**
   * What the database itself says once the services have ended, in sentences: a log that does not
   * verify, rows of the projections that a rebuild would make otherwise.
   */
  faults(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface ServerStage extends Stage {
  /** The database of the services, past them. */
  readonly database: Database;
}

/** PGlite in a folder; only the service can be ended. */
export async function onPglite(): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-chaos-'));
  return {
    env: { BPFLEDGER_DATA_DIR: folder },
    deeds: ['kill', 'kill', 'terminate'],
    async faults() {
      const database = await openPglite({ folder });
      try {
        return await faultsOf(database);
      } finally {
        await database.close();
      }
    },
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A server of its own. */
export async function onPostgresql(): Promise<ServerStage> {
  const server = await startPostgres();
  const database = openPostgres({ url: server.url });
  await migrate(database);
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-chaos-'));
  return {
    env: { DATABASE_URL: server.url, BPFLEDGER_DATA_DIR: folder },
    database,
    deeds: [
      'kill',
      'cut-connections',
      'crash-server',
      'terminate',
      'kill-postmaster',
      'stop-immediately',
    ],
    toDatabase: (deed, random) => befall({ server, database }, deed, random),
    async faults() {
      await insist(() => database.query('select 1'));
      return faultsOf(database);
    },
    async close() {
      await database.close();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What does not hold of the logs of a database, and of the rows that a rebuild compares with them. */
export async function faultsOf(database: Database): Promise<string[]> {
  const { events, faults } = await verifyAllHosts(database);
  return events === 0 ? ['nothing is recorded'] : [...faults];
}

const OTHERS = `from pg_stat_activity where backend_type = 'client backend'
  and datname = current_database() and pid <> pg_backend_pid()`;

interface Befallen {
  readonly server: PostgresServer;
  readonly database: Database;
}

async function befall({ server, database }: Befallen, deed: Deed, random: Random): Promise<void> {
  if (deed === 'kill-postmaster') return server.restart('SIGKILL');
  if (deed === 'stop-immediately') return server.restart('SIGQUIT');
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
