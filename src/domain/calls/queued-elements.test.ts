import { expect, it } from 'vitest';
import { boot } from '../boot.ts';
import type { Call } from '../call.ts';
import type { Kernel } from '../kernel.ts';
import { isRefusal } from '../outcome.ts';
import { perform } from '../perform.ts';
import { BOOT_PID } from '../release/config.ts';

const EXIST = 2;

function withMap(map_type: 'queue' | 'stack', value_size = 8): Kernel {
  const kernel = boot('6.18');
  const form = { map_type, key_size: 0, value_size, max_entries: 3 } as const;
  perform(kernel, BOOT_PID, { name: 'map_create', ...form });
  return kernel;
}

function push(kernel: Kernel, values: readonly number[], flags = 0): void {
  for (const value of values) does(kernel, { name: 'map_update_elem', map_fd: 3, value, flags });
}

/** What is looked at, then taken, until the map is empty. */
function drain(kernel: Kernel): unknown[] {
  const taken: unknown[] = [];
  for (;;) {
    const seen = does(kernel, { name: 'map_lookup_elem', map_fd: 3 });
    const value = does(kernel, { name: 'map_lookup_and_delete_elem', map_fd: 3 });
    expect(value).toEqual(seen);
    if (typeof value !== 'number') return taken;
    taken.push(value);
  }
}

function does(kernel: Kernel, call: Call): unknown {
  const { outcome } = perform(kernel, BOOT_PID, call);
  return isRefusal(outcome) ? outcome.errno : outcome.value;
}

it('a queue gives the oldest element first', () => {
  const kernel = withMap('queue');
  push(kernel, [5, 6, 7]);
  expect(drain(kernel)).toEqual([5, 6, 7]);
});

it('a stack gives the newest element first', () => {
  const kernel = withMap('stack');
  push(kernel, [5, 6, 7]);
  expect(drain(kernel)).toEqual([7, 6, 5]);
});

it.each([
  ['queue', [6, 7, 8]],
  ['stack', [8, 7, 6]],
] as const)('a full %s lets go of its oldest element for one that must fit', (type, left) => {
  const kernel = withMap(type);
  push(kernel, [5, 6, 7]);
  push(kernel, [8], EXIST);
  expect(drain(kernel)).toEqual(left);
});

it.each([
  [1, 0x55],
  [2, 0x4455],
  [5, 0x11_2233_4455],
] as const)('a value of %i bytes is the lowest of what was passed', (size, kept) => {
  const kernel = withMap('stack', size);
  push(kernel, [0x11_2233_4455]);
  expect(drain(kernel)).toEqual([kept]);
});
