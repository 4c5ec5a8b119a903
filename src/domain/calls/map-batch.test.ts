import { describe, expect, it } from 'vitest';
import { boot } from '../boot.ts';
import type { Call, Calls } from '../call.ts';
import { isUnmodelled } from '../outcome.ts';
import { perform } from '../perform.ts';
import { BOOT_PID } from '../release/config.ts';

const SIZES = { key_size: 4, value_size: 8, max_entries: 3 } as const;

/** A kernel with one map at fd 3. */
function bootWithMap(map_type: Calls['map_create']['map_type'], release = '6.18') {
  const kernel = boot(release);
  const does = (call: Call) => perform(kernel, BOOT_PID, call);
  does({ name: 'map_create', map_type, ...SIZES });
  return { kernel, does };
}

/** Keys of the map, as they are looked up one by one. */
function keysIn({ kernel }: ReturnType<typeof bootWithMap>): unknown[] {
  return kernel.maps.get(1)?.elements.map(({ key, value }) => [key, value]) ?? [];
}

const update = (keys: number[], values: number[]) =>
  ({ name: 'map_update_batch', map_fd: 3, keys, values }) as const;

describe('an update of many elements', () => {
  it('is those of each, in order: a key that comes twice has its last value', () => {
    const world = bootWithMap('hash');
    const { outcome, effects } = world.does(update([4, 2, 4], [1, 2, 3]));
    expect(outcome).toEqual({ ret: 0, batch: { count: 3 } });
    expect(effects.map(({ type }) => type)).toEqual(Array(3).fill('ElementUpdated'));
    expect(keysIn(world)).toEqual([
      [2, 2],
      [4, 3],
    ]);
  });

  it('stays where one fails: what came before is done and counted', () => {
    const world = bootWithMap('hash');
    const { outcome, effects } = world.does(update([1, 2, 3, 4], [1, 2, 3, 4]));
    expect(outcome).toMatchObject({ errno: 'E2BIG', rule: 'map-full', batch: { count: 3 } });
    expect(effects).toHaveLength(3);
    expect(keysIn(world)).toHaveLength(3);
  });

  it('holds the maps that it puts into a map of maps', () => {
    const world = bootWithMap('hash');
    const outer = { map_type: 'hash_of_maps', ...SIZES, value_size: 4, inner_map_fd: 3 } as const;
    world.does({ name: 'map_create', ...outer });
    world.does({ ...update([1, 2], [3, 3]), map_fd: 4 });
    world.does({ name: 'close', fd: 3 });
    expect(world.kernel.maps.get(1)?.refs).toBe(2);
    world.does({ name: 'map_delete_batch', map_fd: 4, keys: [1, 2] });
    expect(world.kernel.maps.has(1)).toBe(false);
  });
});

describe('a deletion of many elements', () => {
  it('stays at the first key that is not there', () => {
    const world = bootWithMap('hash');
    world.does(update([1, 2, 3], [1, 2, 3]));
    const { outcome } = world.does({ name: 'map_delete_batch', map_fd: 3, keys: [1, 9, 2] });
    expect(outcome).toMatchObject({ errno: 'ENOENT', rule: 'no-element', batch: { count: 1 } });
    expect(keysIn(world)).toEqual([
      [2, 2],
      [3, 3],
    ]);
  });
});

describe('a look at many elements', () => {
  const look = (more: Omit<Calls['map_lookup_batch'], 'map_fd'>) =>
    ({ name: 'map_lookup_batch', map_fd: 3, ...more }) as const;

  it.each([
    [{ count: 2 }, { ret: 0, batch: { count: 2, keys: [0, 1], values: [0, 7] } }],
    [
      { count: 2, in_batch: 0 },
      { ret: 0, batch: { count: 2, keys: [1, 2], values: [7, 0] } },
    ],
    [
      { count: 2, in_batch: 1 },
      { errno: 'ENOENT', batch: { count: 1, keys: [2], values: [0] } },
    ],
    [
      { count: 2, in_batch: 2 },
      { errno: 'ENOENT', batch: { count: 0, keys: [], values: [] } },
    ],
    [
      { count: 3, in_batch: 9 },
      { ret: 0, batch: { count: 3 } },
    ],
    [{ count: 0 }, { ret: 0 }],
  ])('of an array with %o', (asked, answer) => {
    const world = bootWithMap('array');
    world.does(update([1], [7]));
    expect(world.does(look(asked)).outcome).toMatchObject(answer);
  });

  it('of a hash ends by ENOENT, and takes the elements out when it is told to', () => {
    const world = bootWithMap('hash');
    world.does(update([1, 2], [3, 4]));
    const batch = { count: 2, keys: [1, 2], values: [3, 4] };
    expect(world.does(look({ count: 2 })).outcome).toMatchObject({ errno: 'ENOENT', batch });
    const take = { name: 'map_lookup_and_delete_batch', map_fd: 3, count: 9 } as const;
    const { outcome, effects } = world.does(take);
    expect(outcome).toMatchObject({ errno: 'ENOENT', batch });
    expect(effects.map(({ type }) => type)).toEqual(['ElementDeleted', 'ElementDeleted']);
    expect(keysIn(world)).toEqual([]);
  });

  it('of a part of a hash is not modelled: which part it is, its seed decides', () => {
    const world = bootWithMap('hash');
    world.does(update([1, 2], [3, 4]));
    expect(isUnmodelled(world.does(look({ count: 1 })).outcome)).toBe(true);
    expect(isUnmodelled(world.does(look({ count: 9, in_batch: 1 })).outcome)).toBe(true);
  });
});
