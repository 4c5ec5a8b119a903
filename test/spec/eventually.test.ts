// Which effects of a call the kernel leaves to a worker, a grace period or another process (§3, §17).
import { describe, expect, it } from 'vitest';
import type { Call } from '../../src/domain/call.ts';
import { isEventual } from '../../src/domain/eventual.ts';
import { given, type World } from './given.ts';

const PROG_ARRAY = { map_type: 'prog_array', key_size: 4, value_size: 4, max_entries: 4 } as const;

/** The effects of a call, those that come late with a tilde. */
function effectsOf(world: World, call: Call, pid?: number): string[] {
  const { effects } = world.when(call, pid);
  return effects.map((effect) => `${isEventual(call.name, effect) ? '~' : ''}${effect.type}`);
}

/** /c with program a by link l, whose fds are closed save that of the link. */
function linkedWorld(map_fds: readonly number[] = []): World {
  const world = given();
  world.cgroups('/c');
  world.prog('a', { map_fds });
  world.name('l', world.link('/c', 'a'));
  world.does({ name: 'close', fd: world.at('a') });
  return world;
}

describe('the effects of', () => {
  it('a rmdir come late, save that the directory is gone', () => {
    const world = linkedWorld();
    const late = ['~EntryRemoved', '~LinkSevered', 'CgroupRemoved'];
    expect(effectsOf(world, { name: 'rmdir', path: '/c' })).toEqual(late);
  });

  it('a close are there when it returns', () => {
    const world = linkedWorld();
    const effects = ['FdClosed', 'EntryRemoved', 'LinkFreed', 'ProgFreed'];
    expect(effectsOf(world, { name: 'close', fd: world.at('l') })).toEqual(effects);
  });

  it('an unlink come late, for the inode of a pin is freed after a grace period', () => {
    const world = linkedWorld();
    world.does({ name: 'obj_pin', bpf_fd: world.at('l'), path: '/l' });
    world.does({ name: 'close', fd: world.at('l') });
    const effects = ['PinRemoved', '~EntryRemoved', '~LinkFreed', '~ProgFreed'];
    expect(effectsOf(world, { name: 'unlink', path: '/l' })).toEqual(effects);
  });

  it('a close reach the map of a program late', () => {
    const world = given();
    const map = world.map('M');
    const prog = world.prog('a', { map_fds: [map] });
    world.does({ name: 'close', fd: map });
    const effects = ['FdClosed', 'ProgFreed', '~MapFreed'];
    expect(effectsOf(world, { name: 'close', fd: prog })).toEqual(effects);
  });

  it('the last close of a prog_array clear it late; a deletion lets go of the program by itself', () => {
    const world = given();
    const map_fd = world.map('P', PROG_ARRAY);
    for (const [key, label] of ['a', 'b'].entries()) {
      const value = world.prog(label);
      world.does({ name: 'map_update_elem', map_fd, key, value });
      world.does({ name: 'close', fd: value });
    }
    const deleted = effectsOf(world, { name: 'map_delete_elem', map_fd, key: 0 });
    expect(deleted).toEqual(['ElementDeleted', 'ProgFreed']);
    const user = world.prog('user', { map_fds: [map_fd] });
    const closed = effectsOf(world, { name: 'close', fd: map_fd });
    expect(closed).toEqual(['FdClosed', '~ElementDeleted', '~ProgFreed']);
    const freed = effectsOf(world, { name: 'close', fd: user });
    expect(freed).toEqual(['FdClosed', 'ProgFreed', '~MapFreed']);
  });

  it('a look that takes an element are there when it returns', () => {
    const world = given();
    const map_fd = world.map('H', { map_type: 'hash', key_size: 4, value_size: 8, max_entries: 4 });
    world.does({ name: 'map_update_elem', map_fd, key: 1, value: 7 });
    const taken = effectsOf(world, { name: 'map_lookup_and_delete_elem', map_fd, key: 1 });
    expect(taken).toEqual(['ElementDeleted']);
  });

  it('a kill come when the other process runs, and of the caller itself with the call', () => {
    const world = given();
    const [killer, killed] = [0, 0].map(() => world.does({ name: 'fork' })) as [number, number];
    expect(effectsOf(world, { name: 'kill', to_pid: killed }, killer)).toEqual(['~ProcessExited']);
    expect(effectsOf(world, { name: 'exit' }, killer)).toEqual(['ProcessExited']);
  });
});

it('a sighting tells what is so by now', () => {
  const effect = { type: 'MapFreed', map_id: 1, reason: 'prog_freed' } as const;
  expect(isEventual('gone', effect)).toBe(false);
  expect(isEventual('close', effect)).toBe(true);
});
