// What an LRU map lets go of (semantics §25.10).
import { describe, expect, it } from 'vitest';
import { boot } from '../boot.ts';
import type { Call } from '../call.ts';
import type { Effect } from '../effect.ts';
import { isRefusal } from '../outcome.ts';
import { perform } from '../perform.ts';
import { BOOT_PID } from '../release/config.ts';
import { restoreKernel, snapshotOf } from '../snapshot.ts';

type LruType = 'lru_hash' | 'lru_percpu_hash';

/** An LRU map at fd 3, and the keys that are in it. */
function map(map_type: LruType = 'lru_hash', max_entries = 4, release = '6.18') {
  let kernel = boot(release);
  const effects: Effect[] = [];
  const asks = (call: Call) => {
    const { outcome, effects: more } = perform(kernel, BOOT_PID, call);
    effects.splice(0, effects.length, ...more);
    return isRefusal(outcome) ? outcome.errno : 'ok';
  };
  asks({ name: 'map_create', map_type, key_size: 4, value_size: 8, max_entries });
  const update = (key: number, flags = 0) =>
    asks({ name: 'map_update_elem', map_fd: 3, key, value: key, flags });
  const remove = (key: number) => asks({ name: 'map_delete_elem', map_fd: 3, key });
  const keys = () =>
    (kernel.maps.get(1)?.elements ?? []).map(({ key }) => Number(key)).sort((a, b) => a - b);
  const restart = () => {
    kernel = restoreKernel(JSON.parse(JSON.stringify(snapshotOf(kernel))));
  };
  return { asks, update, remove, keys, restart, effects };
}

/**
 * Recorded on 6.18.44, on one of two CPUs: updates (u), with NOEXIST (n), with EXIST (x), deletions
 * (d), marked where they were refused; and the keys that were there afterwards.
 */
const RECORDED: readonly (readonly [LruType, number, string, string])[] = [
  [
    'lru_hash',
    4,
    'u1 d6! n1! u0 d0 n4 x2! n5 n6 n6! u4 u4 u1 u2 x5! d7! u2 d3! u3 n2! d3 u1 n0 x6! x2 n1! n2! u5 u3 u5',
    '2 3 5',
  ],
  [
    'lru_percpu_hash',
    16,
    'd9! n1 n11 u6 n4 u1 x0! u1 x10! u1 d10! u2 u13 u0 u16 n9 u16 u6 u1 n7 u6 d11 u9 d4 u11 x16 u3 n17 u0 d15!',
    '0 1 2 3 6 7 9 11 13 16 17',
  ],
  [
    'lru_percpu_hash',
    5,
    'x2! n3 u0 u6 u1 d1 u6 u4 n6! u3 x3 u0 u1 u6 u1 x1 u2 n1! d2! n1! u0 n0! d4! u0 u5 u4 x6 u5 u2 d3!',
    '0 1 2 5 6',
  ],
  [
    'lru_percpu_hash',
    1,
    'u1 d1 x1! x1! n0 u0 u0 u0 n1 u0 d0 u1 x1 x1 u1 n0 x1! n0 u0 u0 u0 u1 n0 d1! x1! d1! n1 x0! n1 u1',
    '1',
  ],
  [
    'lru_hash',
    2,
    'x0! u3 u3 u3 u1 u1 x3! u3 x1! d0! u2 u2 u0 u2 u0 u0 u0 d2! x0 d3! n0! x3! u3 d3 u1 d0 u0 x0 d0 u3',
    '3',
  ],
  [
    'lru_hash',
    8,
    'n2 x12! x6! u1 u7 x13! u15 n1! x12! u1 x12! u0 x6! u5 n15! d9! u3 u13 u6 u12 n4 u15 x13 n7 u8 x12! x7 x3! d11! n13!',
    '1 4 7 8 13 15',
  ],
  [
    'lru_percpu_hash',
    10,
    'u6 x6 n3 n10 u1 u11 x10 d12! u4 x4 n4! u5 d4 x8! u4 u2 n2! n10! n11! d0! u3 u0 u0 u9 u2 x3 u6 d8! d5 d7!',
    '0 2 3 4 6 9 10 11',
  ],
  [
    'lru_percpu_hash',
    4,
    'u4 d6! n0 u6 u6 u3 u4 u5 n1 u3 u0 n7 x6 n7! u6 u1 x5! u6 d6 d3! n3 u6 u3 u5 n6! d2! u3 x1! d0! u4',
    '3 4 5 6',
  ],
  [
    'lru_percpu_hash',
    7,
    'x4! x7! x3! n1 n6 x6 d2! x0! n7 n5 x3! u4 u3 x3 u3 n7! u3 x4 n3! u5 n2 u2 u7 d6 u6 u0 u3 u0 u7 u7',
    '0 2 3 4 5 7',
  ],
  [
    'lru_percpu_hash',
    2,
    'n2 d3! u2 u0 d3! d3! u0 x3! u3 n0 u2 u1 x3! u3 x3 u3 x3 d0! u1 u3 d0! u1 u1 x1 d1 u2 u2 n0 u1 d1',
    '2',
  ],
  [
    'lru_percpu_hash',
    3,
    'd2! d3! n1 u4 x0! d4 u2 n1! u2 n1! x1 x0! u4 u0 n3 d1 u3 u0 n1 n4 u5 u3 d4! d1! d3 u2 u2 u1 u0 n4',
    '0 2 4',
  ],
  [
    'lru_hash',
    16,
    'n8 x15! u10 u7 n12 x0! u14 u0 u12 u12 x8 x6! d4! x13! u5 n2 n2! x10 d14 u2 n5! u8 n1 u14 n0! x0 u12 u9 u15 u2',
    '0 1 2 5 7 8 9 10 12 14 15',
  ],
];
const FLAGS: Readonly<Record<string, number>> = { u: 0, n: 1, x: 2 };

describe('a full LRU map', () => {
  it('spares an element whose value was replaced', () => {
    const { update, keys } = map();
    for (const key of [0, 1, 2, 3, 1, 9, 2, 0, 7]) update(key);
    expect(keys()).toEqual([0, 1, 2, 7]);
  });

  it.each(RECORDED)('answers as a kernel: %s of %i', (type, size, steps, left) => {
    const { update, remove, keys, restart } = map(type, size);
    const answers = steps.split(' ').map((step) => {
      const [, how = '', key] = /^(.)(\d+)/u.exec(step) ?? [];
      // A snapshot keeps which one goes next.
      restart();
      const answer = how === 'd' ? remove(Number(key)) : update(Number(key), FLAGS[how]);
      return `${how}${key}${answer === 'ok' ? '' : '!'}`;
    });
    expect([answers.join(' '), keys().join(' ')]).toEqual([steps, left]);
  });

  it('lets go of an element also for one that it then refuses', () => {
    const { update, keys, effects } = map();
    for (const key of [1, 2, 3, 4]) update(key);
    expect([update(4, 1), keys()]).toEqual(['EEXIST', [2, 3, 4]]);
    expect(effects.map(({ type }) => type)).toEqual(['RoomMade', 'ElementDeleted']);
  });

  it('keeps the last one alone up to 6.15', () => {
    const { update, keys } = map('lru_hash', 4, '6.15');
    for (const key of [1, 2, 3, 4, 5]) update(key);
    expect(keys()).toEqual([5]);
  });
});
