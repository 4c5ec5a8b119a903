// The commands that ask what would be: under another kernel, and after calls that nobody made.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bpfledger, type Serving, serving } from '../support/command.ts';

/** Starting a service and a command takes a while on a busy machine. */
const PATIENCE = { timeout: 120_000 };

let folder: string;
let service: Serving;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bpfledger-what-if-'));
  service = await serving(['--data-dir', folder]);
  await run('hosts', 'create', 'web1', '--release', '6.1');
  await run('syscall', 'web1', 'mkdir', 'path=/a');
  await run('syscall', 'web1', 'prog_load', 'prog_type=cgroup_skb', 'prog_name=first', 'ret=1');
  await run(
    ...['syscall', 'web1', 'link_create', 'prog_fd=3', 'target_path=/a'],
    ...['attach_type=egress', 'flags=preorder'],
  );
}, 300_000);
afterAll(async () => {
  await service?.end('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

async function run(...args: string[]) {
  const { code, out, err } = await bpfledger([...args, '--url', service.url]);
  expect(err).toBe('');
  return { code, lines: out.trimEnd().split('\n') };
}

describe('replay', () => {
  it('prints each call with both answers and the reason, then the reasons', PATIENCE, async () => {
    const { code, lines } = await run('replay', 'web1', '--release', '7.3');
    expect(code).toBe(1);
    expect(lines).toContainEqual(
      expect.stringMatching(/^4 {2}.* link_create\(.* = EINVAL \(flags-unknown/),
    );
    expect(lines).toContainEqual(
      expect.stringMatching(/^ {5}6\.1\.\d+: EINVAL, .*; 7\.3(\.\d+)?: returns 5$/),
    );
    expect(lines).toContain('     because: anchors');
    expect(lines).toContainEqual(
      expect.stringMatching(/^up to position 4, 2 calls are answered otherwise by 7\.3/),
    );
    expect(lines).toContainEqual(
      expect.stringMatching(/^ {2}1 × In 7\.3.*: the flags before, after/),
    );
  });

  it('ends with 0 where nothing is answered otherwise', PATIENCE, async () => {
    const { code, lines } = await run('replay', 'web1', '--release', '6.1', '--json');
    expect([code, lines]).toEqual([0, ['']]);
  });
});
