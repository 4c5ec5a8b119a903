// Loaders that nobody changed, under `bpfledger run`: Debian's bpftool, and what libbpf makes of a
// program with variables. Where there is a kernel to compare with, they say the same there.

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { arch, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { releaseOf } from '../../src/domain/release/release.ts';
import { bpfledger } from '../support/command.ts';
import { cgroup2Mount, isThere, needs } from '../support/needs.ts';
import { running, WITH_SBIN } from './unprivileged.ts';

const tools = needs('strace');
const listener = needs('listener');
const ok = tools.ok && listener.ok;
const go = needs('go').ok;
const RELEASES = ['5.10', '6.1', '6.12', '7.3'];
const GO = { GO111MODULE: 'off', GOPATH: '/usr/share/gocode' } as const;
const HEADERS = `/usr/include/${arch() === 'x64' ? 'x86_64' : 'aarch64'}-linux-gnu`;

const folder = mkdtempSync(join(tmpdir(), 'bpfledger-loaders-'));
const object = join(folder, 'globals.bpf.o');
const loader = join(folder, 'globals');
/** The same, with libbpf, libelf and libc inside. */
const staticLoader = join(folder, 'globals-static');
const devices = join(folder, 'devices');
const script = join(import.meta.dirname, 'administrator.sh');
/** Loaders that are watched on a real kernel too. */
const RECORDED = join(import.meta.dirname, '../kernel/recorded');

beforeAll(() => {
  if (!ok) return;
  const from = (name: string) => join(import.meta.dirname, name);
  const clang = ['-O2', '-g', '-target', 'bpf', '-I', HEADERS, '-c', from('globals.bpf.c')];
  execFileSync('clang', [...clang, '-o', object]);
  const skeleton = execFileSync('bpftool', ['gen', 'skeleton', object, 'name', 'globals'], {
    env: { ...process.env, ...WITH_SBIN },
  });
  writeFileSync(join(folder, 'globals.skel.h'), skeleton);
  execFileSync('gcc', ['-I', folder, '-o', loader, from('globals.c'), '-lbpf']);
  const linked = ['-static', '-lbpf', '-lelf', '-lz'];
  execFileSync('gcc', ['-I', folder, '-o', staticLoader, from('globals.c'), ...linked]);
  execFileSync('gcc', ['-o', devices, join(RECORDED, 'devices.c'), '-lbpf']);
  execFileSync('chmod', ['-R', 'a+rX', folder]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What is the same on every machine: without ids, tags and paths. */
function withoutIds(text: string, cgroup: string): string {
  return text
    .replaceAll(cgroup, 'CGROUP')
    .replace(/^\d+(:?) +/gmu, 'ID$1 ')
    .replace(/tag [0-9a-f]{16}/gu, 'tag TAG');
}

describe.skipIf(!ok)('loaders on several releases', () => {
  it('bpftool loads, attaches, shows and detaches', async () => {
    const cgroup = '/sys/fs/cgroup/loaders';
    const words = ['sh', script, object, cgroup, '/sys/fs/bpf/loaders'];
    const { code, out } = await running('--release', RELEASES.join(), '--quiet', '--', ...words);
    const texts = out.split(/^(?=loaded$|release )/mu);
    const heads = 'ID       AttachType      AttachFlags     Name           ';
    const shown = 'ID cgroup_inet_egress multi           count                          ';
    for (const [i, release] of RELEASES.entries()) {
      // This bpftool asks for the flags of each program, which 5.10 refuses, and shows nothing then.
      const ifShown = release === '5.10' ? [] : [shown];
      expect(withoutIds(texts[i] ?? '', cgroup).split('\n')).toEqual([
        ...['loaded', 'ID: cgroup_skb  name count  tag TAG  gpl', 'attached', 'refused'],
        ...[heads, ...ifShown],
        'ID       AttachType      Name           ',
        'ID cgroup_inet_egress count                          ',
        ...['CgroupPath', heads, 'CGROUP', ...ifShown],
        ...['key: 00 00 00 00  value: 09 00 00 00', 'detached', 'gone', ''],
      ]);
    }
    expect(texts).toHaveLength(RELEASES.length + 1);
    expect(code).toBe(0);
  });

  it('rules of devices are replaced, as runc does it', async () => {
    const cgroup = '/sys/fs/cgroup/devices';
    const replaces = `${devices} ${cgroup} one && ${devices} ${cgroup} two`;
    const shows = 'bpftool prog list | grep -o "cgroup_device  name [a-z]*"';
    const words = ['sh', '-c', `mkdir ${cgroup} && ${replaces} && ${shows}`];
    const { code, out } = await running('--release', RELEASES.join(), '--quiet', '--', ...words);
    expect(out.slice(0, out.indexOf('release '))).toBe(
      'cgroup_device  name two\n'.repeat(RELEASES.length),
    );
    expect(code).toBe(0);
  });

  it.each([
    ['that is linked when it starts', () => loader],
    ['that is static', () => staticLoader],
  ])('a loader %s has its variables in its memory', async (_, file) => {
    const words = [file(), '/sys/fs/cgroup', '/sys/fs/bpf/globals'];
    const { code, out } = await running('--release', RELEASES.join(), '--quiet', '--', ...words);
    expect(out.slice(0, out.indexOf('release '))).toBe(SAID.repeat(RELEASES.length));
    expect(code).toBe(0);
  });
});

describe.skipIf(!ok || !go)('a loader of Go with cilium/ebpf', () => {
  it('links, pins, updates and lets go on several releases', { timeout: 180_000 }, async () => {
    const program = join(folder, 'go-loader');
    const source = join(RECORDED, 'go-loader', 'main.go');
    execFileSync('go', ['build', '-o', program, source], {
      env: { ...process.env, ...GO },
      timeout: 170_000,
    });
    chmodSync(program, 0o755);
    const script = [
      `mkdir /sys/fs/cgroup/go && ${program} /sys/fs/cgroup/go /sys/fs/bpf/go && echo made`,
      ...['bpftool cgroup show /sys/fs/cgroup/go | sed 1d', 'rm /sys/fs/bpf/go'],
      ...['bpftool link list', 'bpftool prog list', 'echo gone'],
    ].join('; ');
    const releases = ['--release', RELEASES.join(), '--quiet'];
    const { code, out } = await running(...releases, '--', 'sh', '-c', script);
    const texts = out.split(/^(?=made$|release )/mu).slice(0, RELEASES.length);
    expect(texts.map((text) => withoutIds(text, '/sys/fs/cgroup/go').split(/\s+/u))).toEqual(
      RELEASES.map((release) => [
        'made',
        // This bpftool asks for flags that 5.10 refuses, and shows nothing then.
        ...(release === '5.10' ? [] : ['ID', 'cgroup_inet_egress', 'multi', 'go_new']),
        ...['gone', ''],
      ]),
    );
    expect(code).toBe(0);
  });
});

const SAID = [
  ...['load 0', 'limit 7', 'the kernel has seen 4', 'the kernel has seen 99', 'update 0'],
  ...['the loader has seen 55', 'update a constant -1', 'open a cgroup 0', 'attach 0', 'pin 0'],
  ...['pin again -16', 'replace 0', 'open the pin 0', 'detach 0', 'unpin 0', ''],
].join('\n');

describe.skipIf(!ok || !isThere('kernel'))('the kernel that runs here', () => {
  it('says the same to the loader', () => {
    const words = [cgroup2Mount() ?? '', '/sys/fs/bpf/bpfledger-globals'];
    expect(execFileSync(loader, words, { encoding: 'utf8' })).toBe(SAID);
    expect(execFileSync(staticLoader, words, { encoding: 'utf8' })).toBe(SAID);
  });

  it('says the same to one that comes up again', async () => {
    const here = releaseOf(release())?.id ?? '6.18';
    const pin = '/sys/fs/bpf/bpfledger-again';
    const lives =
      'for what in stay stay again again; do "$0" "$1" "$2" $what; echo "ends $?"; done';
    const words = (cgroup: string) => ['-c', lives, staticLoader, cgroup, pin];
    const real = execFileSync('sh', words(cgroup2Mount() ?? ''), { encoding: 'utf8' });
    const { out } = await running(
      '--release',
      here,
      '--quiet',
      '--',
      'sh',
      ...words('/sys/fs/cgroup'),
    );
    expect(out.split('\n')).toEqual(real.split('\n'));
    expect(out.match(/^open the pin (?<errno>.*)$/gmu)).toEqual([
      'open the pin 0',
      'open the pin -2',
    ]);
  });
});

describe.skipIf(!ok)('the log of a run', () => {
  it('gives the same answers when its calls are decided again', async () => {
    const bundle = join(folder, 'run.bundle');
    const words = [loader, '/sys/fs/cgroup', '/sys/fs/bpf/globals'];
    const { out: said } = await bpfledger(['run', '--keep', bundle, '--', ...words]);
    expect(said).toBe(SAID);
    const { out } = await bpfledger(['verify', bundle]);
    expect(out).toMatch(/outcomes +holds +0 of [1-9]\d+ calls are answered differently today/u);
  }, 120_000);

  it('is where another run may start', async () => {
    const bundle = join(folder, 'state.bundle');
    const place = mkdtempSync(join(folder, 'mount.'));
    chmodSync(folder, 0o777);
    chmodSync(place, 0o777);
    const left = [
      `mkdir /sys/fs/cgroup/left && echo $$ > /sys/fs/cgroup/left/cgroup.procs`,
      `bpftool map create /sys/fs/bpf/one type array key 4 value 8 entries 2 name one`,
      `mount -t bpf bpf ${place}`,
      `bpftool map create ${place}/two type hash key 4 value 8 entries 2 name two`,
    ].join(' && ');
    const words = ['--release', '6.12', '--quiet', '--keep', bundle, '--', 'sh', '-c', left];
    expect((await running(...words)).out).toBe('');
    const looks = `uname -r; ls /sys/fs/bpf ${place}; bpftool map list | grep -c name; cd /sys/fs/cgroup && rmdir left && echo gone`;
    const { out } = await running('--quiet', '--seed-state', bundle, '--', 'sh', '-c', looks);
    expect(out.split('\n')).toEqual([
      ...['6.12.117', '/sys/fs/bpf:', 'one', '', `${place}:`, 'two', '2', 'gone', ''],
    ]);
    const { code, err } = await running('--seed-state', `${bundle}.gone`, '--', 'true');
    expect([code, err]).toEqual([2, expect.stringContaining('nor HOST@POSITION')]);
  }, 120_000);
});
