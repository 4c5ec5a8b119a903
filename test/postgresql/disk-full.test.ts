// A database whose disk is full: writes are refused with 503 and a time to wait, reads go on, and so
// do writes once there is room again.

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../src/events/storage/migrate.ts';
import { openPostgres } from '../../src/events/storage/postgres-database.ts';
import { type ServiceProcess, send, startProcess } from '../api/process.ts';
import { needs } from '../support/needs.ts';
import { type PostgresServer, serverIdentity, startPostgres } from '../support/postgres.ts';

const DISK_BYTES = 64 * 1024 * 1024;

const hasBoth = needs('postgresql-programs').ok && needs('mounts').ok;

describe.skipIf(!hasBoth)('a database on a disk that is full', () => {
  const disk = mkdtempSync(join(tmpdir(), 'bpfledger-disk-'));
  const ballast = join(disk, 'ballast');
  let server: PostgresServer;
  let service: ServiceProcess;

  beforeAll(async () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', disk]);
    const { uid, gid } = serverIdentity();
    if (uid !== undefined) chownSync(disk, uid, gid);
    server = await startPostgres();
    const admin = postgres(server.url, { max: 1, onnotice: () => undefined });
    await admin.unsafe(`create tablespace small location '${disk}'`);
    await admin.unsafe('create database ledger tablespace small');
    await admin.end();
    const url = new URL(server.url);
    url.pathname = '/ledger';
    const direct = openPostgres({ url: url.href });
    await migrate(direct);
    await direct.close();
    service = await startProcess({ DATABASE_URL: url.href });
    await send(`${service.url}/v1/hosts`, { name: 'h', release: '6.18' });
  }, 60_000);
  afterAll(async () => {
    await service?.kill();
    await server?.stop();
    execFileSync('umount', [disk]);
    rmdirSync(disk);
  });

  /** A program of random instructions, which take their room however they are packed. */
  const load = () => ({
    call: {
      name: 'prog_load',
      prog_type: 'cgroup_skb',
      insns: randomBytes(64 * 1024).toString('base64'),
    },
  });

  async function record() {
    const response = await fetch(`${service.url}/v1/hosts/h/syscalls`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(load()),
    });
    const retryAfter = response.headers.get('retry-after');
    return { status: response.status, retryAfter, body: (await response.json()) as object };
  }

  it('refuses writes with 503 until there is room', { timeout: 120_000 }, async () => {
    expect(await record()).toMatchObject({ status: 200 });
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(ballast, randomBytes(bavail * bsize - 1024 * 1024));
    let recorded = 1;
    let answer = await record();
    for (; answer.status === 200; recorded++) answer = await record();
    expect(answer).toMatchObject({
      status: 503,
      retryAfter: '30',
      body: { detail: "the database's disk is full" },
    });
    const read = await fetch(`${service.url}/v1/hosts/h/events?limit=1000`);
    expect(read.status).toBe(200);
    expect(((await read.json()) as { items: unknown[] }).items).toHaveLength(1 + recorded);
    rmSync(ballast);
    expect(await record()).toMatchObject({ status: 200, body: { position: 2 + recorded } });
  });
});
