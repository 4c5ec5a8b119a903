// `bpfledger adopt` on the kernel that runs here: a new host begins with what is there, and what
// happens unseen after it is found by the next one, with the interval in which it must have happened.

import { mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServiceProcess, startProcess } from '../api/process.ts';
import { bpfledger } from '../support/command.ts';
import { cgroup2Mount, needs } from '../support/needs.ts';

const kernel = needs('kernel');

interface Adopted {
  readonly is: string;
  readonly lines: readonly {
    readonly call: { readonly name: string; readonly cgroup?: { readonly path: string } };
    readonly at: string;
    readonly since?: string;
  }[];
}

describe.skipIf(!kernel.ok)('bpfledger adopt', () => {
  const data = mkdtempSync(join(tmpdir(), 'bpfledger-adopt-'));
  let service: ServiceProcess;
  beforeAll(async () => {
    service = await startProcess({ BPFLEDGER_DATA_DIR: data });
  }, 60_000);
  afterAll(async () => {
    await service?.stop();
    rmSync(data, { recursive: true, force: true });
  });

  const adopt = (...more: string[]) =>
    bpfledger(['adopt', '--host', 'adopted', '--url', service.url, ...more]);

  it('begins a log, and tells later what it cannot explain', { timeout: 120_000 }, async () => {
    const planned = await adopt('--dry-run');
    expect(planned.code).toBe(0);
    expect(JSON.parse(planned.out.split('\n')[0] ?? '')).toMatchObject({
      call: { name: 'found', cgroup: { path: '/' } },
    });
    const begun = await adopt();
    expect(begun.err).toBe('');
    expect(begun).toMatchObject({ code: 0, out: expect.stringContaining('is created') });

    const made = mkdtempSync(join(cgroup2Mount() ?? '', 'bpfledger-adopt-'));
    const path = `/${basename(made)}`;
    try {
      const found = await adopt('--json');
      expect(found.code).toBe(1);
      const { is, lines } = JSON.parse(found.out) as Adopted;
      expect(is).toBe('known');
      const [line] = lines.filter(({ call }) => call.cgroup?.path === path);
      expect(line).toMatchObject({ call: { name: 'found' }, since: expect.any(String) });
    } finally {
      rmdirSync(made);
    }
    const gone = await adopt();
    expect(gone.out).toContain(`gone {"cgroup":{"path":"${path}"}}`);
  });
});
