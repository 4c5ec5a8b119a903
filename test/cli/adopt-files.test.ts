// `bpfledger adopt --from-bpftool` where the files that came do not tell the kernel of the host.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bpfledger, type Serving, serving } from '../support/command.ts';

let folder: string;
let service: Serving;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bpfledger-adopt-files-'));
  service = await serving(['--ephemeral']);
}, 120_000);
afterAll(async () => {
  await service?.end('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

it('says which file is missing, and takes the kernel from the command line', async () => {
  const file = join(folder, 'prog.json');
  writeFileSync(file, '[{"id":7,"type":"cgroup_skb","name":"pol","tag":"3b185187f1855c4c"}]');
  const adopt = (...flags: string[]) =>
    bpfledger(['adopt', '--host', 'web1', ...flags, '--url', service.url, '--from-bpftool', file]);
  const { code, err } = await adopt();
  expect(err).toBe(
    'bpfledger: nothing names the kernel of web1: add a file of what uname -r prints, or ' +
      '--release R\n',
  );
  expect(code).toBe(2);
  const told = await adopt('--release', '6.18');
  expect([told.err, told.out, told.code]).toEqual(['', expect.stringContaining('web1'), 0]);
});
