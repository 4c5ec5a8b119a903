// Symlinks on the bpffs: what they lead to when names move and mounts come, and that they hold nothing (§15).
import { describe, expect, it } from 'vitest';
import { contentsOf } from '../../src/domain/size.ts';
import { restoreKernel, snapshotOf } from '../../src/domain/snapshot.ts';
import { given, type World } from './given.ts';

/** Program a, held by the pin `/d/p` alone. */
function pinnedWorld(): World {
  const world = given();
  world.prog('a');
  world.does({ name: 'bpffs_mkdir', path: '/d' });
  world.does({ name: 'obj_pin', bpf_fd: world.at('a'), path: '/d/p' });
  world.does({ name: 'close', fd: world.at('a') });
  return world;
}

const gets = (world: World, path: string) => world.asks({ name: 'obj_get', path });

describe('a symlink', () => {
  it('is its maker’s, and holds no object', () => {
    const world = pinnedWorld();
    world.does({ name: 'chmod', path: '/', mode: 0o777 });
    const user = world.does({ name: 'fork', uid: 1000, caps: [] });
    const { effects } = world.when({ name: 'symlink', path: '/s', target: 'd/p' }, user);
    expect(effects).toEqual([{ type: 'SymlinkMade', path: '/s', target: 'd/p', uid: 1000 }]);
    expect(world.when({ name: 'unlink', path: '/d/p' }).effects).toEqual([
      { type: 'PinRemoved', path: '/d/p', reason: 'unpinned' },
      { type: 'ProgFreed', prog_id: 1, reason: 'unpinned' },
    ]);
    expect(gets(world, '/s')).toBe('ENOENT');
    expect(world.when({ name: 'unlink', path: '/s' }).effects).toEqual([
      { type: 'SymlinkRemoved', path: '/s' },
    ]);
  });

  it('leads from where it is: moved, it leads elsewhere', () => {
    const world = pinnedWorld();
    world.does({ name: 'symlink', path: '/s', target: 'd/p' });
    world.does({ name: 'symlink', path: '/t', target: '/d/p' });
    for (const name of ['s', 't']) {
      world.does({ name: 'rename', path: `/${name}`, to: `/d/${name}` });
    }
    expect(gets(world, '/d/s')).toBe('ENOENT');
    expect(gets(world, '/d/t')).toBe('ok');
  });

  it('is replaced by a rename, and takes the place of a pin, which ends', () => {
    const world = pinnedWorld();
    for (const path of ['/s', '/t']) world.does({ name: 'symlink', path, target: 'd' });
    expect(world.when({ name: 'rename', path: '/s', to: '/t' }).effects).toEqual([
      { type: 'SymlinkRemoved', path: '/t' },
      { type: 'PathMoved', path: '/s', to: '/t' },
    ]);
    const types = world.when({ name: 'rename', path: '/t', to: '/d/p' }).effects;
    expect(types.map(({ type }) => type)).toEqual(['PinRemoved', 'ProgFreed', 'PathMoved']);
  });

  it('that goes up from the top of a mount comes to what it stands on', () => {
    const world = pinnedWorld();
    world.does({ name: 'bpffs_mkdir', path: '/two' });
    world.does({ name: 'mount', path: '/two' });
    world.does({ name: 'symlink', path: '/two/s', target: '../d/p' });
    expect(gets(world, '/two/s')).toBe('ok');
    world.does({ name: 'symlink', path: '/two/t', target: '../../d/p' });
    expect(gets(world, '/two/t')).toBe('ENOTSUPP');
    expect(world.when({ name: 'umount', path: '/two' }).effects.map(({ type }) => type)).toEqual([
      ...['BpffsUnmounted', 'SymlinkRemoved', 'SymlinkRemoved', 'DirectoryRemoved'],
    ]);
  });

  it('of another, in a directory like /tmp, is closed on some hosts: a 422', () => {
    const world = pinnedWorld();
    world.does({ name: 'chmod', path: '/d', mode: 0o1777 });
    const user = world.does({ name: 'fork', uid: 1000, caps: [] });
    world.does({ name: 'symlink', path: '/d/s', target: 'p' }, user);
    world.does({ name: 'symlink', path: '/d/r', target: 'p' });
    expect(gets(world, '/d/s')).toBe('ENOTSUPP');
    expect(gets(world, '/d/r')).toBe('ok');
    expect(world.asks({ name: 'obj_get', path: '/d/r' }, user)).toBe('EACCES');
  });

  it('is kept by a snapshot, and counted with where it leads', () => {
    const world = pinnedWorld();
    world.does({ name: 'symlink', path: '/s', target: `${'../'.repeat(200)}d/p` });
    world.does({ name: 'link', path: '/s', to: '/d/s' });
    world.does({ name: 'rename', path: '/s', to: '/t' });
    const { kernel } = world;
    expect(kernel.contents).toBe(contentsOf(kernel));
    const restored = restoreKernel(JSON.parse(JSON.stringify(snapshotOf(kernel))));
    expect(snapshotOf(restored)).toEqual(snapshotOf(kernel));
    world.does({ name: 'unlink', path: '/t' });
    expect(kernel.contents).toBe(contentsOf(kernel));
  });
});
