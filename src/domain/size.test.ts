// The limits of a state, each passed by one more: what a single host may hold is bounded.

import { expect, it } from 'vitest';
import { boot } from './boot.ts';
import type { Call } from './call.ts';
import type { Kernel } from './kernel.ts';
import { perform } from './perform.ts';
import { BOOT_PID } from './release/config.ts';
import {
  BPFFS_NAMES_MAX,
  checkSize,
  contentsOf,
  MAP_ELEMENTS_MAX,
  type PassedLimit,
  STATE_ROWS_MAX,
  stateRows,
  WAITING_FDS_MAX,
} from './size.ts';

const bootLarge = (): Kernel => boot('6.18', { nofile: 2000 });

function does(kernel: Kernel, call: Call): PassedLimit | undefined {
  const { outcome, effects } = perform(kernel, BOOT_PID, call);
  if ('errno' in outcome) throw new Error(`${call.name}: ${outcome.errno}`);
  return checkSize(kernel, effects);
}

const HASH: Call = {
  ...({ name: 'map_create', map_type: 'hash' } as const),
  ...{ key_size: 4, value_size: 8, max_entries: 1_000_000 },
};

it.each<[string, number, Call, (i: number) => Call]>([
  [
    'elements a map',
    MAP_ELEMENTS_MAX,
    HASH,
    (key) => ({ name: 'map_update_elem', map_fd: 3, key, value: 1 }),
  ],
  [
    'fds that wait for a process',
    WAITING_FDS_MAX,
    { name: 'spawn', child_pid: 7 },
    () => ({ name: 'send_fd', fd: 0, to_pid: 7 }),
  ],
  [
    'names on the bpffs',
    // The top is a name, too.
    BPFFS_NAMES_MAX - 1,
    HASH,
    (i) => ({ name: 'obj_pin', bpf_fd: 3, path: `/${i}` }),
  ],
])('%s', (what, most, first, next) => {
  const kernel = bootLarge();
  does(kernel, first);
  const passed = Array.from({ length: most }, (_, i) => does(kernel, next(i)));
  expect(passed.filter((limit) => limit !== undefined)).toEqual([]);
  expect(does(kernel, next(most))?.what).toBe(what);
  expect(kernel.contents).toBe(contentsOf(kernel));
});

it('rows a host, which fds, high numbers and long names count as', () => {
  const kernel = bootLarge();
  const rows = () => stateRows(kernel);
  const before = rows();
  does(kernel, { name: 'dup', fd: 0 });
  expect(rows() - before).toBe(1);
  does(kernel, { name: 'mkdir', path: `/${'x'.repeat(4000)}` });
  expect(rows() - before).toBe(1 + 1 + 10);
  does(kernel, { name: 'setrlimit', nofile: 2 ** 20 });
  does(kernel, { name: 'dup2', fd: 0, to_fd: 2 ** 20 - 1 });
  expect(rows() - before).toBe(12 + 1 + 512);
  for (let i = 0; i < 997; i++) does(kernel, { name: 'dup', fd: 0 });
  let passed: PassedLimit | undefined;
  while (passed === undefined) passed = does(kernel, { name: 'fork' });
  expect(passed).toEqual({ what: 'rows a host', limit: STATE_ROWS_MAX });
  expect(rows()).toBeGreaterThan(STATE_ROWS_MAX);
  expect(rows()).toBeLessThan(STATE_ROWS_MAX + 2000);
  expect(kernel.contents).toBe(contentsOf(kernel));
});
