// The virtual cgroup2 and bpffs of a program that is run: the same program is asked on the real ones
// of this machine, where that may be done.

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { needs } from '../support/needs.ts';
import { onRealTrees } from './real-trees.ts';
import { running, startingBeside } from './unprivileged.ts';

const listener = needs('listener');
const kernel = needs('kernel');
const folder = mkdtempSync(join(tmpdir(), 'bpfledger-files-'));
const files = join(folder, 'files');
const hostile = join(folder, 'hostile');
const mounts = join(folder, 'mounts');
const symlinks = join(folder, 'symlinks');
const taskFds = join(folder, 'task-fds');
/** Where anybody may make files. */
const plain = join(folder, 'plain');

beforeAll(() => {
  if (!listener.ok) return;
  for (const file of [files, hostile, mounts, symlinks, taskFds]) {
    const source = join(import.meta.dirname, `${basename(file)}.c`);
    execFileSync('gcc', ['-O1', '-pthread', '-o', file, source]);
  }
  execFileSync('chmod', ['-R', 'a+rX', folder]);
  mkdirSync(plain);
  chmodSync(plain, 0o777);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!listener.ok)('the files of a program that is run', () => {
  it('answer as those of a kernel do', async () => {
    expect(await running('--quiet', '--', files, plain)).toEqual({ code: 0, out: '', err: '' });
  });

  it.skipIf(!kernel.ok)('are tested by a program that finds no fault with a real kernel', () => {
    expect(onRealTrees(files, plain)).toEqual({ code: 0, out: '' });
  });

  it('can be mounted elsewhere, as on a kernel', async () => {
    const answers = await running('--quiet', '--', mounts, plain);
    expect(answers).toEqual({ code: 0, out: '', err: '' });
    expect(readdirSync(plain)).toEqual([]);
  });

  it.skipIf(!kernel.ok)('are mounted elsewhere by a program that a real kernel agrees with', () => {
    expect(onRealTrees(mounts, plain)).toEqual({ code: 0, out: '' });
  });

  it('do not let the supervisor wait for a pipe to which a way out of them leads', async () => {
    const line = `mkfifo ${plain}/pipe; cd /sys/fs/bpf; cat ../../..${plain}/pipe; rm ${plain}/pipe`;
    const { code, err } = await running('--quiet', '--', 'sh', '-c', line);
    expect([code, err]).toEqual([0, expect.stringContaining('No such device or address')]);
  });

  it('have symlinks on the bpffs, as on a kernel', async () => {
    const answers = await running('--quiet', '--strict', '--', symlinks);
    expect(answers).toEqual({ code: 0, out: '', err: '' });
  });

  it.skipIf(!kernel.ok)('have symlinks by a program that a real kernel agrees with', () => {
    expect(onRealTrees(symlinks)).toEqual({ code: 0, out: '' });
  });

  it('are told by what they run, also those of another process, as on a kernel', async () => {
    const answers = await running('--quiet', '--strict', '--', taskFds);
    expect(answers).toEqual({ code: 0, out: '', err: '' });
  });

  it.skipIf(!kernel.ok)('are asked about by a program that a real kernel agrees with', () => {
    expect(onRealTrees(taskFds)).toEqual({ code: 0, out: '' });
  });

  it('leave nothing behind, and touch nothing of this machine', async () => {
    const own = join(folder, 'own');
    mkdirSync(own);
    chmodSync(own, 0o777);
    vi.stubEnv('TMPDIR', own);
    const script = 'mkdir /sys/fs/cgroup/only-here && ls -d /sys/fs/cgroup/only-here';
    const { code, out } = await running('--quiet', '--', 'sh', '-c', script);
    expect([code, out]).toEqual([0, '/sys/fs/cgroup/only-here\n']);
    expect(existsSync('/sys/fs/cgroup/only-here')).toBe(false);
    expect(existsSync('/sys/fs/cgroup/unified/only-here')).toBe(false);
    vi.unstubAllEnvs();
    // What tsx keeps is not ours.
    expect(readdirSync(own).filter((name) => !name.startsWith('tsx-'))).toEqual([]);
  });

  it('are read once, whatever a program does to its memory meanwhile', async () => {
    const aside = join(folder, 'aside');
    const { code, out } = await running('--quiet', '--', hostile, aside);
    expect([code, out]).toEqual([0, '1200\n']);
    // It may have made it itself, as it may make any directory of its own.
    expect(existsSync('/sys/fs/cgroup/hostile')).toBe(false);
  });

  it('name no process of the machine but those of the program', async () => {
    const other = startingBeside(['sleep', '60']);
    try {
      await vi.waitUntil(() => readFileSync(`/proc/${other.pid}/comm`, 'utf8') === 'sleep\n');
      const script = [
        'cd /sys/fs/cgroup && mkdir web',
        `head -n 1 /proc/${other.pid}/status`,
        `echo ${other.pid} > web/cgroup.procs || echo refused`,
        'cat web/cgroup.procs; sleep 60 & echo $! > web/cgroup.procs && echo moved',
        'echo 1 > web/cgroup.kill && echo killed; wait',
      ].join('\n');
      const { out } = await running('--release', '6.18', '--quiet', '--', 'sh', '-c', script);
      expect(out).toBe('Name:\tsleep\nrefused\nmoved\nkilled\n');
      expect([other.exitCode, other.signalCode]).toEqual([null, null]);
    } finally {
      other.kill();
    }
  });

  it('are those of everyday programs too', async () => {
    const script = [
      'mkdir -p /sys/fs/cgroup/web/a && cd /sys/fs/cgroup/web',
      'echo $$ > a/cgroup.procs && cat /proc/self/cgroup',
      'pwd; ls -d a; find /sys/fs/cgroup -type d | sort; stat -c "%F %a %U %i" a',
      'cat /proc/sys/kernel/osrelease; test -e /proc/version_signature || echo no signature',
      'stat -f -c %T /sys/fs/cgroup /sys/fs/bpf; rmdir a 2>&1; cd / && ls /sys/fs/bpf',
      `mkdir ${plain}/m && mount -t bpf bpf ${plain}/m && stat -f -c %T ${plain}/m`,
      `umount ${plain}/m && rmdir ${plain}/m && grep -E 'Uid|CapEff' /proc/self/status`,
    ].join('\n');
    const words = ['--release', '6.18', '--quiet', '--', 'sh', '-c', script];
    const { out } = await running(...words);
    expect(out.split('\n')).toEqual([
      '0::/web/a',
      '/sys/fs/cgroup/web',
      'a',
      '/sys/fs/cgroup',
      '/sys/fs/cgroup/web',
      '/sys/fs/cgroup/web/a',
      'directory 755 root 3',
      '6.18.44',
      'no signature',
      'cgroup2fs',
      'bpf_fs',
      "rmdir: failed to remove 'a': Device or resource busy",
      'bpf_fs',
      'Uid:\t0\t0\t0\t0',
      'CapEff:\t000001ffffffffff',
      '',
    ]);
  });
});
