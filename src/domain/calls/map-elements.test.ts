import { expect, it } from 'vitest';
import { bootEffect, unbooted } from '../boot.ts';
import type { MapKey } from '../call.ts';
import { decide } from '../decide.ts';
import { evolve } from '../evolve.ts';
import type { Outcome } from '../outcome.ts';
import { BOOT_PID } from '../release/config.ts';

/** What GET_NEXT_KEY of an array says after a key. */
function nextKey(max_entries: number, key?: MapKey): Outcome {
  const kernel = unbooted();
  evolve(kernel, bootEffect(kernel, { release: '6.18', boot_id: '' }), BOOT_PID);
  const form = { map_type: 'array', key_size: 4, value_size: 8, max_entries } as const;
  for (const effect of decide(kernel, BOOT_PID, { name: 'map_create', ...form }).effects) {
    evolve(kernel, effect, BOOT_PID);
  }
  const call = { name: 'map_get_next_key', map_fd: 3 } as const;
  return decide(kernel, BOOT_PID, key === undefined ? call : { ...call, key }).outcome;
}

it.each([
  ['nothing', undefined, 0],
  ['the first key', 0, 1],
  ['a key past the end', 9, 0],
])('an array of 3 goes on after %s with key %s', (_, key, next) => {
  expect(nextKey(3, key)).toEqual({ ret: 0, next_key: next });
});

it('an array has no key after its last one', () => {
  expect(nextKey(3, 2)).toMatchObject({ errno: 'ENOENT', rule: 'no-next-key' });
});

it('an array of the largest size answers at once', () => {
  expect(nextKey(2 ** 32 - 1, 2 ** 32 - 3)).toEqual({ ret: 0, next_key: 2 ** 32 - 2 });
});
