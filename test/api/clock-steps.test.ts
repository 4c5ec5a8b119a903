// A clock that steps back and forth, under a running service and between two starts of it: times of
// recording never go back, and nothing is refused or lost.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFaketime, needs } from '../support/needs.ts';
import { type ServiceProcess, send, startProcess } from './process.ts';

const HOUR_S = 3600;

interface Recorded {
  readonly position: number;
  readonly recorded_at: string;
}

describe.skipIf(!needs('faketime').ok)('a clock that steps', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-clock-'));
  const clock = join(folder, 'clock');
  let service: ServiceProcess;

  const stepTo = (seconds: number) =>
    writeFileSync(clock, `${seconds >= 0 ? '+' : ''}${seconds}\n`);
  const start = async () => {
    service = await startProcess({
      BPFLEDGER_DATA_DIR: folder,
      LD_PRELOAD: findFaketime() ?? '',
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    });
  };
  const record = async (name: string) => {
    const call = { name: 'mkdir', path: `/${name}` };
    const { status } = await send(`${service.url}/v1/hosts/h/syscalls`, { call });
    expect(status).toBe(200);
  };

  beforeAll(async () => {
    stepTo(0);
    await start();
    expect((await send(`${service.url}/v1/hosts`, { name: 'h', release: '6.18' })).status).toBe(
      201,
    );
  }, 60_000);
  afterAll(async () => {
    await service.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  it('records all, in order, at times that never go back', async () => {
    await record('before');
    for (const [i, seconds] of [-HOUR_S, 2 * HOUR_S, -24 * HOUR_S].entries()) {
      stepTo(seconds);
      await record(`under-${i}`);
      await service.stop();
      await start();
      await record(`after-${i}`);
    }
    stepTo(0);
    await record('again');

    const answer = await fetch(`${service.url}/v1/hosts/h/events`);
    const { items } = (await answer.json()) as { items: Recorded[] };
    expect(items.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const times = items.map(({ recorded_at }) => recorded_at);
    expect(times).toEqual([...times].sort());
    // The service that started two hours later recorded two hours later.
    const hours = (Date.parse(times.at(-1) ?? '') - Date.parse(times[0] ?? '')) / 3_600_000;
    expect(hours).toBeGreaterThan(1.9);
    const verified = await fetch(`${service.url}/v1/hosts/h/verify`);
    expect(await verified.json()).toMatchObject({ holds: true });
  }, 120_000);
});
