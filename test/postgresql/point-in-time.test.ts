// A server that is restored to a moment from a base backup and its archive: the log ends with what was
// committed by then, the service notices that events are gone, and signs again only once an operator
// says that it is meant.

import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServiceProcess, send, startProcess } from '../api/process.ts';
import { bpfledger } from '../support/command.ts';
import { needs } from '../support/needs.ts';
import { type Backup, backUp, type PostgresServer, startPostgres } from '../support/postgres.ts';
import { startFront, type TcpFront } from '../support/tcp-front.ts';

describe.skipIf(!needs('postgresql-programs').ok)('a server that is restored to a moment', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-archive-'));
  let primary: PostgresServer;
  let restored: PostgresServer | undefined;
  let front: TcpFront;
  let service: ServiceProcess;

  beforeAll(async () => {
    // The server is another user.
    chmodSync(folder, 0o777);
    primary = await startPostgres(['archive_mode=on', `archive_command=cp %p ${folder}/%f`]);
    front = await startFront();
    front.passTo(primary.url);
    const { code, err } = await bpfledger(['migrate', '--database-url', primary.url]);
    expect([code, err]).toEqual([0, '']);
    service = await startProcess({ DATABASE_URL: throughFront(), BPFLEDGER_DATA_DIR: folder });
  }, 60_000);

  afterAll(async () => {
    await service?.kill();
    await front?.close();
    await restored?.stop();
    await primary?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function throughFront(): string {
    const url = new URL(primary.url);
    url.port = new URL(front.url).port;
    return url.href;
  }

  async function ask<T>(text: string): Promise<T> {
    const sql = postgres(primary.url, { max: 1, onnotice: () => undefined });
    const [row] = await sql.unsafe(text);
    await sql.end();
    return row as T;
  }

  async function record(...paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      const body = { call: { name: 'mkdir', path } };
      expect((await send(`${service.url}/v1/hosts/h/syscalls`, body)).status).toBe(200);
    }
  }

  const sign = () => send(`${service.url}/v1/hosts/h/checkpoints`, {});
  const read = async (path: string) => (await fetch(`${service.url}${path}`)).text();

  it('has what was committed by then, and no more', { timeout: 90_000 }, async () => {
    await send(`${service.url}/v1/hosts`, { name: 'h', release: '6.18' });
    await record('/in-the-backup');
    const backup: Backup = backUp(primary.url);
    await record('/in-the-archive-1', '/in-the-archive-2');
    await sleep(50);
    const { moment } = await ask<{ moment: string }>('select clock_timestamp()::text as moment');
    await sleep(50);
    await record('/later-1', '/later-2');
    expect((await sign()).status).toBe(201);
    const { wal } = await ask<{ wal: string }>('select pg_walfile_name(pg_switch_wal()) as wal');
    const askArchived = () =>
      ask<{ is: boolean }>(`select coalesce(last_archived_wal >= '${wal}', false) as is
        from pg_stat_archiver`);
    await expect.poll(askArchived, { timeout: 20_000 }).toEqual({ is: true });
    front.cut();
    await primary.kill();

    backup.recover();
    restored = await backup.start([
      `restore_command=cp ${folder}/%f %p`,
      `recovery_target_time=${moment}`,
      'recovery_target_action=promote',
      'archive_mode=off',
    ]);
    front.passTo(restored.url);
    const paths = async () => {
      const { items } = JSON.parse(await read('/v1/hosts/h/events')) as {
        items?: { call: { path?: string } }[];
      };
      return items?.slice(1).map(({ call }) => call.path);
    };
    await expect
      .poll(paths, { timeout: 30_000 })
      .toEqual(['/in-the-backup', '/in-the-archive-1', '/in-the-archive-2']);
  });

  it('is written to again, which is noticed, and signed once that is accepted', {
    timeout: 60_000,
  }, async () => {
    await record('/after');
    const countNoticed = async () =>
      Number(/^bpfledger_history_changes_total (\d+)$/m.exec(await read('/metrics'))?.[1]);
    await expect.poll(countNoticed, { timeout: 20_000 }).toBeGreaterThan(0);
    const refused = await sign();
    expect([refused.status, refused.body.type]).toEqual([
      409,
      'urn:bpfledger:problem:signing-refused',
    ]);
    const verdicts = JSON.parse(await read('/v1/hosts/h/verify')) as {
      chain: { position: number; hash: string; faults: { message: string }[] };
    };
    const { position, hash, faults } = verdicts.chain;
    expect(faults.length).toBeGreaterThan(0);
    const head = ['--position', `${position}`, '--hash', hash, '--data-dir', folder];
    expect((await bpfledger(['checkpoint', 'accept', 'h', ...head])).code).toBe(0);
    expect((await sign()).status).toBe(201);
    const { holds } = JSON.parse(await read('/v1/hosts/h/verify')) as { holds: boolean };
    expect(holds).toBe(true);
  });
});
