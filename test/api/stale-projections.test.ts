// Rows that an older version of the program projected are not served: the embedded database is
// rebuilt at start, a server's owner is told to do it.

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/events/clock.ts';
import { openLog } from '../../src/events/log.ts';
import type { Database } from '../../src/events/storage/database.ts';
import { migrate } from '../../src/events/storage/migrate.ts';
import { openPglite } from '../../src/events/storage/pglite-database.ts';
import { openPostgres } from '../../src/events/storage/postgres-database.ts';
import { configurationOf, startService } from '../../src/main.ts';
import { staleHosts } from '../../src/projections/boots.ts';
import { projector } from '../../src/projections/projector.ts';
import { createDatabase } from '../support/database.ts';
import { needs } from '../support/needs.ts';

/** A host whose rows are of version 0, and lack its root cgroup. */
async function addStaleHost(database: Database): Promise<void> {
  const log = await openLog({ database, clock: systemClock, projector, randomBytes });
  await log.createHost({ name: 'old', release: '6.18', actor: 'local' });
  const { host_id } = await log.head('old');
  await log.close();
  await database.query('update boots set projection_version = 0 where host_id = $1', [host_id]);
  await database.query('delete from cgroup_versions where host_id = $1', [host_id]);
}

describe('a host with rows of another version', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bpfledger-stale-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('is rebuilt when the embedded database is opened', async () => {
    const env = { BPFLEDGER_DATA_DIR: folder, PORT: '0' };
    const embedded = await openPglite({ folder });
    await migrate(embedded);
    await addStaleHost(embedded);
    await embedded.close();

    const service = await startService(configurationOf(env));
    const answer = await fetch(`${service.url}/v1/hosts/old/cgroups`);
    expect(await answer.json()).toMatchObject({ items: [{ path: '/' }] });
    await service.close();
    const reopened = await openPglite({ folder });
    expect(await staleHosts(reopened)).toEqual([]);
    await reopened.close();
  });

  const postgresql = needs('postgresql');
  it.skipIf(!postgresql.ok)('is not served from PostgreSQL, and its owner is told', async () => {
    const { url, drop } = await createDatabase();
    const database = openPostgres({ url });
    await migrate(database);
    await addStaleHost(database);
    const env = { BPFLEDGER_DATA_DIR: folder, DATABASE_URL: url, PORT: '0' };
    const starting = startService(configurationOf(env));
    await expect(starting).rejects.toThrow('run `bpfledger rebuild` first');
    await database.close();
    await drop();
  });
});
