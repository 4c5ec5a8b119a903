// BTF objects: their ids, and what keeps them (semantics §28).
import { describe, expect, it } from 'vitest';
import { observe } from '../../src/domain/observed/observe.ts';
import { restoreKernel, snapshotOf } from '../../src/domain/snapshot.ts';
import { given, type World } from './given.ts';

const SIZES = { key_size: 4, value_size: 4, max_entries: 1 } as const;
const KEYS = { btf_key_type_id: 1, btf_value_type_id: 1 } as const;

/** The ids of all BTF, as a walk finds them. */
function idsOf(world: World): number[] {
  const ids: number[] = [];
  for (let start_id = 0; ; ) {
    const { outcome } = world.when({ name: 'btf_get_next_id', start_id });
    if (!('next_id' in outcome) || outcome.next_id === undefined) return ids;
    start_id = outcome.next_id;
    ids.push(start_id);
  }
}

const load = (world: World): number => world.does({ name: 'btf_load' });
const close = (world: World, fd: number): number => world.does({ name: 'close', fd });

describe('ids of BTF', () => {
  it('begin after those of the kernel and its modules', () => {
    const world = given('6.18', { kernel_btfs: 40 });
    load(world);
    expect(idsOf(world)).toHaveLength(41);
    expect(idsOf(world).at(-1)).toBe(41);
  });

  it('begin at 1 where the kernel has none', () => {
    const world = given('5.10');
    load(world);
    expect(idsOf(world)).toEqual([1]);
  });

  it('are used up by a load that finds no free fd', () => {
    const world = given();
    world.does({ name: 'setrlimit', nofile: 3 });
    const { effects } = world.when({ name: 'btf_load' });
    expect(effects).toEqual([{ type: 'BtfIdBurned', btf_id: 2 }]);
    world.does({ name: 'setrlimit', nofile: 64 });
    load(world);
    expect(idsOf(world)).toEqual([1, 3]);
  });

  it('of the kernel stay when the last fd is closed', () => {
    const world = given();
    close(world, world.does({ name: 'btf_get_fd_by_id', btf_id: 1 }));
    expect(idsOf(world)).toEqual([1]);
  });
});

describe('info on BTF', () => {
  const infoOn = (world: World, bpf_fd: number) => {
    const { outcome } = world.when({ name: 'obj_get_info_by_fd', bpf_fd });
    return 'info' in outcome ? outcome.info : outcome;
  };

  it('tells its id and its bytes, and from 5.11 on whose it is', () => {
    const user = { kind: 'btf', btf_size: 90 };
    const [newer, older] = [given('5.11'), given('5.10')];
    const fd = (world: World) => world.does({ name: 'btf_load', btf_size: 90 });
    expect(infoOn(newer, fd(newer))).toEqual({ ...user, id: 2, name: '', kernel_btf: false });
    expect(infoOn(older, fd(older))).toEqual({ ...user, id: 1 });
  });

  it('does not tell the bytes of types that were loaded without', () => {
    const world = given();
    expect(infoOn(world, load(world))).toEqual({
      ...{ kind: 'btf', id: 2, name: '', kernel_btf: false },
    });
  });

  it('tells the name of the kernel’s own, and not those of its modules', () => {
    const world = given('6.18', { kernel_btfs: 2 });
    const open = (btf_id: number) => world.does({ name: 'btf_get_fd_by_id', btf_id });
    expect(infoOn(world, open(1))).toEqual({
      ...{ kind: 'btf', id: 1, name: 'vmlinux', kernel_btf: true },
    });
    expect(infoOn(world, open(2))).toEqual({ kind: 'btf', id: 2, kernel_btf: true });
  });
});

describe('BTF is kept', () => {
  it('by each fd on it', () => {
    const world = given();
    const fd = load(world);
    const other = world.does({ name: 'btf_get_fd_by_id', btf_id: 2 });
    close(world, fd);
    expect(idsOf(world)).toEqual([1, 2]);
    close(world, other);
    expect(idsOf(world)).toEqual([1]);
  });

  it.each([
    ['its functions', { prog_btf_fd: 3, func_info_cnt: 1 }],
    ['a counted array of fds', { fd_array: [3], fd_array_cnt: 1 }],
    ['both, once', { prog_btf_fd: 3, line_info_cnt: 1, fd_array: [3, 3], fd_array_cnt: 2 }],
  ])('by a program that has it for %s', (_, fields) => {
    const world = given();
    const btf = load(world);
    const fd = world.does({ name: 'prog_load', prog_type: 'socket_filter', ...fields });
    close(world, btf);
    expect(idsOf(world)).toEqual([1, 2]);
    close(world, fd);
    expect(idsOf(world)).toEqual([1]);
  });

  it('not by a program whose array is not counted', () => {
    const world = given();
    const btf = load(world);
    world.does({ name: 'prog_load', prog_type: 'socket_filter', fd_array: [btf] });
    close(world, btf);
    expect(idsOf(world)).toEqual([1]);
  });

  it('by a map, and by a map of maps that was made like it', () => {
    const world = given();
    const btf = load(world);
    const inner = world.does({
      ...{ name: 'map_create', map_type: 'array', ...SIZES, btf_fd: btf, ...KEYS },
    });
    const outer = world.does({
      ...{ name: 'map_create', map_type: 'array_of_maps', ...SIZES, inner_map_fd: inner },
    });
    for (const fd of [btf, inner]) close(world, fd);
    expect(idsOf(world)).toEqual([1, 2]);
    close(world, outer);
    expect(idsOf(world)).toEqual([1]);
  });
});

it('a snapshot keeps BTF, and what holds it', () => {
  const world = given();
  const btf = world.does({ name: 'btf_load', btf_size: 90 });
  world.does({ name: 'prog_load', prog_type: 'socket_filter', prog_btf_fd: btf, func_info_cnt: 1 });
  close(world, btf);
  const before = snapshotOf(world.kernel);
  const restored = restoreKernel(JSON.parse(JSON.stringify(before)));
  expect(snapshotOf(restored)).toEqual(before);
  expect([...restored.btfs.values()]).toEqual([{ id: 2, size: 90, refs: 1 }]);
});

it('BTF of an id that the log does not know was there, when a host opened it', () => {
  const world = given();
  const asked = { call: { name: 'btf_get_fd_by_id', btf_id: 77 }, outcome: { ret: 9 } } as const;
  const [witnessed] = observe(world.kernel, { pid: 1, done: asked });
  expect(witnessed?.effects).toEqual([{ type: 'FdOpened', fd: 9, kind: 'btf', id: 77 }]);
});
