// Instances of the bpffs: what their mounts show, and what goes with the last one (semantics §15).
import { describe, expect, it } from 'vitest';
import type { Call } from '../../src/domain/call.ts';
import { isEventual } from '../../src/domain/eventual.ts';
import { observe } from '../../src/domain/observed/observe.ts';
import { given, type World } from './given.ts';

/** The effects of a call, those that come late with a tilde. */
function effectsOf(world: World, call: Call, pid?: number): string[] {
  const { effects } = world.when(call, pid);
  return effects.map((effect) => `${isEventual(call.name, effect) ? '~' : ''}${effect.type}`);
}

/** Program a, held by its pin in a second instance on /two alone. */
function pinnedWorld(): World {
  const world = given();
  world.prog('a');
  world.does({ name: 'bpffs_mkdir', path: '/two' });
  world.does({ name: 'mount', path: '/two' });
  world.does({ name: 'obj_pin', bpf_fd: world.at('a'), path: '/two/p' });
  world.does({ name: 'close', fd: world.at('a') });
  return world;
}

const ENDED = ['PinRemoved', '~ProgFreed', 'DirectoryRemoved'];

describe('a second instance', () => {
  it('has names of its own', () => {
    const world = pinnedWorld();
    expect(world.asks({ name: 'obj_get', path: '/p' })).toBe('ENOENT');
    expect(world.asks({ name: 'obj_get', path: '/two/p' })).toBe('ok');
    expect([...world.kernel.bpffs.keys()]).toEqual(['/', '/two', '/.2', '/.2/p']);
  });

  it('has a top that all may write in, and none may take from others', () => {
    const world = pinnedWorld();
    const user = world.does({ name: 'spawn', uid: 1000, caps: [] });
    expect(world.asks({ name: 'bpffs_mkdir', path: '/two/d' }, user)).toBe('ok');
    expect(world.asks({ name: 'unlink', path: '/two/p' }, user)).toBe('EPERM');
  });

  it('takes its pins along when its last mount ends, a moment later', () => {
    const world = pinnedWorld();
    const effects = effectsOf(world, { name: 'umount', path: '/two' });
    expect(effects).toEqual(['BpffsUnmounted', ...ENDED]);
    expect([world.programs(), world.kernel.mounts.size]).toEqual([[], 1]);
  });

  it('lives on in a bind, which shows a part of it', () => {
    const world = pinnedWorld();
    world.does({ name: 'bpffs_mkdir', path: '/two/d' });
    world.does({ name: 'bpffs_mkdir', path: '/bound' });
    world.does({ name: 'mount', path: '/bound', from: '/two/d' });
    expect(effectsOf(world, { name: 'umount', path: '/two' })).toEqual(['BpffsUnmounted']);
    expect(world.programs()).toEqual(['a']);
    world.does({ name: 'bpffs_mkdir', path: '/bound/e' });
    expect(world.kernel.bpffs.has('/.2/d/e')).toBe(true);
    expect(effectsOf(world, { name: 'umount', path: '/bound' })).toContain('~ProgFreed');
  });

  it('lives on in an open directory after a lazy umount, until the last copy of its fd goes', () => {
    const world = pinnedWorld();
    const dir = world.does({ name: 'open_other', kind: 'dir', path: '/two' });
    const child = world.does({ name: 'fork' });
    expect(world.asks({ name: 'umount', path: '/two' })).toBe('EBUSY');
    expect(effectsOf(world, { name: 'umount', path: '/two', flags: 2 })).toEqual([
      'BpffsUnmounted',
    ]);
    expect(world.asks({ name: 'obj_get', path: '/two/p' })).toBe('ENOENT');
    expect(effectsOf(world, { name: 'close', fd: dir })).toEqual(['FdClosed']);
    expect(world.programs()).toEqual(['a']);
    expect(effectsOf(world, { name: 'exit' }, child)).toEqual(['ProcessExited', ...ENDED]);
  });

  it('goes with the mount that it is on, when that is taken away lazily', () => {
    const world = pinnedWorld();
    world.does({ name: 'bpffs_mkdir', path: '/two/in' });
    world.does({ name: 'mount', path: '/two/in' });
    const effects = effectsOf(world, { name: 'umount', path: '/two', flags: 2 });
    expect(effects.filter((type) => type === 'BpffsUnmounted')).toHaveLength(2);
    expect(effects).toContain('~ProgFreed');
    expect(world.kernel.mounts.size).toBe(1);
  });
});

describe('the first instance', () => {
  it('takes all pins along when /sys/fs/bpf is unmounted, and a new one is empty', () => {
    const world = given();
    world.prog('a');
    world.does({ name: 'obj_pin', bpf_fd: world.at('a'), path: '/a' });
    world.does({ name: 'close', fd: world.at('a') });
    expect(effectsOf(world, { name: 'umount', path: '/' })).toEqual(['BpffsUnmounted', ...ENDED]);
    expect(world.asks({ name: 'bpffs_mkdir', path: '/d' })).toBe('EPERM');
    world.does({ name: 'mount', path: '/', mode: 0o700 });
    expect([...world.kernel.bpffs.entries()]).toEqual([
      ['/.2', { kind: 'dir', id: 0, target: '', uid: 0, mode: 0o1700, inode: 0 }],
    ]);
  });

  it('is hidden by a mount on its top, and seen again after it', () => {
    const world = pinnedWorld();
    world.does({ name: 'mount', path: '/' });
    expect(world.asks({ name: 'obj_get', path: '/two/p' })).toBe('ENOENT');
    world.does({ name: 'umount', path: '/' });
    expect(world.asks({ name: 'obj_get', path: '/two/p' })).toBe('ok');
  });
});

describe('a path where no bpffs is mounted any more', () => {
  const long = 'x'.repeat(256);
  it.each([
    ['/a', 'ENOENT'],
    [`/${long}`, 'ENAMETOOLONG'],
    // Its first name is looked up first, and is not there.
    [`/a/${long}`, 'ENOENT'],
    [`/${long}/a`, 'ENAMETOOLONG'],
  ])('%.9s… is %s', (path, errno) => {
    const world = pinnedWorld();
    world.does({ name: 'umount', path: '/', flags: 2 });
    expect(world.asks({ name: 'bpffs_rmdir', path })).toBe(errno);
  });
});

describe('a mount point', () => {
  it('is found where its directory was moved to', () => {
    const world = pinnedWorld();
    world.does({ name: 'bpffs_mkdir', path: '/two/d' });
    world.does({ name: 'mount', path: '/two/d' });
    world.does({ name: 'bpffs_mkdir', path: '/two/d/x' });
    world.does({ name: 'bpffs_mkdir', path: '/up' });
    world.does({ name: 'mount', path: '/up', from: '/two' });
    expect(world.asks({ name: 'rename', path: '/two/d', to: '/two/e' })).toBe('EBUSY');
    world.does({ name: 'bpffs_mkdir', path: '/two/over' });
    expect(world.asks({ name: 'rename', path: '/up/over', to: '/up/moved' })).toBe('ok');
    // A bind shows no mounts of what it shows.
    expect(world.asks({ name: 'bpffs_rmdir', path: '/up/d/x' })).toBe('ENOENT');
    expect(world.asks({ name: 'bpffs_rmdir', path: '/two/d/x' })).toBe('ok');
  });

  it('moves with a directory above it', () => {
    const world = given();
    for (const path of ['/up', '/up/in']) world.does({ name: 'bpffs_mkdir', path });
    world.does({ name: 'mount', path: '/up/in' });
    world.does({ name: 'bpffs_mkdir', path: '/up/in/x' });
    world.does({ name: 'rename', path: '/up', to: '/down' });
    expect(world.asks({ name: 'bpffs_rmdir', path: '/down/in/x' })).toBe('ok');
    expect(world.asks({ name: 'umount', path: '/down/in' })).toBe('ok');
  });
});

describe('a machine without a bpffs', () => {
  it('has no place for a pin that somebody saw', () => {
    const world = given();
    world.does({ name: 'umount', path: '/', flags: 2 });
    expect(world.kernel.bpffs.has('/')).toBe(false);
    const found = { name: 'found', pin: { path: '/d/p', kind: 'dir', id: 0 } } as const;
    expect(
      observe(world.kernel, { pid: 2, done: found }).flatMap(({ effects }) => effects),
    ).toEqual([]);
  });
});
