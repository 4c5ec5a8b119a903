// A log, applied to the kernel that runs here: bpftool, not our own code, says what the kernel has.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ATTR_BYTES, Attr } from '../../src/native/attr.ts';
import { BPF } from '../../src/native/commands.ts';
import { assemble } from '../../src/native/instructions.ts';
import { bindKernel, cString, must, SYS } from '../../src/native/syscall.ts';
import { randomFrom } from '../../src/recorders/generator/random.ts';
import { type ServiceProcess, send, startProcess } from '../api/process.ts';
import { bpfledger } from '../support/command.ts';
import { cgroup2Mount, needs } from '../support/needs.ts';
import {
  bpftool,
  calls,
  type Drift,
  type Executing,
  effective,
  followDrift,
  type Ground,
  ground,
  type Host,
  hasBpftool,
  post,
  read,
  showAttached,
  startExecutor,
  until,
  waitForReport,
} from './executing.ts';

const kernel = needs('kernel');
const CGROUP_SKB = 8;
/** A round of calls takes a few hundred milliseconds. */
const KILL_MS_MAX = 400;
/** Long beyond what an executor needs: it looks twice a second. */
const TOLD_MS_MAX = 60_000;
const EGRESS = 'cgroup_inet_egress';
const load = (prog_name: string, ret = 1) => ({
  name: 'prog_load',
  prog_type: 'cgroup_skb',
  prog_name,
  ret,
});
const create = (prog_fd: number, target_path: string) => ({
  name: 'link_create',
  prog_fd,
  target_path,
  attach_type: EGRESS,
});
const attachTo = (target_path: string, attach_bpf_fd = 3) => ({
  name: 'prog_attach',
  attach_bpf_fd,
  target_path,
  attach_type: EGRESS,
  flags: ['multi'],
});
const mkdir = (path: string) => ({ name: 'mkdir', path });

describe.skipIf(!kernel.ok)('the executor', { timeout: 240_000 }, () => {
  let service: ServiceProcess;
  let place: Ground;
  let executor: Executing | undefined;
  let dataDir: string;
  let at: Host;
  let hosts = 0;

  beforeAll(async () => {
    if (!hasBpftool()) throw new Error('the judge is missing: apt-get install bpftool');
    dataDir = mkdtempSync(join(tmpdir(), 'bpfledger-'));
    service = await startProcess({ BPFLEDGER_DATA_DIR: dataDir });
  });
  afterAll(async () => {
    await service.stop();
    rmSync(dataDir, { recursive: true });
  });
  beforeEach(async () => {
    at = { url: service.url, host: `h${++hosts}` };
    const made = await send(`${service.url}/v1/hosts`, { name: at.host, release: release() });
    expect(made.status).toBe(201);
    place = ground();
  });
  afterEach(async () => {
    await executor?.end('SIGKILL');
    executor = undefined;
    place.remove();
  });

  const drift = () => read<Drift>(at, 'drift');

  it('brings the kernel through the life of a link, step by step', async () => {
    executor = startExecutor(at, place);
    await calls(at, [mkdir('/a'), mkdir('/a/b'), load('one'), load('two')]);
    await calls(at, [create(3, '/a')]);
    expect(showAttached(place, '/a')).toBe('multi one');
    expect(effective(place, '/a/b')).toEqual(['one']);
    await calls(at, [{ name: 'obj_pin', bpf_fd: 6, path: '/link' }]);
    await calls(at, [{ name: 'link_update', link_fd: 6, new_prog_fd: 4 }]);
    expect(effective(place, '/a/b')).toEqual(['two']);
    await calls(at, [{ name: 'close', fd: 6 }]);
    expect(showAttached(place, '/a')).toBe('multi two');
    await calls(at, [{ name: 'rmdir', path: '/a/b' }]);
    expect(effective(place, '/a')).toEqual(['two']);
    await calls(at, [{ name: 'unlink', path: '/link' }]);
    expect(showAttached(place, '/a')).toBe('');
    expect((await drift()).items).toEqual([]);
  });

  it('is stopped and started again, and nothing was missing in between', async () => {
    executor = startExecutor(at, place);
    await calls(at, [mkdir('/a'), load('one'), create(3, '/a')]);
    await executor.end('SIGKILL');
    expect(showAttached(place, '/a')).toBe('multi one');
    executor = startExecutor(at, place);
    await calls(at, [load('two'), { name: 'link_update', link_fd: 5, new_prog_fd: 4 }]);
    expect(showAttached(place, '/a')).toBe('multi two');
    expect((await drift()).items).toEqual([]);
  });

  it('leaves nothing behind when it is ephemeral', async () => {
    executor = startExecutor(at, place, '--ephemeral');
    await calls(at, [mkdir('/a'), load('one'), create(3, '/')]);
    expect(showAttached(place, '/')).toBe('multi one');
    await executor.end('SIGTERM');
    expect(showAttached(place, '/')).toBe('');
  });

  it('removes its directories and pins when it is ephemeral, and leaves what others made', async () => {
    executor = startExecutor(at, place, '--ephemeral');
    await calls(at, [
      load('one'),
      { name: 'bpffs_mkdir', path: '/d' },
      { name: 'bpffs_mkdir', path: '/d/e' },
      { name: 'obj_pin', bpf_fd: 3, path: '/d/e/one' },
    ]);
    for (const path of ['/d/theirs', '/theirs', '/theirs/below']) {
      mkdirSync(`${place.bpffs}/log${path}`);
    }
    await executor.end('SIGTERM');
    const left = readdirSync(`${place.bpffs}/log`, { recursive: true });
    expect(left.sort()).toEqual(['d', 'd/theirs', 'theirs', 'theirs/below']);
  });

  it('stops the traffic of a cgroup without a gap, until a link update lets it through', async () => {
    executor = startExecutor(at, place);
    await calls(at, [mkdir('/a'), load('deny', 0), load('also_deny', 0), load('allow', 1)]);
    const sender = startSender();
    try {
      writeFileSync(`${place.cgroup}/a/cgroup.procs`, String(sender.pid));
      expect(await sender.sends()).toBe('sent');
      await calls(at, [create(3, '/a')]);
      expect(await sender.sends()).toBe('EPERM');

      const update = (new_prog_fd: number) => ({ name: 'link_update', link_fd: 7, new_prog_fd });
      const updates = Array.from({ length: 100 }, (_, i) => update(i % 2 === 0 ? 4 : 3));
      const seen = new Set<string>();
      // As many as are between twice as many updates, however fast either is on this machine.
      for (let sends = 0; sends < 2 * updates.length; ) {
        let updating = true;
        const updated = calls(at, updates).finally(() => {
          updating = false;
        });
        for (; updating; sends++) seen.add(await sender.sends());
        await updated;
      }
      expect([...seen]).toEqual(['EPERM']);

      await calls(at, [update(5)]);
      expect(await sender.sends()).toBe('sent');
      expect((await drift()).items).toEqual([]);
    } finally {
      await sender.end();
    }
  });

  it('tells within two seconds what others did, and leaves what is theirs', async () => {
    const running = startExecutor(at, place);
    executor = running;
    await calls(at, [mkdir('/a'), mkdir('/b'), load('one'), create(3, '/b'), attachTo('/a')]);
    const stream = await followDrift(at);
    try {
      const tookMs: number[] = [];
      const expectTold = async (where: string) => {
        const started = performance.now();
        const isThere = stream.until(({ standing }) =>
          standing.some((one) => one.where.startsWith(where)),
        );
        // It ends with the stream where another outcome is first.
        isThere.catch(() => undefined);
        const outcome = await Promise.race([
          isThere,
          running.exited.then((code) => `the executor ended with ${code}`),
          pause(TOLD_MS_MAX, `nothing was told of ${where}`, { ref: false }),
        ]);
        if (outcome !== undefined) throw new Error(`${outcome}: ${running.output()}`);
        tookMs.push(performance.now() - started);
        expect((await drift()).standing.some((one) => one.where.startsWith(where))).toBe(true);
      };
      const ours = `${place.bpffs}/held/prog_1`;
      bpftool('cgroup', 'detach', `${place.cgroup}/a`, 'egress', 'pinned', ours);
      await expectTold(`/a ${EGRESS}`);

      const foreign = await foreignProgram(place);
      bpftool('cgroup', 'attach', `${place.cgroup}/a`, 'ingress', 'pinned', foreign);
      await expectTold('/a cgroup_inet_ingress');

      rmdirSync(`${place.cgroup}/b`);
      await expectTold('/b');

      // The machine may have had something else to do each time but one.
      expect(Math.min(...tookMs)).toBeLessThan(2000);

      expect(showAttached(place, '/a')).toBe('foreign');
      const metrics = await (await fetch(`${at.url}/metrics`)).text();
      expect(metrics).toMatch(
        new RegExp(`bpfledger_executor_standing_differences{host="${at.host}"} [1-9]`),
      );
    } finally {
      await stream.end();
    }
  });

  it('--repair puts back what others took, records it, and leaves what is theirs', async () => {
    executor = startExecutor(at, place, '--repair');
    await calls(at, [mkdir('/a'), mkdir('/b'), load('one'), load('two'), load('three')]);
    await calls(at, [
      ...[attachTo('/a', 3), attachTo('/a', 4), create(5, '/a'), create(3, '/b')],
      { name: 'obj_pin', bpf_fd: 7, path: '/link' },
    ]);
    expect(showAttached(place, '/a')).toBe('multi one two three');
    const foreign = await foreignProgram(place);
    /** What the log's own entries on /a are; where the foreign one is among them depends on when. */
    const ours = () => {
      const told = showAttached(place, '/a').split(' ');
      expect(told).toContain('foreign');
      return told.filter((name) => name !== 'foreign').join(' ');
    };
    const onEgress = (path: string, what: string, pin: string, ...flags: string[]) =>
      bpftool('cgroup', what, `${place.cgroup}${path}`, 'egress', 'pinned', pin, ...flags);
    onEgress('/a', 'attach', foreign, 'multi');
    onEgress('/a', 'detach', `${place.bpffs}/held/prog_1`);
    onEgress('/a', 'detach', `${place.bpffs}/held/prog_2`);
    bpftool('link', 'detach', 'pinned', `${place.bpffs}/log/link`);
    await until('the entries are back', () => ours() === 'multi one two three');
    rmdirSync(`${place.cgroup}/b`);
    unlinkSync(`${place.bpffs}/log/link`);
    await until('the cgroup is back with its link', () => {
      return existsSync(`${place.cgroup}/b`) && showAttached(place, '/b') === 'multi one';
    });
    expect(JSON.parse(bpftool('-j', 'link', 'show', 'pinned', `${place.bpffs}/log/link`))).toEqual(
      expect.objectContaining({ type: 'cgroup' }),
    );
    const { repairs } = await drift();
    expect(repairs.every(({ kind }) => kind === 'repair')).toBe(true);
    const done = repairs.map(({ where, did }) => `${where}: ${did}`);
    expect(done).toEqual(
      expect.arrayContaining([
        `/a ${EGRESS}: program 1 put back`,
        `/a ${EGRESS}: program 2 put back`,
        `/a ${EGRESS}: link 1 put back`,
        '/b: cgroup put back',
        `/b ${EGRESS}: link 2 put back`,
        '/link: link put back',
      ]),
    );
    // The link that was made anew is the log's link: what comes next works on it.
    await calls(at, [{ name: 'link_update', link_fd: 7, new_prog_fd: 4 }]);
    expect(ours()).toBe('multi one two two');
    await calls(at, [
      { name: 'close', fd: 7 },
      { name: 'unlink', path: '/link' },
    ]);
    expect(ours()).toBe('multi one two');
    expect((await drift()).items).toEqual([]);
  });

  it('--repair takes no place that somebody else has', async () => {
    executor = startExecutor(at, place, '--repair');
    await calls(at, [mkdir('/a'), load('one'), { ...attachTo('/a'), flags: ['override'] }]);
    await executor.end('SIGKILL');
    const foreign = await foreignProgram(place);
    const pin = `${place.bpffs}/held/prog_1`;
    bpftool('cgroup', 'detach', `${place.cgroup}/a`, 'egress', 'pinned', pin);
    bpftool('cgroup', 'attach', `${place.cgroup}/a`, 'egress', 'pinned', foreign, 'override');
    executor = startExecutor(at, place, '--repair');
    await until('it is told', async () => (await drift()).standing.length > 0);
    await pause(1500);
    expect(showAttached(place, '/a')).toBe('override foreign');
    expect((await drift()).repairs).toEqual([]);
  });

  it('never ends an entry that it did not make', async () => {
    executor = startExecutor(at, place);
    await calls(at, [mkdir('/a'), load('ours')]);
    const foreign = await foreignProgram(place);
    bpftool('cgroup', 'attach', `${place.cgroup}/a`, 'egress', 'pinned', foreign);
    const attach = {
      name: 'prog_attach',
      attach_bpf_fd: 3,
      target_path: '/a',
      attach_type: EGRESS,
    };
    await calls(at, [attach, { name: 'rmdir', path: '/a' }]);
    expect(effective(place, '/a')).toEqual(['foreign']);
    const { items } = await drift();
    const told = items.map(({ how, call }) => `${how} ${call}`);
    expect(told).toEqual(['withheld prog_attach', 'withheld rmdir']);
  });

  it('does not leave its place, wherever a symlink leads', async () => {
    executor = startExecutor(at, place);
    await calls(at, [mkdir('/a')]);
    const elsewhere = mkdtempSync(join(tmpdir(), 'bpfledger-elsewhere-'));
    try {
      symlinkSync(elsewhere, `${place.bpffs}/log/out`);
      await calls(at, [{ name: 'bpffs_mkdir', path: '/out/made' }]);
      expect(readdirSync(elsewhere)).toEqual([]);
      const { items } = await drift();
      expect(items.map(({ how, call }) => `${how} ${call}`)).toEqual(['withheld bpffs_mkdir']);
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });

  it('neither removes nor replaces a symlink that somebody else made in its place', async () => {
    executor = startExecutor(at, place);
    await calls(at, [load('one'), { name: 'obj_pin', bpf_fd: 3, path: '/one' }]);
    const out = `${place.bpffs}/log/out`;
    symlinkSync('/nowhere', out);
    await calls(at, [
      { name: 'unlink', path: '/out' },
      { name: 'rename', path: '/out', to: '/away' },
      { name: 'rename', path: '/one', to: '/out' },
    ]);
    expect(readlinkSync(out)).toBe('/nowhere');
    const { items } = await drift();
    const told = items.map(({ how, call }) => `${how} ${call}`);
    expect(told).toEqual(['withheld unlink', 'withheld rename', 'withheld rename']);
  });

  it('--repair replaces no symlink that somebody else made where a pin of the log was', async () => {
    executor = startExecutor(at, place, '--repair');
    await calls(at, [load('one'), { name: 'obj_pin', bpf_fd: 3, path: '/one' }]);
    await executor.end('SIGKILL');
    const one = `${place.bpffs}/log/one`;
    unlinkSync(one);
    symlinkSync('/nowhere', one);
    executor = startExecutor(at, place, '--repair');
    await until('it is told', async () => (await drift()).standing.length > 0);
    await pause(1500);
    expect(readlinkSync(one)).toBe('/nowhere');
    expect((await drift()).repairs).toEqual([]);
  });

  it('refuses the root of the hierarchy, unless told so', async () => {
    const mount = cgroup2Mount() ?? '';
    executor = startExecutor(at, { ...place, cgroup: mount });
    const said = executor.output;
    await until('it says why', () => said().includes('--allow-root-cgroup'));
  });

  it('is the only one of its host', async () => {
    executor = startExecutor(at, place);
    await calls(at, [mkdir('/a')]);
    const elsewhere = ground();
    try {
      // Both are called the same: a name is not a claim to the lease.
      const second = startExecutor(at, elsewhere, '--name', `${hostname()}:${place.cgroup}`);
      expect(await second.exited).toBe(3);
      expect(second.output()).toContain('applies this log');
      await calls(at, [mkdir('/b')]);
    } finally {
      elsewhere.remove();
    }
  });

  it('--check exits with 1 once somebody changed the kernel, and with 0 before', async () => {
    executor = startExecutor(at, place);
    await calls(at, [mkdir('/a'), load('one'), create(3, '/a')]);
    await executor.end('SIGKILL');
    const check = () =>
      bpfledger([
        ...['executor', at.host, '--check', '--url', at.url],
        ...['--cgroup-root', place.cgroup, '--bpffs', place.bpffs],
      ]);
    expect(await check()).toMatchObject({ code: 0, out: '0 differences at position 4\n' });
    bpftool('link', 'detach', 'pinned', `${place.bpffs}/held/link_1`);
    const { code, out } = await check();
    expect(code).toBe(1);
    expect(out).toContain(`differs: attached /a ${EGRESS}: log multi 1, kernel none`);
  });

  it('converges after being killed at random moments, and no program was ever missing', async () => {
    const KILLS = Number(process.env.BPFLEDGER_TEST_KILLS ?? 10);
    const ROUNDS = 5 * KILLS;
    executor = startExecutor(at, place);
    await calls(at, [mkdir('/a'), load('one'), load('two'), create(3, '/a')]);
    let watching = true;
    let missing = 0;
    let looks = 0;
    const watcher = (async () => {
      while (watching) {
        looks++;
        if (effective(place, '/a').length === 0) missing++;
        await pause(10);
      }
    })();
    const random = randomFrom(42);
    let last = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      last = await churn(at, ROUNDS / KILLS, kill);
      // Once it is at work, so that the kill falls between the calls of the log.
      const { reported_position: before } = await read<{ reported_position: number }>(
        at,
        'executor',
      );
      if (before < last) await waitForReport(at, before + 1);
      await pause(random.below(KILL_MS_MAX));
      await executor.end('SIGKILL');
      executor = startExecutor(at, place);
    }
    await waitForReport(at, last);
    watching = false;
    await watcher;
    expect(looks).toBeGreaterThan(KILLS);
    expect(missing).toBe(0);
    expect((await drift()).standing).toEqual([]);
    expect(showAttached(place, '/a')).toBe('multi two');
    expect((await drift()).items).toEqual([]);
    console.log(`${KILLS} kills, position ${last}, ${looks} looks, seed 42`);
  });
});

/** Calls that change what is attached, and leave the link on /a running another program. */
async function churn(at: Host, rounds: number, salt: number): Promise<number> {
  const sent: object[] = [];
  for (let round = 0; round < rounds; round++) {
    const path = `/k${salt}_${round}`;
    sent.push(
      mkdir(path),
      { name: 'link_update', link_fd: 6, new_prog_fd: 3 },
      create(4, path),
      {
        name: 'prog_attach',
        attach_bpf_fd: 3,
        target_path: path,
        attach_type: EGRESS,
        flags: ['multi'],
      },
      { name: 'obj_pin', bpf_fd: 7, path },
      { name: 'prog_detach', attach_bpf_fd: 3, target_path: path, attach_type: EGRESS },
      { name: 'close', fd: 7 },
      { name: 'link_update', link_fd: 6, new_prog_fd: 4 },
      { name: 'unlink', path },
      { name: 'rmdir', path },
    );
  }
  return post(at, sent);
}

/** A pin of a program that no executor made. */
async function foreignProgram({ bpffs }: Ground): Promise<string> {
  const raw = await bindKernel();
  const insns = assemble(1, []);
  const program = new Attr(raw).u32(0, CGROUP_SKB).u32(4, 2).pointer(8, insns);
  program.pointer(16, cString('GPL')).name(48, 'foreign');
  const loaded = raw.call(SYS.bpf, BPF.prog_load, program.buffer, ATTR_BYTES);
  const fd = must(loaded, 'load a foreign program');
  const path = `${bpffs}/foreign`;
  const pin = new Attr(raw).pointer(0, cString(path)).u32(8, fd);
  must(raw.call(SYS.bpf, BPF.obj_pin, pin.buffer, ATTR_BYTES), 'pin a foreign program');
  must(raw.call(SYS.close, fd), 'close a foreign program');
  return path;
}

/** A process that sends a datagram to itself over loopback when told to. */
function startSender() {
  const code = `
    const socket = require('node:dgram').createSocket('udp4');
    socket.bind(0, '127.0.0.1', () => {
      process.stdin.on('data', () =>
        socket.send('x', socket.address().port, '127.0.0.1', (error) =>
          console.log(error === null ? 'sent' : error.code)));
    });`;
  const child = spawn(process.execPath, ['-e', code], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  return {
    pid: child.pid ?? 0,
    async sends(): Promise<string> {
      const line = once(lines, 'line');
      child.stdin.write('send\n');
      const [text] = (await line) as [string];
      return text;
    },
    async end(): Promise<void> {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}
