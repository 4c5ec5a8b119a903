// A server that has no connection left (`max_connections`): a service that has its own goes on; one
// that lost them refuses with 503 in bounded time, says that it is not ready, and goes on as soon as
// there is one; one that starts then says why it cannot.

import postgres, { type Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../src/events/storage/migrate.ts';
import { openPostgres } from '../../src/events/storage/postgres-database.ts';
import { type ServiceProcess, send, startProcess } from '../api/process.ts';
import { needs } from '../support/needs.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';

const CONNECTIONS = 20;
/** Milliseconds in which a request must be answered, whatever the database does. */
const BOUND_MS = 30_000;

describe.skipIf(!needs('postgresql-programs').ok)('a server without a free connection', () => {
  let server: PostgresServer;
  let service: ServiceProcess;
  let admin: Sql;
  const held: Sql[] = [];

  beforeAll(async () => {
    server = await startPostgres([`max_connections=${CONNECTIONS}`]);
    const direct = openPostgres({ url: server.url, connectionsMax: 1 });
    await migrate(direct);
    await direct.close();
    admin = oneConnection();
    await admin`select 1`;
    service = await startProcess({ DATABASE_URL: server.url });
    await send(`${service.url}/v1/hosts`, { name: 'h', release: '6.18' });
  }, 60_000);
  afterAll(async () => {
    await release();
    await service.kill();
    await admin.end();
    await server.stop();
  });

  const oneConnection = () =>
    postgres(server.url, {
      max: 1,
      onnotice: () => undefined,
      connection: { application_name: 'held' },
    });
  /** Takes connections until there is none left. */
  const takeAll = async () => {
    for (;;) {
      const sql = oneConnection();
      const taken = await sql`select 1`.then(
        () => true,
        () => false,
      );
      if (!taken) return sql.end({ timeout: 0 });
      held.push(sql);
    }
  };
  const release = async () => {
    await Promise.all(held.splice(0).map((sql) => sql.end({ timeout: 1 })));
  };
  const otherConnections = async () => {
    const [row] = await admin<{ count: number }[]>`
      select count(*)::int4 as count from pg_stat_activity
      where backend_type = 'client backend' and application_name <> 'held'`;
    return row?.count ?? 0;
  };
  const record = async () => {
    const began = performance.now();
    const call = { name: 'prog_query', target_path: '/', attach_type: 'cgroup_inet_egress' };
    const { status } = await send(`${service.url}/v1/hosts/h/syscalls`, { call });
    expect(performance.now() - began).toBeLessThan(BOUND_MS);
    return status;
  };
  const ready = async () => (await fetch(`${service.url}/readyz`)).status;

  it('keeps no service from recording that has a connection', async () => {
    expect(await record()).toBe(200);
    await takeAll();
    for (let i = 0; i < 20; i++) expect(await record()).toBe(200);
  }, 60_000);

  it('lets a service that lost its own refuse in time, and go on when there is one', async () => {
    // Whenever it opens one again in the gap, it is taken again.
    for (let tries = 0; tries < 50 && (await otherConnections()) > 0; tries++) {
      await admin`select pg_terminate_backend(pid) from pg_stat_activity
        where backend_type = 'client backend' and application_name <> 'held'`;
      await takeAll();
    }
    expect(await otherConnections()).toBe(0);
    expect([await record(), await ready()]).toEqual([503, 503]);
    expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
    const second = startProcess({ DATABASE_URL: server.url });
    await expect(second).rejects.toThrow(/cannot use the database|too many clients/u);

    await release();
    await expect.poll(record, { timeout: BOUND_MS }).toBe(200);
    await expect.poll(ready, { timeout: BOUND_MS }).toBe(200);
    const verified = await fetch(`${service.url}/v1/hosts/h/verify`);
    expect(await verified.json()).toMatchObject({ holds: true });
  }, 180_000);
});
