// An executor that follows a log which somebody else wrote to do harm. Everything happens in a
// scratch cgroup of this test, with the place one level below: what gets out is seen there.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { release } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ATTR_BYTES, Attr } from '../../src/native/attr.ts';
import { BPF } from '../../src/native/commands.ts';
import { assemble } from '../../src/native/instructions.ts';
import { bindKernel, cString, must, SYS } from '../../src/native/syscall.ts';
import { needs } from '../support/needs.ts';
import {
  bpftool,
  type Executing,
  type Ground,
  ground,
  showAttached,
  startExecutor,
  until,
} from './executing.ts';
import {
  bootEvent,
  event,
  type HostileService,
  hostileService,
  type Told,
} from './hostile-service.ts';

const kernel = needs('kernel');
const CGROUP_SKB = 8;
const ARRAY = 2;
const EGRESS = 'cgroup_inet_egress';
const TAG = { sha1: '57cd311f2e27366b', sha256: 'b11459a0e11ca14c' };

/** Events as a log has them that was written by a service which checks nothing. */
const load = (position: number, more: object = {}, id = 1, fd = 3) =>
  event(
    position,
    { name: 'prog_load', prog_type: 'cgroup_skb', prog_name: 'ours', tag: TAG, ...more },
    {
      outcome: { ret: fd },
      effects: [
        {
          type: 'ProgLoaded',
          prog_id: id,
          fd,
          prog_type: 'cgroup_skb',
          expected_attach_type: 'cgroup_inet_ingress',
          enforced: false,
          prog_name: 'ours',
          tag: TAG.sha256,
          uid: 0,
          map_ids: [],
          storage_map_ids: [],
        },
      ],
    },
  );
const mkdir = (position: number, path: string, cgroup_id = 2) =>
  event(position, { name: 'mkdir', path }, { effects: [{ type: 'CgroupMade', cgroup_id, path }] });
const fdOpened = (kind: string, fd: number, id: number) => ({
  outcome: { ret: fd },
  effects: [{ type: 'FdOpened', fd, kind, id }],
});
const mapCreated = (position: number, fd = 3) =>
  event(
    position,
    { name: 'map_create', map_type: 'array', key_size: 4, value_size: 8, max_entries: 1 },
    {
      outcome: { ret: fd },
      effects: [
        {
          type: 'MapCreated',
          map_id: 1,
          fd,
          map_type: 'array',
          key_size: 4,
          value_size: 8,
          max_entries: 1,
          map_name: '',
        },
      ],
    },
  );
const update = (position: number, map_fd: number) =>
  event(position, { name: 'map_update_elem', map_fd, key: 0, value: 666 });
const attach = (position: number, target_path: string, more: object = {}, rest: object = {}) =>
  event(
    position,
    {
      name: 'prog_attach',
      attach_bpf_fd: 3,
      target_path,
      attach_type: EGRESS,
      flags: ['multi'],
      ...more,
    },
    rest,
  );

describe.skipIf(!kernel.ok)('an executor whose log is hostile', { timeout: 60_000 }, () => {
  /** What lies around the place: nothing of the log may come here. */
  let outer: Ground;
  let place: Ground;
  let service: HostileService;
  let executor: Executing;
  const cleanups: (() => void)[] = [];

  beforeEach(async () => {
    outer = ground();
    place = { ...outer, cgroup: `${outer.cgroup}/inner` };
    mkdirSync(place.cgroup);
    service = await hostileService([bootEvent(release())]);
  });
  afterEach(async () => {
    await executor.end('SIGKILL');
    for (const clean of cleanups.splice(0).reverse()) clean();
    await service.close();
    outer.remove();
  });

  const start = (...more: string[]) => {
    executor = startExecutor(service, place, ...more);
  };
  /** Adds events and waits until they were reported, or the executor ended. */
  const follow = async (...events: object[]): Promise<readonly Told[]> => {
    service.add(...events);
    const last = (events.at(-1) as { position: number }).position;
    await until(`position ${last} is reported, or it ends`, () => {
      return executor.exitCode() !== undefined || service.reports.some((r) => r.position >= last);
    });
    return service.reports;
  };
  const reportOf = (position: number) => service.reports.find((one) => one.position === position);

  /** A map of another owner that holds 7, and what it holds now. */
  const foreignMap = async () => {
    const raw = await bindKernel();
    const create = new Attr(raw).u32(0, ARRAY).u32(4, 4).u32(8, 8).u32(12, 1).name(28, 'theirs');
    const fd = must(raw.call(SYS.bpf, BPF.map_create, create.buffer, ATTR_BYTES), 'make a map');
    cleanups.push(() => raw.call(SYS.close, fd));
    const element = (value: Buffer) => {
      return new Attr(raw).u32(0, fd).pointer(8, Buffer.alloc(4)).pointer(16, value).buffer;
    };
    const seven = Buffer.from('0700000000000000', 'hex');
    must(raw.call(SYS.bpf, BPF.map_update_elem, element(seven), ATTR_BYTES), 'fill it');
    const info = Buffer.alloc(256);
    const ask = new Attr(raw).u32(0, fd).u32(4, info.length).pointer(8, info);
    must(raw.call(SYS.bpf, BPF.obj_get_info_by_fd, ask.buffer, ATTR_BYTES), 'ask its id');
    return {
      id: info.readUInt32LE(4),
      holds() {
        const value = Buffer.alloc(8);
        must(raw.call(SYS.bpf, BPF.map_lookup_elem, element(value), ATTR_BYTES), 'look');
        return Number(value.readBigUInt64LE());
      },
      pin(path: string) {
        const pin = new Attr(raw).pointer(0, cString(path)).u32(8, fd);
        must(raw.call(SYS.bpf, BPF.obj_pin, pin.buffer, ATTR_BYTES), 'pin it');
      },
    };
  };
  /** A pin, outside of the log's part of the bpffs, of a program of another owner. */
  const foreignProgram = async (): Promise<string> => {
    const raw = await bindKernel();
    const program = new Attr(raw).u32(0, CGROUP_SKB).u32(4, 2).pointer(8, assemble(1, []));
    program.pointer(16, cString('GPL')).name(48, 'theirs');
    const fd = must(raw.call(SYS.bpf, BPF.prog_load, program.buffer, ATTR_BYTES), 'load theirs');
    const path = `${place.bpffs}/theirs`;
    const pin = new Attr(raw).pointer(0, cString(path)).u32(8, fd);
    must(raw.call(SYS.bpf, BPF.obj_pin, pin.buffer, ATTR_BYTES), 'pin theirs');
    must(raw.call(SYS.close, fd), 'close theirs');
    return path;
  };

  it('attaches nothing above its place by a name that C cuts at a NUL', async () => {
    start();
    await follow(load(2), attach(3, '/..\0'));
    expect(showAttached(outer, '/')).toBe('');
    expect(await executor.exited).toBe(3);
    expect(executor.output()).toMatch(/event 3 .*call\.target_path.*NUL/u);
  });

  it.each([
    ['a name that climbs', { path: '/..' }],
    ['a field that no call has', { path: '/a', umask: 0 }],
  ])('ends with a sentence at %s', async (_, fields) => {
    start();
    await follow(event(2, { name: 'mkdir', ...fields }));
    expect(await executor.exited).toBe(3);
    expect(executor.output()).toContain('event 2 ');
    expect(existsSync(`${place.cgroup}/a`)).toBe(false);
  });

  it.each([
    ['below zero', -(2 ** 32)],
    ['past 32 bits', 2 ** 32],
  ])('reaches no map of another owner by an id %s', async (_, away) => {
    const theirs = await foreignMap();
    start();
    const map_id = theirs.id + away;
    await follow(
      mapCreated(2),
      event(3, { name: 'map_get_fd_by_id', map_id }, fdOpened('map', 4, 1)),
      update(4, 4),
    );
    expect(theirs.holds()).toBe(7);
    expect(await executor.exited).toBe(3);
    expect(executor.output()).toContain('map_id');
  });

  it('reaches no map of another owner by its very id', async () => {
    const theirs = await foreignMap();
    start();
    const get = { name: 'map_get_fd_by_id', map_id: theirs.id };
    await follow(mapCreated(2), event(3, get, fdOpened('map', 4, 1)), update(4, 4));
    expect(reportOf(3)?.outcome).toMatchObject({ errno: 'ENOENT' });
    expect(theirs.holds()).toBe(7);
  });

  it('uses no object that somebody else pinned in its place, and leaves the pin', async () => {
    const theirs = await foreignMap();
    start();
    await follow(mapCreated(2));
    theirs.pin(`${place.bpffs}/log/planted`);
    await follow(
      event(3, { name: 'obj_get', path: '/planted' }, fdOpened('map', 4, 1)),
      update(4, 4),
      event(5, { name: 'rename', path: '/planted', to: '/away' }),
      event(6, { name: 'unlink', path: '/planted' }),
    );
    expect([3, 5, 6].map((position) => reportOf(position)?.how)).toEqual(Array(3).fill('withheld'));
    expect(theirs.holds()).toBe(7);
    expect(existsSync(`${place.bpffs}/log/planted`)).toBe(true);
  });

  it('goes over no file system that somebody else mounted in its place', async () => {
    start();
    const path = '/d';
    const effects = [{ type: 'DirectoryMade', path }];
    await follow(event(2, { name: 'bpffs_mkdir', path }, { effects }));
    const mounted = `${place.bpffs}/log/d`;
    execFileSync('mount', ['-t', 'bpf', 'none', mounted]);
    cleanups.push(() => execFileSync('umount', [mounted]));
    await follow(event(3, { name: 'bpffs_mkdir', path: '/d/made' }));
    expect(existsSync(`${mounted}/made`)).toBe(false);
    expect(reportOf(3)).toMatchObject({ how: 'withheld' });
  });

  it('touches no cgroup in its place that it did not make', async () => {
    start();
    await follow(load(2), mkdir(3, '/a'));
    mkdirSync(`${place.cgroup}/theirs`);
    const path = '/theirs';
    await follow(
      attach(4, path),
      event(5, { name: 'open_cgroup', path }, fdOpened('cgroup', 4, 2)),
      attach(6, path, { target_path: undefined, target_fd: 4 }),
      event(7, { name: 'rmdir', path }),
    );
    expect([4, 5, 7].map((position) => reportOf(position)?.how)).toEqual(Array(3).fill('withheld'));
    expect(existsSync(`${place.cgroup}/theirs`)).toBe(true);
    expect(showAttached(place, path)).toBe('');
  });

  it.each(['kprobe', 'socket_filter', 'xdp', 'tracing', 'lsm', 'syscall', 2])(
    'loads no %s program',
    async (prog_type) => {
      start();
      await follow(load(2, { prog_type }));
      expect(reportOf(2)).toMatchObject({ how: 'withheld', note: expect.stringContaining('type') });
    },
  );

  it('loads a type that --allow-prog-type names', async () => {
    start('--allow-prog-type', 'socket_filter');
    await follow(load(2, { prog_type: 'socket_filter' }));
    expect(reportOf(2)).toMatchObject({ how: 'performed', outcome: { ret: 3 } });
  });

  const insn = (...words: string[]) => Buffer.from(words.join('').replaceAll(' ', ''), 'hex');
  const EXIT = 'b700000001000000 9500000000000000';
  /** `r1 = map fd 3`, by the number that the process of the log has for it. */
  const WITH_MAP = insn('1811000003000000 0000000000000000', EXIT);

  it('lets a program name the maps of its process, by the numbers of its process', async () => {
    start();
    const more = { insns: WITH_MAP.toString('base64'), insn_cnt: 4 };
    await follow(mapCreated(2), load(3, more, 1, 4), load(4, more, 2, 5));
    expect(reportOf(3)).toMatchObject({ how: 'performed', outcome: { ret: 4 } });
    const shown = bpftool('-j', 'prog', 'show', 'pinned', `${place.bpffs}/held/prog_1`);
    expect(JSON.parse(shown)).toMatchObject({ map_ids: [expect.any(Number)] });
  });

  it('lets no program name an fd of the executor itself', async () => {
    const theirs = await foreignMap();
    start();
    // Whatever has the number 3…40 in the executor, the process of the log has nothing there.
    const loads = Array.from({ length: 38 }, (_, i) => {
      const insns = Buffer.from(WITH_MAP);
      insns.writeInt32LE(i + 3, 4);
      return event(i + 3, {
        name: 'prog_load',
        prog_type: 'cgroup_skb',
        insns: insns.toString('base64'),
      });
    });
    await follow(mapCreated(2, 50), ...loads);
    const answered = service.reports.slice(2).map(({ outcome }) => outcome.errno);
    expect(new Set(answered)).toEqual(new Set(['EBADF']));
    expect(theirs.holds()).toBe(7);
  });

  it.each([
    ['a variable of the kernel', insn('1831000001000000 0000000000000000', EXIT)],
    ['a function of the kernel', insn('8520000001000000', EXIT)],
    ['a map by its place in a list', insn('1851000000000000 0000000000000000', EXIT)],
  ])('loads no program that names %s', async (_, insns) => {
    start();
    await follow(load(2, { insns: insns.toString('base64'), insn_cnt: insns.length / 8 }));
    expect(reportOf(2)).toMatchObject({
      how: 'withheld',
      note: expect.stringContaining('instruction'),
    });
  });

  it('loads no program that reads the memory of the kernel', async () => {
    start();
    // r1 = r10 - 8; r2 = 8; r3 = r10; call bpf_probe_read_kernel
    const reads = insn(
      'bfa1000000000000 07010000f8ffffff b702000008000000 bfa3000000000000 8500000071000000',
      EXIT,
    );
    await follow(load(2, { insns: reads.toString('base64'), insn_cnt: reads.length / 8 }));
    expect(reportOf(2)?.outcome).toHaveProperty('errno');
  });

  it('ends no entry of others by an attr that ends before it says which', async () => {
    start();
    await follow(mkdir(2, '/a'), load(3));
    const theirs = await foreignProgram();
    bpftool('cgroup', 'attach', `${place.cgroup}/a`, 'ingress', 'pinned', theirs, 'override');
    const open = { name: 'open_cgroup', path: '/a' };
    const detach = { name: 'prog_detach', target_fd: 4, attach_bpf_fd: 3 };
    const cut = { attach_type: 'cgroup_device', attr_size: 8 };
    await follow(event(4, open, fdOpened('cgroup', 4, 2)), event(5, { ...detach, ...cut }));
    expect(showAttached(place, '/a')).toBe('override theirs');
    expect(reportOf(5)).toMatchObject({ how: 'withheld' });
  });

  it.each([
    ['prog_query', { attach_type: EGRESS, attr_size: 20, target_fd: 0 }],
    ['prog_query', { attach_type: EGRESS, attr_size: 36, target_fd: 0 }],
    ['obj_pin', { path: '/p', bpf_fd: 3, attr_size: 4 }],
    ['obj_get', { path: '/p', attr_size: 6 }],
    ['obj_get_info_by_fd', { bpf_fd: 3, info_len: 60 }],
  ])('lets %s write through no half of a pointer: %j', async (name, fields) => {
    start();
    await follow(load(2), event(3, { name, ...fields }));
    expect(reportOf(3)).toMatchObject({
      how: 'withheld',
      note: expect.stringContaining('pointer'),
    });
  });

  it('takes down what it made at a reboot, and nothing else', async () => {
    const map = await foreignMap();
    start();
    const inserted = {
      ...{ type: 'EntryInserted', cgroup_id: 2, attach_type: EGRESS, index: 0, revision: 2 },
      ...{ mode: 'override', prog_id: 1 },
    };
    const overriding = attach(4, '/a', { flags: ['override'] }, { effects: [inserted] });
    await follow(mkdir(2, '/a'), load(3), overriding);
    const theirs = await foreignProgram();
    const ours = `${place.bpffs}/held/prog_1`;
    bpftool('cgroup', 'detach', `${place.cgroup}/a`, 'egress', 'pinned', ours);
    bpftool('cgroup', 'attach', `${place.cgroup}/a`, 'egress', 'pinned', theirs, 'override');
    map.pin(`${place.bpffs}/log/planted`);
    const boot = bootEvent(release()) as { call: object; effects: { boot: number }[] };
    const effects = boot.effects.map((effect) => ({ ...effect, boot: 2 }));
    await follow({ ...boot, position: 5, effects });
    expect(existsSync(`${place.bpffs}/log/planted`)).toBe(true);
    expect(showAttached(place, '/a')).toBe('override theirs');
    expect(existsSync(ours)).toBe(false);
  });

  it('ends with 3 and a sentence when another takes its lease', async () => {
    start();
    await follow(mkdir(2, '/a'));
    service.answerReports = 'lease-lost';
    expect(await executor.exited).toBe(3);
    expect(executor.output()).toContain('The lease is not, or no longer, yours');
  });

  it('ends on SIGTERM though the service answers nothing any more', async () => {
    start();
    await follow(mkdir(2, '/a'));
    service.answerReports = 'never';
    service.add(mkdir(3, '/b', 3));
    await until('the next event is applied', () => existsSync(`${place.cgroup}/b`));
    expect(await executor.end('SIGTERM')).toBe(3);
    expect(executor.output()).toContain('the service does not answer');
  });

  it('ends on SIGTERM though a process that it keeps was killed', async () => {
    start();
    const path = '/a';
    const joined = { effects: [{ type: 'ProcessMoved', cgroup_id: 2 }] };
    await follow(mkdir(2, path), event(3, { name: 'join', path }, joined));
    execFileSync('sh', ['-c', `kill -9 $(cat ${place.cgroup}/a/cgroup.procs)`]);
    expect(await executor.end('SIGTERM')).toBe(0);
  });

  it('shares its place with no other', async () => {
    start();
    await follow(mkdir(2, '/a'));
    const second = startExecutor(service, place);
    expect(await second.exited).toBe(3);
    expect(second.output()).toContain('another executor works');
  });
});
