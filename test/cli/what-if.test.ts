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

describe('plan', () => {
  it(
    'prints answers, effects, changed arrays and warnings, and records nothing',
    PATIENCE,
    async () => {
      const attach = ['prog_attach', 'attach_bpf_fd=3', 'target_path=/a', 'attach_type=egress'];
      const { code, lines } = await run('plan', 'web1', ...attach);
      expect([code, lines]).toEqual([
        1,
        [
          '0  init[1] prog_attach = 0',
          '     EntryInserted cgroup_id=2 attach_type=cgroup_inet_egress index=0 revision=2 mode=none prog_id=1',
          'changes /a cgroup_inet_egress: [] -> [1 first]',
          'warning cuts-off-descendants, call 0: /a becomes exclusive for cgroup_inet_egress: ' +
            'nothing more can be attached to the 0 cgroups below it, or to new ones',
        ],
      ]);
      expect((await run('events', 'web1')).lines.join()).not.toContain('prog_attach');
    },
  );

  it('exits 1 when the kernel would refuse a call', PATIENCE, async () => {
    const { code, lines } = await run('plan', 'web1', 'rmdir', 'path=/none');
    expect([code, lines]).toEqual([
      1,
      ['0  init[1] rmdir = ENOENT (no-such-cgroup: there is no cgroup /none)'],
    ]);
  });

  it('reads many from stdin, a later one using an earlier result', PATIENCE, async () => {
    const input = [
      '{"call":{"name":"mkdir","path":"/b"}}',
      '{"call":{"name":"open_cgroup","path":"/b"}}',
      '{"call":{"name":"close","fd":{"result_of":1}}}',
    ].join('\n');
    const args = ['plan', 'web1', '-', '--json', '--url', service.url];
    const { code, out, err } = await bpfledger(args, { input });
    expect([code, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toMatchObject({ position: 4, warnings: [], truncated: false });
  });
});

describe('tree --format bpftool', () => {
  it('prints what bpftool -j cgroup tree would', PATIENCE, async () => {
    const attach = ['prog_attach', 'attach_bpf_fd=3', 'target_path=/a', 'attach_type=egress'];
    await run('branch', 'create', 'web1', 'shown');
    await run('syscall', 'shown', ...attach);
    const root = ['--cgroup-root', '/sys/fs/cgroup/unified'];
    const { lines } = await run('tree', 'shown', '--format', 'bpftool', ...root);
    expect(lines).toEqual([
      '[{"cgroup":"/sys/fs/cgroup/unified/a","programs":[{"id":1,' +
        '"attach_type":"cgroup_inet_egress","attach_flags":"","name":"first",' +
        '"attach_btf_name":"","attach_btf_obj_id":0,"attach_btf_id":0}]}]',
    ]);
    await run('branch', 'drop', 'web1', 'shown');
  });
});

describe('an unknown host', () => {
  it.each([
    ['events list wev1', 'did you mean web1?'],
    ['explain zzz --cgroup / --type egress --program 1', 'there are web1'],
  ])('%s says which there are', PATIENCE, async (typed, said) => {
    const { code, err } = await bpfledger([...typed.split(' '), '--url', service.url]);
    expect([code, err]).toEqual([3, expect.stringContaining(said)]);
  });
});

describe('reboot and drift', () => {
  it('boot a branch again, and say that no executor drives it', PATIENCE, async () => {
    await run('branch', 'create', 'web1', 'again');
    expect((await run('reboot', 'again', '--release', '7.3')).lines).toEqual([
      expect.stringMatching(/^host again is in boot 2, on 7\.3\S*, since position 5$/u) as string,
    ]);
    const { code, lines } = await run('drift', 'again');
    expect([code, lines]).toEqual([0, ['no executor has reported yet; see bpfledger executor']]);
    await run('branch', 'drop', 'web1', 'again');
  });
});

describe('branch', () => {
  it('makes, lists, compares and drops', PATIENCE, async () => {
    const made = await run('branch', 'create', 'web1', 'try', '--at', '2');
    expect(made.lines).toEqual(['try  at position 2, from web1 at 2']);
    await run('syscall', 'try', 'mkdir', 'path=/try');
    const listed = await run('branch', 'list', 'web1');
    expect(listed.lines).toEqual(['branch  position  of    up to', 'try     3         web1  2']);
    const { lines } = await run('branch', 'diff', 'web1', 'try');
    expect(lines.slice(0, 2)).toEqual([
      'try shares the log of web1 up to 2; web1 went on',
      'with positions 3…4, whose changes the branch does not have:',
    ]);
    expect(lines[2]).toBe('From position 4 of web1 to 3: 1 event changed this');
    expect(lines.join('\n')).toContain('/try');
    const { lines: dropped } = await run('branch', 'drop', 'web1', 'try');
    expect(dropped).toEqual(['branch try is dropped; its name stays taken']);
    expect((await run('branch', 'list', 'web1')).lines).toEqual(['']);
  });
});

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
      expect.stringMatching(/^up to position 4, 7\.3(\.\d+)? answers 1 call differently/),
    );
    expect(lines).toContainEqual(
      expect.stringMatching(/^ {2}1 × In 7\.3.*: the flags before, after/),
    );
  });

  it('of several releases prints a table, a column for each', PATIENCE, async () => {
    const { code, lines } = await run('replay', 'web1', '--release', '5.10,6.1,7.3');
    expect(code).toBe(1);
    expect(lines.map((line) => line.split(/ {2,}/u))).toEqual([
      ['position', 'call', 'recorded', '5.10', '6.1', '7.3'],
      ['4', 'link_create', 'EINVAL', '·', '·', '5'],
      ['', 'differences', '0', '0', '1'],
    ]);
  });

  it('ends with 0 where no answer differs', PATIENCE, async () => {
    const { code, lines } = await run('replay', 'web1', '--release', '6.1', '--json');
    expect([code, lines]).toEqual([0, ['']]);
  });
});
