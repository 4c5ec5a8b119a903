// Programs under `bpfledger run`, as somebody without rights runs them: real processes, real
// seccomp listeners, and fds that really live and die.

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { release, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { isFrom } from '../../src/sandbox/bpf/attr-ends.ts';
import { FALLIBLE } from '../../src/sandbox/fallible.ts';
import { bpfledger, COMMAND, environment, root } from '../support/command.ts';
import { needs } from '../support/needs.ts';
import { running, starting } from './unprivileged.ts';

const listener = needs('listener');
const strace = needs('strace');
const folder = mkdtempSync(join(tmpdir(), 'bpfledger-test-run-'));
const fdLives = join(folder, 'fd-lives');
const fdLivesStatic = join(folder, 'fd-lives-static');

beforeAll(() => {
  if (!listener.ok) return;
  const source = join(import.meta.dirname, 'fd-lives.c');
  for (const [file, ...flags] of [[fdLives], [fdLivesStatic, '-static']] as const) {
    execFileSync('gcc', ['-O1', ...flags, '-o', file, source, '-pthread']);
  }
  execFileSync('chmod', ['-R', 'a+rX', folder]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const commandOf = (pid: string) => readFileSync(`/proc/${pid}/cmdline`, 'utf8');

function childrenOf(pid: number | undefined): readonly string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
}

function descendsFrom(pid: string, ancestor: string): boolean {
  if (pid === ancestor) return true;
  const parent = /^PPid:\t(\d+)$/mu.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return parent !== '0' && descendsFrom(parent, ancestor);
}

const WAIT = { timeout: 20_000, interval: 25 } as const;

/** Pids of the processes that run a program of a test. */
function alive(): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/u.test(name));
  const ours = pids.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(folder);
    } catch {
      return false;
    }
  });
  return ours.sort((a, b) => Number(a) - Number(b));
}

describe.skipIf(!listener.ok)('a program that is run', () => {
  it('believes to be root on the release that was asked for', async () => {
    const { code, out } = await running('--release', '6.1', '--', 'sh', '-c', 'id -u; uname -r');
    expect([code, out]).toEqual([0, '0\n6.1.192\n']);
  });

  it.each([
    ['5.15', '5.15.0'],
    ['v2-series', '5.6.0-v2-series'],
  ])('on %s, which has no number of an update, reads %s', async (release, said) => {
    const looks = 'uname -r; cat /proc/sys/kernel/osrelease';
    const { out } = await running('--release', release, '--', 'sh', '-c', looks);
    expect(out).toBe(`${said}\n${said}\n`);
  });

  it('believes to be who --user says', async () => {
    const { out } = await running('--user', '1000', '--', 'sh', '-c', 'id -u; id -ru');
    expect(out).toBe('1000\n1000\n');
  });

  it('ends with its own exit code, or that of the signal that ended it', async () => {
    expect((await running('--', 'sh', '-c', 'exit 42')).code).toBe(42);
    expect((await running('--', 'sh', '-c', 'kill -9 $$')).code).toBe(137);
    expect((await running('--', 'no-such-program')).code).toBe(127);
  });

  it.each([
    ['dynamic', fdLives],
    ['static', fdLivesStatic],
  ])('has objects as long as somebody has an fd of them: %s', async (_, program) => {
    const { code, out } = await running('--quiet', '--strict', '--', program);
    expect(out).toBe('');
    expect(code).toBe(0);
  });

  it('may have many objects', async () => {
    const many = `ulimit -n 12000 && exec ${fdLives} many 10000`;
    const { code, out, err } = await running('--', 'sh', '-c', many);
    expect(out).toBe('');
    expect(code).toBe(0);
    expect(err).toContain('20002 calls');
  });

  it('waits for a slow reader of its output, as without a run', () => {
    const slow = '"$@" | { sleep 1; tail -n 1; }';
    const words = [...COMMAND, 'run', '--quiet', '--', 'seq', '1', '200000'];
    const out = execFileSync('sh', ['-c', slow, 'sh', ...words], {
      cwd: root,
      env: environment(),
      encoding: 'utf8',
    });
    expect(out).toBe('200000\n');
  });

  it.skipIf(process.getuid?.() !== 0)('does not reach the real trees, even as root', async () => {
    const made = 'bpfledger-escaped';
    const tree = join('/sys/fs', 'cgroup');
    const path = join('/proc/self', 'root', tree, made);
    const { code } = await bpfledger(['run', '--quiet', '--', 'mkdir', path]);
    expect(code).toBe(0);
    expect(existsSync(join(tree, made))).toBe(false);
  });

  it('is refused at its limit of fds, as a kernel refuses', async () => {
    const many = `ulimit -n 10 && exec ${fdLives} many 8`;
    const { err } = await running('--trace', '--', 'sh', '-c', many);
    expect(err).toMatch(/map_create\(.*\) = EMFILE \(no-free-fd/u);
  });

  it('does not outlive the run, nor does what it started', async () => {
    const { code } = await running('--quiet', '--', 'sh', '-c', `${fdLives} forever & exit 5`);
    expect(code).toBe(5);
    expect(alive()).toEqual([]);
  });

  it('does not outlive the run, even when that is killed', async () => {
    const own = join(folder, 'own');
    mkdirSync(own);
    chmodSync(own, 0o777);
    vi.stubEnv('TMPDIR', own);
    const run = starting(['--quiet', '--', fdLives, 'forever']);
    vi.unstubAllEnvs();
    const ours = () => readdirSync(own).filter((name) => name.startsWith('bpfledger-run-'));
    await vi.waitFor(() => expect([alive().length, ours().length]).toEqual([4, 1]), WAIT);
    run.kill('SIGKILL');
    await vi.waitFor(() => expect([alive(), ours()]).toEqual([[], []]), WAIT);
  });

  it('removes the directory of a killed run when another starts, and no directory in use', async () => {
    const own = join(folder, 'left');
    mkdirSync(own);
    chmodSync(own, 0o777);
    vi.stubEnv('TMPDIR', own);
    const [killed, goesOn] = [1, 2].map(() => starting(['--quiet', '--', fdLives, 'forever']));
    await vi.waitFor(() => expect(alive()).toHaveLength(8), WAIT);
    const inUse = `${goesOn?.pid}`;
    const before = readdirSync(own);
    expect(before).toHaveLength(2);
    const watchmen = childrenOf(killed?.pid).filter((pid) => commandOf(pid).startsWith('/bin/sh'));
    expect(watchmen).toHaveLength(1);
    // First who would remove it, so that it is left.
    process.kill(Number(watchmen[0]), 'SIGKILL');
    killed?.kill('SIGKILL');
    await vi.waitFor(() => {
      const orphans = alive().filter((pid) => !descendsFrom(pid, inUse));
      for (const pid of orphans) process.kill(Number(pid), 'SIGKILL');
      expect(alive()).toHaveLength(4);
    }, WAIT);
    mkdirSync(join(own, 'bpfledger-run-of-another'));
    writeFileSync(join(own, 'bpfledger-run-of-another', 'file'), '');
    await running('--quiet', '--', 'true');
    expect(readdirSync(own).sort()).toEqual([...before, 'bpfledger-run-of-another'].sort());
    const longAgo = new Date(0);
    for (const name of readdirSync(own)) utimesSync(join(own, name), longAgo, longAgo);
    await running('--quiet', '--', 'true');
    vi.unstubAllEnvs();
    const left = readdirSync(own);
    expect(left).toHaveLength(2);
    expect(left).toContain('bpfledger-run-of-another');
    goesOn?.kill('SIGTERM');
    await vi.waitFor(() => expect(readdirSync(own)).toEqual(['bpfledger-run-of-another']), WAIT);
  });

  it('may be killed at any moment', async () => {
    const run = starting(['--quiet', '--', 'sh', '-c', `${fdLives} forever; exit 9`]);
    const exited = once(run, 'exit');
    await vi.waitFor(() => expect(alive()).toHaveLength(4), WAIT);
    let killed = 0;
    for (let round = 0; round < 200 && killed < 4; round++) {
      await pause(25);
      // Children first: the run ends with the program that the shell waits for.
      const pid = alive().at(-1);
      if (pid === undefined) continue;
      process.kill(Number(pid), 'SIGKILL');
      killed += 1;
    }
    expect(killed).toBe(4);
    expect(await exited).toEqual([9, null]);
    expect(alive()).toEqual([]);
  });
});

describe.skipIf(!(listener.ok && strace.ok && isFrom('6.6', release())))('the listener', () => {
  it('is set to wake the program on the CPU of the answer', () => {
    const seen = join(folder, 'ioctls');
    const words = ['-f', '-e', 'trace=ioctl', '-o', seen];
    execFileSync('strace', [...words, ...COMMAND, 'run', '--quiet', '--', 'true'], { cwd: root });
    // SECCOMP_IOCTL_NOTIF_SET_FLAGS, whose flags are not a pointer.
    expect(readFileSync(seen, 'utf8')).toMatch(
      /(0x4, 0x8\)|NOTIF_SET_FLAGS), (0x1|SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP)\) = 0$/mu,
    );
  });
});

describe.skipIf(!listener.ok)('orders', () => {
  it('let a chosen call fail', async () => {
    const { code, out } = await running('--fail', 'map_create#2=ENOMEM', '--', fdLives);
    expect(code).not.toBe(0);
    expect(out).toMatch(/^line \d+: map\(\) is -1, not 4 \(errno 12\)$/mu);
  });

  it('kill the process that makes a chosen call', async () => {
    const { code, err } = await running('--kill-at', '3', '--trace', '--', fdLives);
    expect(code).toBe(137);
    expect(err).toMatch(/^#3 {2}fd-lives/mu);
    expect(err).not.toMatch(/^#4 /mu);
  });

  it('kill no call before the first', async () => {
    const { code, err } = await running('--kill-at', '0', '--', 'true');
    expect(code).toBe(2);
    expect(err).toContain('--kill-at 0 is not a whole number from 1 to ');
  });

  it('that the program never comes to are told at its end', async () => {
    const orders = ['--fail', 'map_create#99=ENOMEM', '--kill-at', '99999'];
    const { code, err } = await running(...orders, '--', fdLives);
    expect(code).toBe(0);
    expect(err).toMatch(
      /^ {2}--fail map_create#99=ENOMEM never fired: map_create was called \d+ t/mu,
    );
    expect(err).toMatch(/^ {2}--kill-at 99999 never fired: the program made \d+ calls$/mu);
  });

  it('that the program never comes to fail a strict run and its report', async () => {
    const fail = ['--fail', 'map_create#99=ENOMEM', '--tap', '-', '--quiet'];
    const plain = await running(...fail, '--', 'true');
    expect([plain.code, plain.err]).toEqual([0, '']);
    expect(plain.out).toMatch(/^not ok 2 - [\d.]+: --fail map_create\\#99=ENOMEM fired$/mu);
    const strict = await running(...fail, '--strict', '--', 'true');
    expect([strict.code, strict.out]).toEqual([3, plain.out]);
  });

  it('that make no sense are refused before the program starts', async () => {
    const { code, err } = await running('--fail', 'link_crate=ENOMEM', '--', 'true');
    expect(code).toBe(2);
    expect(err).toContain('did you mean "link_create"');
  });

  it.each([
    ['close', 'close cannot be refused. These can be: prog_load, '],
    ['exec', 'exec cannot be refused'],
    ['fork', 'fork cannot be refused'],
    ['bpf', 'bpf cannot be refused'],
    ['mount', 'mount cannot be refused'],
  ])('to refuse what nobody asks for are refused themselves: %s', async (call, why) => {
    const { code, out, err } = await running('--fail', `${call}=EIO`, '--', 'echo', 'started');
    expect([code, out, err]).toEqual([2, '', expect.stringContaining(why)]);
  });

  it('can refuse each call that --fail takes', async () => {
    const program = join(folder, 'every-call');
    execFileSync('gcc', ['-O1', '-o', program, join(import.meta.dirname, 'every-call.c')]);
    chmodSync(program, 0o755);
    const orders = FALLIBLE.map((call) => `${call}#1=EIO`).join();
    const { code, out, err } = await running('--strict', '--fail', orders, '--', program);
    expect([code, out]).toEqual([0, '']);
    expect(err).not.toContain('never fired');
  });
});

describe.skipIf(!listener.ok)('what a run would write', () => {
  /** A directory in which anybody may make files. */
  const open = join(folder, 'open');
  const twice = join(open, 'twice');

  beforeAll(() => {
    mkdirSync(open);
    chmodSync(open, 0o777);
    // It leads to nothing yet.
    symlinkSync(twice, `${twice}-link`);
    writeFileSync(`${open}/there`, '', { mode: 0o666 });
    chmodSync(`${open}/there`, 0o666);
    linkSync(`${open}/there`, `${open}/also`);
  });

  it.each([
    [['--keep', '/no-such-folder/x'], 2, '--keep /no-such-folder/x: ENOENT'],
    [['--tap', '/no-such-folder/x'], 2, '--tap /no-such-folder/x: ENOENT'],
    [['--junit', folder], 2, `--junit ${folder}: it is a directory`],
    [['--tap', '-', '--junit', '-'], 2, 'both write to stdout'],
    [['--tap', '-', '--junit', '/dev/stdout'], 2, 'are one file'],
    [['--keep', twice, '--tap', `${open}/../${basename(open)}/twice`], 2, 'are one file'],
    [['--tap', `${twice}-link`, '--junit', twice], 2, 'are one file'],
    [['--keep', `${open}/there`, '--junit', `${open}/also`], 2, 'are one file'],
    [['--keep', '/dev/null'], 2, '--keep /dev/null: it is not a plain file'],
    [['--seed-state', folder], 2, 'is a directory: give a file that bpfledger export wrote'],
    [['--host', 'new', '--url', 'http://127.0.0.1:1'], 3, 'no answer from http://127.0.0.1:1'],
  ])('is looked at before the program starts: %j', async (flags, refused, why) => {
    const { code, out, err } = await running(...flags, '--', 'echo', 'started');
    expect([code, out, err]).toEqual([refused, '', expect.stringContaining(why)]);
  });

  it('may be thrown away', async () => {
    const nowhere = ['--tap', '/dev/null', '--junit', '/dev/null'];
    expect((await running('--quiet', ...nowhere, '--', 'true')).code).toBe(0);
  });
});

describe.skipIf(!listener.ok)('several releases', () => {
  it('end together when the run is told to end', async () => {
    const child = starting(['--release', '5.10,7.3', '--', 'sh', '-c', 'echo on; exec sleep 30']);
    const exited = once(child, 'exit');
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect(await exited).toEqual([143, null]);
  });

  it('are compared in a table', async () => {
    const { code, out, err } = await running('--release', '5.10,7.3', '--quiet', '--', fdLives);
    expect([code, err]).toEqual([0, '']);
    const [head = '', ...rows] = out.trim().split('\n');
    expect(head).toMatch(/^release +exit code +calls +refused +first difference/u);
    expect(rows.map((row) => row.split(/ +/u).slice(0, 2))).toEqual([
      ['5.10.262', '0'],
      ['7.3.4', '0'],
    ]);
  });
});
