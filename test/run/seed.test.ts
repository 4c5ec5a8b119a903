// A run that starts from the state of a host of a service, as it was after a position.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServiceProcess, startProcess } from '../api/process.ts';
import { needs } from '../support/needs.ts';
import { running } from './unprivileged.ts';

const listener = needs('listener');
const HOST = 'node';

describe.skipIf(!listener.ok)('a run from a host of a service', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-seed-'));
  let service: ServiceProcess;
  let madeAt: readonly number[];

  beforeAll(async () => {
    service = await startProcess({ BPFLEDGER_DATA_DIR: folder });
    const makes = 'cd /sys/fs/cgroup && mkdir first && mkdir second && rmdir first';
    const program = ['--', 'sh', '-c', makes];
    const { err } = await running(
      '--release',
      '6.1',
      '--host',
      HOST,
      '--url',
      service.url,
      ...program,
    );
    expect(err).toContain(`are recorded as host ${HOST}`);
    const answer = await fetch(`${service.url}/v1/hosts/${HOST}/events?effect=CgroupMade`);
    const { items } = (await answer.json()) as {
      readonly items: readonly { readonly position: number }[];
    };
    madeAt = items.map(({ position }) => position);
    expect(madeAt).toHaveLength(2);
  }, 60_000);

  afterAll(async () => {
    await service?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function runSeeded(text: string, ...program: readonly string[]) {
    return running('--quiet', '--seed-state', text, '--url', service.url, '--', ...program);
  }

  it.each([
    ['after the first cgroup', 0, '6.1.192\nfirst\n'],
    ['after the second', 1, '6.1.192\nfirst\nsecond\n'],
  ])('has what was there %s', async (_, which, said) => {
    const looks = 'uname -r; cd /sys/fs/cgroup && ls -d first second 2>/dev/null';
    const { out } = await runSeeded(`${HOST}@${madeAt[which]}`, 'sh', '-c', looks);
    expect(out).toBe(said);
  });

  it('is refused where the log does not reach, or there is no such host', async () => {
    const far = await runSeeded(`${HOST}@900000`, 'true');
    expect([far.code, far.err]).toEqual([
      2,
      expect.stringMatching(/@900000: the log has \d+ events/u),
    ]);
    const none = await runSeeded('nowhere@1', 'true');
    expect(none.code).not.toBe(0);
    expect(none.err).toContain('nowhere');
  });
});
