// A clock that steps back and forth under a running service that has work, and between two starts of
// it: times of recording never go back, and nothing is refused, lost or recorded twice.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../src/events/storage/migrate.ts';
import { openPostgres } from '../../src/events/storage/postgres-database.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { findFaketime, needs } from '../support/needs.ts';
import { type ServiceProcess, send, startProcess } from './process.ts';

const HOUR_S = 3600;
/** Clients that record concurrently, and calls that they have recorded before and after each step. */
const LANES = 4;
const CALLS_EACH = 12;

interface Recorded {
  readonly position: number;
  readonly recorded_at: string;
  readonly call: { readonly path?: string };
}

describe.skipIf(!needs('faketime').ok)('a clock that steps', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-clock-'));
  const clock = join(folder, 'clock');
  let database: TestDatabase | undefined;
  let service: ServiceProcess;
  let isOver = false;
  const acknowledged: string[] = [];

  const stepTo = (seconds: number) =>
    writeFileSync(clock, `${seconds >= 0 ? '+' : ''}${seconds}\n`);
  const start = async () => {
    service = await startProcess({
      ...(database && { DATABASE_URL: database.url }),
      BPFLEDGER_DATA_DIR: folder,
      LD_PRELOAD: findFaketime() ?? '',
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    });
  };

  /** Records calls, each until it is answered: between two starts, nobody answers. */
  async function lane(nth: number): Promise<void> {
    for (let n = 0; !isOver; n++) {
      const path = `/c${nth}-${n}`;
      while ((await record(path)) !== 200) await sleep(20);
      acknowledged.push(path);
      await sleep(5);
    }
  }
  /** The status of the answer; undefined for none. It is 200, or a service that ends says 503. */
  async function record(path: string): Promise<number | undefined> {
    const body = { call: { name: 'mkdir', path } };
    const key = { 'idempotency-key': path };
    const answer = send(`${service.url}/v1/hosts/h/syscalls`, body, key);
    const status = await answer.then(
      (one) => one.status,
      () => undefined,
    );
    if (status !== undefined) expect([200, 503]).toContain(status);
    return status;
  }

  beforeAll(async () => {
    if (process.env.BPFLEDGER_TEST_API_ON === 'postgresql') {
      database = await createDatabase();
      const direct = openPostgres({ url: database.url });
      await migrate(direct);
      await direct.close();
    }
    stepTo(0);
    await start();
    expect((await send(`${service.url}/v1/hosts`, { name: 'h', release: '6.18' })).status).toBe(
      201,
    );
  });
  afterAll(async () => {
    await service.kill();
    await database?.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('records all, once, in order, at times that never go back', { timeout: 300_000 }, async () => {
    const load = Promise.all(Array.from({ length: LANES }, (_, nth) => lane(nth)));
    load.catch(() => undefined);
    const some = async () => {
      const enough = acknowledged.length + CALLS_EACH;
      while (acknowledged.length < enough) await Promise.race([load, sleep(10)]);
    };
    await some();
    for (const seconds of [-HOUR_S, 2 * HOUR_S, -24 * HOUR_S]) {
      stepTo(seconds);
      await some();
      await service.stop();
      await start();
      await some();
    }
    stepTo(0);
    await some();
    isOver = true;
    await load;

    const answer = await fetch(`${service.url}/v1/hosts/h/events?limit=1000`);
    const { items } = (await answer.json()) as { items: Recorded[] };
    expect(items.map(({ position }) => position)).toEqual(items.map((_, i) => i + 1));
    const paths = items.slice(1).map(({ call }) => call.path);
    expect([...paths].sort()).toEqual([...acknowledged].sort());
    const times = items.map(({ recorded_at }) => recorded_at);
    expect(times).toEqual([...times].sort());
    // Once the clock was two hours ahead, so are the times.
    const hours = (Date.parse(times.at(-1) ?? '') - Date.parse(times[0] ?? '')) / 3_600_000;
    expect(hours).toBeGreaterThan(1.9);
    const verified = await fetch(`${service.url}/v1/hosts/h/verify`);
    expect(await verified.json()).toMatchObject({ holds: true });
  });
});
