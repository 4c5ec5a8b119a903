import { expect, it } from 'vitest';
import { boot } from '../boot.ts';
import type { MapKey } from '../call.ts';
import { decide } from '../decide.ts';
import type { Outcome } from '../outcome.ts';
import { perform } from '../perform.ts';
import { BOOT_PID } from '../release/config.ts';

/** What GET_NEXT_KEY of an array says after a key. */
function nextKey(max_entries: number, key?: MapKey): Outcome {
  const kernel = boot('6.18');
  const form = { map_type: 'array', key_size: 4, value_size: 8, max_entries } as const;
  perform(kernel, BOOT_PID, { name: 'map_create', ...form });
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

it('an array of the largest size answers immediately', () => {
  expect(nextKey(2 ** 32 - 1, 2 ** 32 - 3)).toEqual({ ret: 0, next_key: 2 ** 32 - 2 });
});
