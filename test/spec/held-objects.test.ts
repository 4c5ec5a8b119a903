// What maps hold: programs in prog_arrays, maps in maps, and when they let go (semantics §25.8).
import { describe, expect, it } from 'vitest';
import type { Decision } from '../../src/domain/decision.ts';
import { given, type World } from './given.ts';

const SIZES = { key_size: 4, value_size: 4 } as const;
const HASH = { map_type: 'hash', key_size: 4, value_size: 8, max_entries: 1 } as const;

function progArray(world: World): number {
  return world.map('P', { map_type: 'prog_array', ...SIZES, max_entries: 4 });
}

function put(world: World, map: string, key: number, held: string): Decision {
  const place = { map_fd: world.at(map), key, value: world.at(held) };
  return world.when({ name: 'map_update_elem', ...place });
}

const close = (world: World, label: string) =>
  world.when({ name: 'close', fd: world.at(label) }).effects.map((effect) => effect.type);

describe('a prog_array', () => {
  it('keeps its programs, and gives their ids to those who look', () => {
    const world = given();
    const map_fd = progArray(world);
    world.prog('a');
    const id = world.idOf('a');
    expect(put(world, 'P', 1, 'a').effects).toEqual([
      { type: 'ElementUpdated', map_id: 1, key: 1, value: id, kind: 'prog' },
    ]);
    expect(close(world, 'a')).toEqual(['FdClosed']);
    const { outcome } = world.when({ name: 'map_lookup_elem', map_fd, key: 1 });
    expect(outcome).toEqual({ ret: 0, value: id });
    expect(world.programs()).toEqual(['a']);
  });

  it('lets go of a program that is replaced or deleted', () => {
    const world = given();
    const map_fd = progArray(world);
    for (const label of ['a', 'b']) world.prog(label);
    put(world, 'P', 0, 'a');
    close(world, 'a');
    expect(put(world, 'P', 0, 'b').effects.at(-1)).toMatchObject({
      type: 'ProgFreed',
      reason: 'element_replaced',
    });
    close(world, 'b');
    const { effects } = world.when({ name: 'map_delete_elem', map_fd, key: 0 });
    expect(effects.map(({ type }) => type)).toEqual(['ElementDeleted', 'ProgFreed']);
    expect(world.programs()).toEqual([]);
  });

  it('belongs to a program that was refused for the sake of another one', () => {
    const world = given();
    progArray(world);
    world.map('Q', { map_type: 'prog_array', ...SIZES, max_entries: 4 });
    for (const label of ['a', 'b']) world.prog(label);
    put(world, 'Q', 0, 'a');
    const map_fds = [world.at('P'), world.at('Q')];
    const device = { name: 'prog_load', prog_type: 'cgroup_device' } as const;
    const { outcome, effects } = world.when({ ...device, map_fds });
    expect(outcome).toMatchObject({ rule: 'load-unlike-owner', about: { map_id: 2 } });
    expect(effects).toMatchObject([{ type: 'MapOwned', map_id: 1, prog_type: 'cgroup_device' }]);
    expect(put(world, 'P', 0, 'b').outcome).toMatchObject({ rule: 'program-unlike-owner' });
    expect(world.asks({ ...device, map_fds: [world.at('P')] })).toBe('ok');
  });

  it('takes programs with BPF_F_XDP_HAS_FRAGS, of any type, and others not side by side', () => {
    const world = given();
    progArray(world);
    world.prog('frags', { prog_flags: 32 });
    world.prog('plain');
    const naming = {
      name: 'prog_load',
      prog_type: 'cgroup_skb',
      expected_attach_type: 'cgroup_inet_egress',
      map_fds: [world.at('P')],
    } as const;
    expect(put(world, 'P', 0, 'frags').outcome).toEqual({ ret: 0 });
    expect(put(world, 'P', 1, 'plain').outcome).toMatchObject({ rule: 'program-unlike-owner' });
    expect(world.asks(naming)).toBe('EINVAL');
    expect(world.asks({ ...naming, prog_flags: 32 })).toBe('ok');
  });

  it('belongs to a program that found no free fd', () => {
    const world = given();
    progArray(world);
    world.prog('a');
    world.does({ name: 'setrlimit', nofile: 4 });
    const load = {
      name: 'prog_load',
      prog_type: 'cgroup_device',
      map_fds: [world.at('P')],
    } as const;
    const types = world.when(load).effects.map(({ type }) => type);
    expect(types).toEqual(['MapOwned', 'ProgIdBurned']);
    expect(put(world, 'P', 0, 'a').outcome).toMatchObject({ rule: 'program-unlike-owner' });
  });

  it('is cleared with its last fd, though the program in it names it', () => {
    const world = given();
    const map_fd = progArray(world);
    world.prog('loop', { map_fds: [map_fd], map_ref_only: true });
    put(world, 'P', 0, 'loop');
    expect(close(world, 'loop')).toEqual(['FdClosed']);
    expect(close(world, 'P')).toEqual(['FdClosed', 'ElementDeleted', 'ProgFreed', 'MapFreed']);
    expect([world.programs(), world.kernel.maps.size]).toEqual([[], 0]);
  });

  it('is not cleared while a pin or a copy of its fd is left', () => {
    const world = given();
    const map_fd = progArray(world);
    world.prog('user', { map_fds: [map_fd], map_ref_only: true });
    world.prog('a');
    put(world, 'P', 0, 'a');
    world.does({ name: 'obj_pin', bpf_fd: map_fd, path: '/p' });
    close(world, 'a');
    expect(close(world, 'P')).toEqual(['FdClosed']);
    const { effects } = world.when({ name: 'unlink', path: '/p' });
    expect(effects.map(({ type }) => type)).toEqual(['PinRemoved', 'ElementDeleted', 'ProgFreed']);
    expect(world.programs()).toEqual(['user']);
    expect(world.kernel.maps.size).toBe(1);
  });

  it('of which nothing names the map any more ends with its last fd', () => {
    const world = given();
    progArray(world);
    world.prog('a');
    put(world, 'P', 0, 'a');
    close(world, 'a');
    expect(close(world, 'P')).toEqual(['FdClosed', 'MapFreed', 'ProgFreed']);
  });
});

describe('a map of maps', () => {
  it('keeps the maps in it, and ends before them', () => {
    const world = given();
    const inner_map_fd = world.map('H', HASH);
    const outer = { map_type: 'hash_of_maps', ...SIZES, max_entries: 4, inner_map_fd } as const;
    world.map('N', outer);
    put(world, 'N', 7, 'H');
    expect(close(world, 'H')).toEqual(['FdClosed']);
    expect(world.kernel.maps.size).toBe(2);
    expect(close(world, 'N')).toEqual(['FdClosed', 'MapFreed', 'MapFreed']);
  });

  it('does not keep the map that it was made with, but knows what it was like', () => {
    const world = given();
    const inner_map_fd = world.map('H', HASH);
    world.map('N', { map_type: 'array_of_maps', ...SIZES, max_entries: 1, inner_map_fd });
    expect(close(world, 'H')).toEqual(['FdClosed', 'MapFreed']);
    world.map('G', HASH);
    world.map('other', { ...HASH, value_size: 4 });
    expect(put(world, 'N', 0, 'other').outcome).toMatchObject({ rule: 'map-unlike-inner' });
    expect(put(world, 'N', 0, 'G').outcome).toEqual({ ret: 0 });
  });
});
