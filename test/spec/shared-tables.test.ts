// Processes that share one fd table (CLONE_FILES), threads, and fds that cross processes: §14.
import { describe, expect, it } from 'vitest';
import { flushLayer, layerOn } from '../../src/domain/kernel.ts';
import { perform } from '../../src/domain/perform.ts';
import { contentsOf } from '../../src/domain/size.ts';
import { restoreKernel, snapshotOf } from '../../src/domain/snapshot.ts';
import { given, type World } from './given.ts';

/** /c with link(a), whose fd init alone holds; the program's own fd is closed. */
function linkedWorld(): World {
  const world = given().cgroups('/c').has('/c', 'multi link(a)');
  world.does({ name: 'close', fd: world.at('a') });
  return world;
}

const sharing = (world: World): number => world.does({ name: 'fork', clone_files: true });
const flagsOf = (world: World, fd: number, pid?: number) =>
  world.when({ name: 'fcntl', fd, cmd: 'f_getfd' }, pid).outcome;

describe('a table that two processes share', () => {
  it('has for both what one of them opens, marks or closes', () => {
    const world = linkedWorld();
    const child = sharing(world);
    const fd = world.does({ name: 'dup', fd: world.at('link(a)') }, child);
    expect(flagsOf(world, fd)).toEqual({ ret: 0 });
    world.does({ name: 'fcntl', fd, cmd: 'f_setfd', arg: 1 });
    expect(flagsOf(world, fd, child)).toEqual({ ret: 1 });
    world.does({ name: 'close', fd: world.at('link(a)') }, child);
    world.does({ name: 'close', fd });
    expect(world.list('/c')).toBe('empty');
  });

  it('stays with one when the other exits, is killed or executes', () => {
    const world = linkedWorld();
    world.does({ name: 'exit' }, sharing(world));
    world.does({ name: 'kill', to_pid: sharing(world) });
    const { effects } = world.when({ name: 'exec' }, sharing(world));
    expect(effects.map(({ type }) => type)).toEqual(['FilesUnshared', 'ProcessExecuted']);
    expect(world.list('/c')).toBe('multi link(a)');
    expect(flagsOf(world, world.at('link(a)'))).toEqual({ ret: 1 });
  });

  it('ends with the last process that has it', () => {
    const world = linkedWorld();
    const child = world.does({ name: 'fork' });
    const third = world.does({ name: 'fork', clone_files: true }, child);
    world.does({ name: 'close', fd: world.at('link(a)') });
    world.does({ name: 'exit' }, child);
    expect(world.list('/c')).toBe('multi link(a)');
    world.does({ name: 'exit' }, third);
    expect(world.list('/c')).toBe('empty');
  });

  it('is a copy after unshare, and close_range of the copy ends nothing', () => {
    const world = linkedWorld();
    const child = sharing(world);
    world.does({ name: 'close_range', first: 0, last: 2 ** 32 - 1, flags: 2 }, child);
    expect(flagsOf(world, 0, child)).toMatchObject({ errno: 'EBADF' });
    const other = sharing(world);
    world.does({ name: 'unshare', clone_files: true }, other);
    world.does({ name: 'close', fd: world.at('link(a)') });
    expect(world.list('/c')).toBe('multi link(a)');
    world.does({ name: 'close', fd: world.at('link(a)') }, other);
    expect(world.list('/c')).toBe('empty');
  });

  it('is one table still after layers are flushed and after a snapshot', () => {
    const world = linkedWorld();
    const child = sharing(world);
    const layer = layerOn(world.kernel);
    const { outcome } = perform(layer, child, { name: 'fork', clone_files: true });
    const third = 'ret' in outcome ? outcome.ret : 0;
    const upper = layerOn(layer);
    perform(upper, third, { name: 'dup2', fd: 0, to_fd: 40 });
    flushLayer(layer, upper);
    flushLayer(world.kernel, layer);
    world.does({ name: 'fcntl', fd: 40, cmd: 'f_setfd', arg: 1 });
    expect(flagsOf(world, 40, third)).toEqual({ ret: 1 });
    const restored = restoreKernel(JSON.parse(JSON.stringify(snapshotOf(world.kernel))));
    perform(restored, child, { name: 'close', fd: 40 });
    expect(restored.processes.get(third)?.fds.has(40)).toBe(false);
    expect(restored.contents).toBe(contentsOf(restored));
    expect(world.kernel.contents).toBe(contentsOf(world.kernel));
  });
});

describe('threads', () => {
  const forkThreads = (world: World) => {
    const leader = world.does({ name: 'fork' });
    const thread = { name: 'fork', clone_files: true, clone_thread: true } as const;
    return { leader, thread: world.does(thread, leader) };
  };

  it('end together by exit, one by one by exit of a thread', () => {
    const world = linkedWorld();
    const { leader, thread } = forkThreads(world);
    world.does({ name: 'exit', thread: true }, leader);
    expect(world.kernel.processes.has(thread)).toBe(true);
    const again = forkThreads(world);
    world.does({ name: 'exit' }, again.thread);
    expect([...world.kernel.processes.keys()]).toEqual([1, thread]);
  });

  it('end when one of them executes, which goes on under the pid of the process', () => {
    const world = linkedWorld();
    const { leader, thread } = forkThreads(world);
    world.does({ name: 'fcntl', fd: world.at('link(a)'), cmd: 'f_setfd', arg: 0 }, leader);
    world.does({ name: 'exec', comm: 'new' }, thread);
    expect([...world.kernel.processes.keys()]).toEqual([1, leader]);
    expect(world.kernel.processes.get(leader)).toMatchObject({ comm: 'new', threads: [] });
    expect(flagsOf(world, world.at('link(a)'), leader)).toEqual({ ret: 0 });
  });

  it('move into a cgroup together, also when another process writes their pid', () => {
    const world = linkedWorld();
    const { leader, thread } = forkThreads(world);
    world.does({ name: 'join', path: '/c', target_pid: thread });
    const cgroup = world.kernel.cgroupIds.get('/c');
    for (const pid of [leader, thread]) {
      expect(world.kernel.processes.get(pid)?.cgroup_id).toBe(cgroup);
    }
    expect(world.when({ name: 'rmdir', path: '/c' }).outcome).toMatchObject({ errno: 'EBUSY' });
    world.does({ name: 'kill', to_pid: thread });
    expect(world.when({ name: 'rmdir', path: '/c' }).outcome).toEqual({ ret: 0 });
  });
});

describe('an fd that exec keeps', () => {
  it.each([
    ['fcntl took its mark away', { name: 'fcntl', fd: 3, cmd: 'f_setfd', arg: 0 }],
    ['it was opened without O_CLOEXEC', { name: 'open_other', kind: 'file', cloexec: false }],
    ['dup3 made it without O_CLOEXEC', { name: 'dup3', fd: 3, to_fd: 3 + 1 }],
  ] as const)('%s', (_, call) => {
    const world = given();
    world.does({ name: 'open_other', kind: 'file' });
    world.does(call);
    world.does({ name: 'exec' });
    expect(world.kernel.processes.get(1)?.fds.numbers().length).toBe(4);
  });

  it('is none that was received with MSG_CMSG_CLOEXEC or taken by a pidfd', () => {
    const world = given();
    const fd = world.does({ name: 'open_other', kind: 'file' });
    const to_pid = world.does({ name: 'spawn' });
    world.does({ name: 'send_fd', fd, to_pid });
    world.does({ name: 'recv_fd', cloexec: true }, to_pid);
    world.does({ name: 'pidfd_getfd', target_pid: 1, target_fd: fd }, to_pid);
    expect(world.kernel.processes.get(to_pid)?.fds.numbers()).toEqual([0, 1, 2, 3, 4]);
    world.does({ name: 'exec' }, to_pid);
    expect(world.kernel.processes.get(to_pid)?.fds.numbers()).toEqual([0, 1, 2]);
  });
});
