// Kernels up to 5.10: what counts as locked memory, whose it is, and when it is given back (§18).
import { describe, expect, it } from 'vitest';
import type { Calls } from '../../src/domain/call.ts';
import { restoreKernel, snapshotOf } from '../../src/domain/snapshot.ts';
import { given, type World } from './given.ts';

const PAGE = 4096;
const ARRAY = { map_type: 'array', key_size: 4, value_size: 8, max_entries: 1 } as const;

/** The fewest pages with which `call` succeeds on a fresh 5.10. */
function pagesOf(call: Calls['map_create'], config = {}): number {
  for (let pages = 0; ; pages++) {
    const world = given('5.10', { ...config, memlock: pages * PAGE });
    if (world.asks({ name: 'map_create', ...call }) === 'ok') return pages;
  }
}

describe('a map locks', () => {
  it.each<[Calls['map_create'], number]>([
    [ARRAY, 1],
    [{ ...ARRAY, max_entries: 472 }, 1],
    [{ ...ARRAY, max_entries: 473 }, 2],
    [{ ...ARRAY, map_flags: 1024 }, 2],
    // bpftool tells 86016 bytes of locked memory of such a map.
    [{ map_type: 'hash', key_size: 4, value_size: 8, max_entries: 1024 }, 21],
    [{ map_type: 'ringbuf', max_entries: PAGE }, 5],
    [{ map_type: 'percpu_cgroup_storage', key_size: 16, value_size: 8 }, 1],
  ])('%o: %i pages', (call, pages) => {
    expect(pagesOf(call)).toBe(pages);
  });

  it('an array of a caller without CAP_PERFMON has a power of two of places', () => {
    const call = { name: 'map_create', ...ARRAY, max_entries: 257 } as const;
    const asks = (caps: Calls['capset']['caps'], pages: number) => {
      const world = given('5.10', { memlock: pages * PAGE });
      const pid = world.does({ name: 'fork', uid: 1000, caps });
      return world.asks(call, pid);
    };
    expect(asks(['bpf', 'perfmon'], 1)).toBe('ok');
    expect(asks(['bpf'], 1)).toBe('EPERM');
    expect(asks(['bpf'], 2)).toBe('ok');
  });

  it('a devmap that locks too much is EINVAL', () => {
    const devmap = { map_type: 'devmap', key_size: 4, value_size: 4, max_entries: 1024 } as const;
    const world = given('5.10', { memlock: PAGE });
    expect(world.asks({ name: 'map_create', ...devmap })).toBe('EINVAL');
    expect(world.asks({ name: 'map_create', ...devmap, max_entries: 512 })).toBe('ok');
  });
});

describe('the limit of a process', () => {
  const two = { memlock: 2 * PAGE };

  it('bounds what all processes of its user have locked', () => {
    const world = given('5.10', two);
    const [one, other] = [0, 0].map(() => world.does({ name: 'fork' })) as [number, number];
    const stranger = world.does({ name: 'fork', uid: 1000 });
    world.does({ name: 'map_create', ...ARRAY }, one);
    expect(world.asks({ name: 'prog_load', prog_type: 'cgroup_device' }, other)).toBe('ok');
    const { outcome } = world.when({ name: 'map_create', ...ARRAY }, other);
    const about = { what: 'the array map', pages: 1, uid: 0, locked: 2, limit: 2 };
    expect(outcome).toMatchObject({ errno: 'EPERM', rule: 'memlock-too-low', about });
    expect(world.asks({ name: 'map_create', ...ARRAY }, stranger)).toBe('ok');
  });

  it('counts what was made by those who had none', () => {
    const world = given('5.10');
    for (const label of ['a', 'b', 'c']) world.prog(label);
    const pid = world.does({ name: 'fork' });
    world.does({ name: 'setrlimit', memlock: 3 * PAGE }, pid);
    expect(world.asks({ name: 'map_create', ...ARRAY }, pid)).toBe('EPERM');
    world.does({ name: 'close', fd: world.at('a') });
    // The child has it open too.
    expect(world.asks({ name: 'map_create', ...ARRAY }, pid)).toBe('EPERM');
    world.does({ name: 'close', fd: world.at('a') }, pid);
    expect(world.asks({ name: 'map_create', ...ARRAY }, pid)).toBe('ok');
  });

  it('is that of a child, of a new image and of all threads', () => {
    const world = given('5.10');
    const pid = world.does({ name: 'fork' });
    const thread = world.does({ name: 'fork', clone_files: true, clone_thread: true }, pid);
    world.does({ name: 'setrlimit', memlock: 0 }, thread);
    world.does({ name: 'exec' }, pid);
    const child = world.does({ name: 'fork' }, pid);
    expect(world.asks({ name: 'map_create', ...ARRAY }, pid)).toBe('EPERM');
    expect(world.asks({ name: 'map_create', ...ARRAY }, child)).toBe('EPERM');
  });

  it('counts each storage, and a program by its instructions', () => {
    const world = given('5.10', { memlock: 3 * PAGE });
    const map_fd = world.map('S', { map_type: 'cgroup_storage', key_size: 16, value_size: 8 });
    world.prog('a', { map_fds: [map_fd] });
    world.cgroups('/c');
    world.attach('/c', 'a');
    expect(world.asks({ name: 'map_create', ...ARRAY })).toBe('EPERM');
    expect(long(given('5.10', { memlock: PAGE }), 505)).toBe('ok');
    expect(long(given('5.10', { memlock: PAGE }), 506)).toBe('EPERM');
  });

  it('comes back from a stored state', () => {
    const world = given('5.10', { memlock: 3 * PAGE });
    expect(long(world, 506)).toBe('ok');
    world.does({ name: 'map_create', ...ARRAY });
    const again = restoreKernel(snapshotOf(world.kernel));
    expect(snapshotOf(again)).toEqual(snapshotOf(world.kernel));
    Object.assign(world.kernel, again);
    expect(world.asks({ name: 'map_create', ...ARRAY })).toBe('EPERM');
  });

  it.each(['5.11', '6.18'])('bounds nothing on %s', (release) => {
    const world = given(release, { memlock: 0 });
    expect(world.asks({ name: 'map_create', ...ARRAY })).toBe('ok');
    expect(world.asks({ name: 'prog_load', prog_type: 'cgroup_device' })).toBe('ok');
  });
});

function long(world: World, insn_cnt: number): string {
  return world.asks({ name: 'prog_load', prog_type: 'cgroup_device', insn_cnt });
}
