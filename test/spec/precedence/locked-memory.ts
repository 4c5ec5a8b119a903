/** RLIMIT_MEMLOCK, which kernels up to 5.10 hold maps and programs to: semantics §18. */

import type { World } from '../given.ts';
import type { Table } from './table.ts';

const BYTES = 8192;
const RAISE = {
  'raise the memory limit': (world: World) => void world.does({ name: 'setrlimit', memlock: -1 }),
};

const map: Table = {
  page: 'map_create',
  title: 'A map that locks memory',
  source: '`bpf_map_charge_init`, `bpf_charge_memlock`; semantics §18',
  state: 'RLIMIT_MEMLOCK of the caller, who is root, is 8192: two pages. One is locked already.',
  given(world) {
    world.map('A', { map_type: 'array', key_size: 4, value_size: 8, max_entries: 1 });
    world.does({ name: 'setrlimit', memlock: BYTES });
  },
  call: `map_create map_type = lpm_trie; key_size = 8; value_size = 16384; max_entries = 1000000;
    map_flags = 1; map_name = "bad name"`,
  steps: RAISE,
  rows: `
    | wrong first                      | mended by                     | v2-series..5.10 | 5.11.. |
    | its elements need 4 GiB or more  | max_entries = 4               | E2BIG           | –      |
    | it locks 17 pages, one is free   | max_entries = 1; value_size = 4096 | EPERM      | –      |
    | it locks 2 pages, one is free    | value_size = 4                | EPERM           | –      |
    | the name has a space             | map_name = good               | EINVAL          | EINVAL |
    | nothing: the second page is taken |                              | ok              | ok     |
  `,
};

const program: Table = {
  page: 'prog_load',
  title: 'A program that locks memory',
  source: '`bpf_prog_charge_memlock`; semantics §18',
  state: 'RLIMIT_MEMLOCK of the caller, who is root, is 4095: no page.',
  given: (world) => void world.does({ name: 'setrlimit', memlock: BYTES / 2 - 1 }),
  call: 'prog_load prog_type = cgroup_skb; expected_attach_type = cgroup_device',
  steps: RAISE,
  rows: `
    | wrong first                       | mended by                                                          | v2-series..5.10 | 5.11.. |
    | cgroup_skb is for another hook    | prog_type = 99                                                     | EINVAL          | EINVAL |
    | it locks a page, and may lock none | raise the memory limit                                            | EPERM           | –      |
    | there is not a program type 99       | prog_type = cgroup_skb; expected_attach_type = cgroup_inet_egress  | EINVAL          | EINVAL |
    | nothing                           |                                                                    | ok              | ok     |
  `,
};

const limit: Table = {
  page: 'fds',
  title: 'setrlimit of locked memory',
  source: '`do_prlimit`; semantics §18',
  state: 'RLIMIT_MEMLOCK is 8192; the caller lacks CAP_SYS_RESOURCE.',
  given(world) {
    world.does({ name: 'setrlimit', memlock: BYTES });
    world.name('caller', world.does({ name: 'fork', uid: 1000, caps: [] }));
  },
  call: 'setrlimit pid = caller; memlock = -1',
  rows: `
    | wrong first                     | mended by      | all   |
    | no limit is above every limit   | memlock = 8193 | EPERM |
    | a byte more than the limit      | memlock = 8192 | EPERM |
    | nothing                         | memlock = 0    | ok    |
    | nothing                         | memlock = 8192 | ok    |
    | the limit is 0 now              | memlock = 0    | EPERM |
    | nothing                         |                | ok    |
  `,
};

export const lockedMemoryTables: readonly Table[] = [map, program, limit];
