// Several servers in one address: the one that takes writes is found, and left for another one when
// it takes none any more, whether it says so or is gone.

import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServiceProcess, send, startProcess } from '../api/process.ts';
import { bpfledger } from '../support/command.ts';
import { needs } from '../support/needs.ts';
import { type PostgresServer, startPostgres, startStandby } from '../support/postgres.ts';

const mkdir = (path: string) => ({ call: { name: 'mkdir', path } });

describe.skipIf(!needs('postgresql-programs').ok)('a primary and its standby', () => {
  let primary: PostgresServer;
  let standby: PostgresServer;
  let url: string;
  let service: ServiceProcess;
  const acknowledged: string[] = [];

  async function administer(server: PostgresServer, ...statements: string[]): Promise<void> {
    const sql = postgres(server.url, { max: 1, onnotice: () => undefined });
    for (const statement of statements) await sql.unsafe(statement);
    await sql.end();
  }

  beforeAll(async () => {
    primary = await startPostgres();
    standby = await startStandby(primary.url);
    // What is acknowledged is on both, as a failover that loses nothing needs it.
    await administer(
      primary,
      `alter system set synchronous_standby_names = '*'`,
      'select pg_reload_conf()',
    );
    const hosts = [standby, primary].map((server) => new URL(server.url).host);
    const { username, password } = new URL(primary.url);
    url = `postgresql://${username}:${password}@${hosts}/postgres?target_session_attrs=read-write`;
  }, 60_000);
  afterAll(async () => {
    await service?.kill();
    await standby?.stop();
    await primary?.stop();
  });

  const record = async (path: string) => {
    const answer = await send(`${service.url}/v1/hosts/h/syscalls`, mkdir(path), {
      'idempotency-key': path,
    });
    if (answer.status === 200) acknowledged.push(path);
    return answer;
  };

  async function insist(path: string): Promise<void> {
    for (let attempt = 0; attempt < 200; attempt++) {
      const { status } = await record(path);
      if (status === 200) return;
      expect(status).toBe(503);
      await sleep(100);
    }
    expect.fail(`${path} was not recorded`);
  }

  it('are migrated by their common address, whose password is not shown', async () => {
    const { code, out, err } = await bpfledger(['migrate', '--database-url', url]);
    expect([code, err]).toEqual([0, '']);
    const hosts = [standby, primary].map((server) => new URL(server.url).host);
    expect(out).toContain(`postgresql://${hosts}/postgres is up to date`);
  });

  it('are served from the one that takes writes', { timeout: 60_000 }, async () => {
    service = await startProcess({ DATABASE_URL: url });
    await send(`${service.url}/v1/hosts`, { name: 'h', release: '6.18' });
    expect(await record('/first')).toMatchObject({ status: 200 });
  });

  it('answer 503 while neither takes writes, and go on where they were', {
    timeout: 60_000,
  }, async () => {
    const readOnly = (value: string) =>
      administer(
        primary,
        `alter system set default_transaction_read_only = ${value}`,
        'select pg_reload_conf()',
      );
    await readOnly('on');
    const readiness = async () => (await fetch(`${service.url}/readyz`)).status;
    await expect.poll(readiness, { timeout: 20_000 }).toBe(503);
    // Each session hears of it by itself, and only a write tells: what still was recorded is
    // acknowledged, so the next one is another.
    let refused: Awaited<ReturnType<typeof record>> | undefined;
    let tries = 0;
    const statuses = async () => {
      refused = await record(`/read-only-${tries++}`);
      return [refused.status, (await fetch(`${service.url}/readyz`)).status];
    };
    await expect.poll(statuses, { timeout: 30_000 }).toEqual([503, 503]);
    expect(refused?.body.detail).toMatch(/takes no writes now|does not answer/);
    const sql = postgres(primary.url, {
      max: 1,
      connection: { default_transaction_read_only: false },
    });
    await sql.unsafe('alter system reset default_transaction_read_only');
    await sql.unsafe('select pg_reload_conf()');
    await sql.end();
    await insist('/read-write');
  });

  it('lose nothing when the standby takes over', { timeout: 120_000 }, async () => {
    await Promise.all([0, 1, 2, 3].map((n) => insist(`/before-${n}`)));
    const under = Promise.all([4, 5, 6, 7].map((n) => insist(`/across-${n}`)));
    await primary.kill();
    await administer(standby, 'select pg_promote()');
    await under;
    await Promise.all([8, 9].map((n) => insist(`/after-${n}`)));
    const response = await fetch(`${service.url}/v1/hosts/h/events?limit=1000`);
    const { items } = (await response.json()) as { items: { call: { path?: string } }[] };
    const paths = items.slice(1).map(({ call }) => call.path);
    expect(new Set(paths).size).toBe(paths.length);
    expect(new Set(paths)).toEqual(new Set(acknowledged));
  });

  it('are refused when the address asks for a standby', async () => {
    const asked = url.replace('read-write', 'standby');
    const { code, err } = await bpfledger(['migrate', '--database-url', asked]);
    expect(code).toBe(2);
    expect(err).toContain('target_session_attrs must be read-write or primary');
  });
});
