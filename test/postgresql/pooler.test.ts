// A pooler between the service and its server: one that gives each transaction another session is
// found out and refused at the start, one that keeps sessions serves as the server itself does.

import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../src/events/storage/migrate.ts';
import { openPostgres } from '../../src/events/storage/postgres-database.ts';
import { send, startProcess } from '../api/process.ts';
import { bpfledger } from '../support/command.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { needs } from '../support/needs.ts';
import { startPgbouncer } from '../support/pgbouncer.ts';

const hasBoth = needs('postgresql').ok && needs('pgbouncer').ok;

describe.skipIf(!hasBoth)('PgBouncer before the server', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createDatabase();
    const direct = openPostgres({ url: database.url });
    await migrate(direct);
    await direct.close();
  });
  afterAll(() => database.drop());

  async function behind<T>(
    settings: Readonly<Record<string, string | number>>,
    work: (url: string) => Promise<T>,
  ): Promise<T> {
    const pgbouncer = await startPgbouncer(database.url, settings);
    try {
      return await work(pgbouncer.url);
    } finally {
      await pgbouncer.stop();
    }
  }

  it.each([
    { pool_mode: 'transaction' },
    { pool_mode: 'transaction', default_pool_size: 1 },
    { pool_mode: 'transaction', server_round_robin: 1 },
    { pool_mode: 'statement' },
  ])('is refused with advice: %o', { timeout: 60_000 }, (settings) =>
    behind(settings, async (url) => {
      const started = startProcess({ DATABASE_URL: url });
      await expect(started).rejects.toThrow('set pool_mode = session');
    }),
  );

  it(
    'is refused with exit code 3 by every command that opens the database',
    {
      timeout: 60_000,
    },
    () =>
      behind({ pool_mode: 'transaction' }, async (url) => {
        const { code, err } = await bpfledger(['rebuild', '--check', '--database-url', url]);
        expect(code).toBe(3);
        expect(err).toContain('set pool_mode = session');
        expect(err).not.toContain(new URL(url).password);
      }),
  );

  it('leaves no limits behind in the sessions of others', { timeout: 60_000 }, () =>
    behind({ pool_mode: 'transaction', default_pool_size: 1 }, async (url) => {
      const opened = openPostgres({ url });
      await expect(opened.query('select 1')).rejects.toThrow('set pool_mode = session');
      await opened.close();
      const other = postgres(url, { max: 1, prepare: false, fetch_types: false });
      const [row] = await other.unsafe(`select current_setting('statement_timeout') as timeout`);
      await other.end();
      expect(row).toEqual({ timeout: '0' });
    }),
  );

  it('is found out while others keep its sessions busy', { timeout: 60_000 }, () =>
    behind(
      { pool_mode: 'transaction', default_pool_size: 4, server_round_robin: 1 },
      async (url) => {
        // Clients that a pooler by transaction suits.
        const others = postgres(url, { max: 6, prepare: false, fetch_types: false });
        let stopped = false;
        const busy = Array.from({ length: 6 }, async () => {
          while (!stopped) await others.unsafe('select pg_sleep(random() * 0.01)');
        });
        try {
          for (let attempt = 0; attempt < 10; attempt++) {
            const opened = openPostgres({ url });
            await expect(opened.query('select 1')).rejects.toThrow('set pool_mode = session');
            await opened.close();
          }
        } finally {
          stopped = true;
          await Promise.all(busy);
          await others.end();
        }
      },
    ),
  );

  it('serves with a session for each connection', { timeout: 60_000 }, () =>
    behind({ pool_mode: 'session' }, async (url) => {
      const service = await startProcess({ DATABASE_URL: url });
      try {
        await send(`${service.url}/v1/hosts`, { name: 'h', release: '6.18' });
        const answers = await Promise.all(
          Array.from({ length: 300 }, (_, i) =>
            i % 3 === 0
              ? fetch(`${service.url}/v1/hosts/h/cgroups`)
              : send(`${service.url}/v1/hosts/h/syscalls`, {
                  call: { name: 'mkdir', path: `/p${i}` },
                }),
          ),
        );
        expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
      } finally {
        await service.stop();
      }
    }),
  );
});
