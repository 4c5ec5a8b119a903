/** MAP_CREATE, PROG_BIND_MAP and map elements: semantics §18, §25. */
import { corneredCaller, GRANTS, unprivilegedCaller } from './callers.ts';
import type { Table } from './table.ts';

const storage: Table = {
  page: 'map_create',
  title: 'A cgroup storage map',
  source: '`map_create`, `cgroup_storage_map_alloc`; semantics §25.1, §25.6',
  state: 'The caller has no capability and no free fd; `unprivileged_bpf_disabled` is 2.',
  given: corneredCaller,
  call: `map_create pid = caller; map_type = 99; key_size = 4; value_size = 0; max_entries = 1;
    map_flags = 24; map_name = "bad name"`,
  steps: GRANTS,
  rows: `
    | wrong first                            | mended by                 | v2-series..5.8 | 5.9    | 5.10..5.14 | 5.15..6.4 | 6.5..  |
    | rdonly together with wronly            | map_flags = 1             | –              | –      | –         | –        | EINVAL |
    | map type 99 is unknown                 | map_type = cgroup_storage | –              | –      | –         | –        | EINVAL |
    | the sysctl, and no CAP_BPF             | give CAP_BPF              | EPERM          | EPERM  | EPERM     | EPERM    | EPERM  |
    | rdonly together with wronly            | map_flags = 1             | EINVAL         | EINVAL | EINVAL    | EINVAL   | –      |
    | map type 99 is unknown                 | map_type = cgroup_storage | EINVAL         | EINVAL | EINVAL    | EINVAL   | –      |
    | the key has 4 bytes                    | key_size = 8              | EINVAL         | EINVAL | EINVAL    | EINVAL   | EINVAL |
    | the key has 8 bytes, a cgroup id alone | key_size = 16             | EINVAL         | –      | –         | –        | –      |
    | the value has no bytes                 | value_size = 4194305      | EINVAL         | EINVAL | EINVAL    | EINVAL   | EINVAL |
    | the value is larger than any may be    | value_size = 40000        | E2BIG          | E2BIG  | E2BIG     | E2BIG    | E2BIG  |
    | the value is larger than here          | value_size = 4096         | E2BIG          | E2BIG  | E2BIG     | –        | –      |
    | no_prealloc is not for storage         | no map_flags              | EINVAL         | EINVAL | EINVAL    | EINVAL   | EINVAL |
    | storage has no max_entries             | max_entries = 0           | EINVAL         | EINVAL | EINVAL    | EINVAL   | EINVAL |
    | the name has a space                   | map_name = good.name      | EINVAL         | EINVAL | EINVAL    | EINVAL   | EINVAL |
    | the caller has no free fd              | raise the limit           | EMFILE         | EMFILE | EMFILE    | EMFILE   | EMFILE |
    | nothing                                |                           | ok             | ok     | ok        | ok       | ok     |
  `,
};

const array: Table = {
  page: 'map_create',
  title: 'An array, and a type that wants CAP_BPF',
  source: '`array_map_alloc_check`, `map_create`; semantics §18',
  state: 'The caller has no capability; `unprivileged_bpf_disabled` is 0.',
  config: { unprivileged_bpf_disabled: 0 },
  given: unprivilegedCaller,
  call: `map_create pid = caller; map_type = array; key_size = 8; value_size = 0; map_flags = 1`,
  steps: GRANTS,
  rows: `
    | wrong first                   | mended by                           | all    |
    | no_prealloc is not for arrays | no map_flags                        | EINVAL |
    | an array has entries          | max_entries = 4                     | EINVAL |
    | an index has 4 bytes          | key_size = 4                        | EINVAL |
    | the value has no bytes        | value_size = 4; map_type = lru_hash | EINVAL |
    | lru_hash wants CAP_BPF        | map_type = array                    | EPERM  |
    | nothing                       |                                     | ok     |
  `,
};

const types: Table = {
  page: 'map_create',
  title: 'What else types of maps want',
  source: '`map_alloc_check` and `map_alloc` of each type; semantics §25.7',
  state:
    '`A` is an array, `S` cgroup storage, `P` a prog_array, `N` an array of maps. The caller has ' +
    'CAP_BPF alone; `unprivileged_bpf_disabled` is 2.',
  given(world) {
    const array = { map_type: 'array', key_size: 4, value_size: 4, max_entries: 1 } as const;
    world.map('S');
    world.map('A', array);
    world.map('P', { ...array, map_type: 'prog_array' });
    world.map('N', { ...array, map_type: 'array_of_maps', inner_map_fd: world.at('A') });
    world.name('user', world.does({ name: 'fork', uid: 1000, caps: ['bpf'] }));
  },
  call: `map_create pid = user; map_type = sk_storage; key_size = 4; value_size = 4; max_entries = 4`,
  rows: `
    | wrong first                            | mended by                                               | 5.8..6.5 | 6.12.. |
    | storage of sockets is told by BTF      | map_type = sockmap                                      | EINVAL   | EINVAL   |
    | a sockmap wants CAP_NET_ADMIN          | map_type = hash; map_flags = 64                         | EPERM    | EPERM    |
    | a zero seed wants CAP_SYS_ADMIN        | no map_flags; value_size = 4194252                      | EPERM    | EPERM    |
    | key and value are too large            | value_size = 4; max_entries = 134217729                 | E2BIG    | E2BIG    |
    | a hash has too many buckets            | no pid; map_type = sockhash; max_entries = 4; key_size = 513 | E2BIG | E2BIG |
    | the key of a sockhash fills a stack    | map_type = percpu_hash; key_size = 4; value_size = 32769 | E2BIG   | E2BIG    |
    | a value on each CPU is too large       | map_type = array_of_maps; value_size = 4; inner_map_fd = closed | ENOMEM | E2BIG |
    | the inner map is closed                | inner_map_fd = N                                        | EBADF    | EBADF    |
    | maps of maps of maps are not           | inner_map_fd = P                                        | EINVAL   | EINVAL   |
    | programs cannot be in a map of maps    | inner_map_fd = A                                        | ENOTSUPP | ENOTSUPP |
    | nothing                                |                                                         | ok       | ok       |
  `,
};

const formsByRelease: Table = {
  page: 'map_create',
  title: 'Forms that came later',
  source: '`map_alloc_check` and `map_alloc` of each type; semantics §25.7',
  state:
    'The caller has all capabilities. ENOTSUPP at type 34, which holds instructions, stands for a 422: ' +
    'nothing is recorded of such a call.',
  given: () => undefined,
  rows: `
    | asked | call | 5.7 | 5.8 | 5.9 | 5.10 | 5.11..5.19 | 6.0..6.18 | 6.19.. |
    | an array whose values are large | map_create map_type = array; key_size = 4; value_size = 4194305; max_entries = 1 | E2BIG | E2BIG | E2BIG | E2BIG | E2BIG | ok | ok |
    | the largest of before | map_create map_type = array; key_size = 4; value_size = 4194304; max_entries = 1 | ok | ok | ok | ok | ok | ok | ok |
    | a hash whose keys do not fit a stack | map_create map_type = hash; key_size = 513; value_size = 4; max_entries = 1 | E2BIG | E2BIG | E2BIG | E2BIG | ok | ok | ok |
    | keys that do | map_create map_type = hash; key_size = 512; value_size = 4; max_entries = 1 | ok | ok | ok | ok | ok | ok | ok |
    | an array as an inner map of any size | map_create map_type = array; key_size = 4; value_size = 4; max_entries = 1; map_flags = 4096 | EINVAL | EINVAL | EINVAL | ok | ok | ok | ok |
    | a perf event array that keeps its events | map_create map_type = perf_event_array; key_size = 4; value_size = 4; max_entries = 1; map_flags = 2048 | EINVAL | EINVAL | EINVAL | ok | ok | ok | ok |
    | a sockmap that tells cookies | map_create map_type = sockmap; key_size = 4; value_size = 8; max_entries = 1 | ok | ok | ok | ok | ok | ok | ok |
    | a devmap with programs | map_create map_type = devmap; key_size = 4; value_size = 8; max_entries = 1 | EINVAL | ok | ok | ok | ok | ok | ok |
    | a cpumap with programs | map_create map_type = cpumap; key_size = 4; value_size = 8; max_entries = 1 | EINVAL | EINVAL | ok | ok | ok | ok | ok |
    | a ring buffer that writes over | map_create map_type = ringbuf; max_entries = 4096; map_flags = 524288 | EINVAL | EINVAL | EINVAL | EINVAL | EINVAL | EINVAL | ok |
    | a map of instructions | map_create map_type = 34; key_size = 4; value_size = 16; max_entries = 1 | EINVAL | EINVAL | EINVAL | EINVAL | EINVAL | EINVAL | ENOTSUPP |
    | type 35 | map_create map_type = 35; key_size = 4; value_size = 16; max_entries = 1 | EINVAL | EINVAL | EINVAL | EINVAL | EINVAL | EINVAL | EINVAL |
    | LRU on a node, without memory of its own | map_create map_type = lru_percpu_hash; key_size = 4; value_size = 8; max_entries = 4; map_flags = 5 | ENOTSUPP | ENOTSUPP | ENOTSUPP | ENOTSUPP | ENOTSUPP | ENOTSUPP | ENOTSUPP |
  `,
};

const percpuValues: Table = {
  page: 'map_create',
  title: 'Values that are too large for each CPU',
  source: '`htab_map_alloc`, `array_map_alloc_check`; semantics §25.7',
  state: 'The caller has all capabilities.',
  given: () => undefined,
  rows: `
    | asked | call | v2-series..6.5 | 6.6.0..6.6.33 | 6.6.57..6.6 | 6.7..6.11 | 6.12.. |
    | in a hash | map_create map_type = percpu_hash; key_size = 4; value_size = 32769; max_entries = 1 | ENOMEM | ENOMEM | E2BIG | ENOMEM | E2BIG |
    | in an array | map_create map_type = percpu_array; key_size = 4; value_size = 32769; max_entries = 1 | ENOMEM | ENOMEM | E2BIG | ENOMEM | E2BIG |
  `,
};

const unmodelled: Table = {
  page: 'map_elements',
  title: 'Elements that are not modelled',
  source: 'docs/coverage.md: such a call is a 422, and nothing is recorded of it',
  state: '`T` is a stack_trace.',
  given(world) {
    world.map('T', { map_type: 'stack_trace', key_size: 4, value_size: 8, max_entries: 4 });
  },
  call: 'map_update_elem map_fd = T; key = 0; value = 1',
  rows: `
    | wrong first                      | mended by | all      |
    | a stack_trace's are not modelled |           | ENOTSUPP |
  `,
};

const bind: Table = {
  page: 'prog_bind_map',
  title: 'Everything is wrong',
  source: '`bpf_prog_bind_map`; semantics §25.2',
  state: '`a` is a program, `M` a map.',
  given(world) {
    world.cgroups('/c').open('/c');
    world.prog('a');
    world.map('M');
  },
  call: 'prog_bind_map attr_size = 4097; prog_fd = closed; map_fd = closed; flags = 1',
  rows: `
    | wrong first                  | mended by    | v2-series..5.9 | 5.10.. |
    | the attr has 4097 bytes      | no attr_size | E2BIG          | E2BIG  |
    | flags are not 0              | flags = 0    | ·              | EINVAL |
    | prog_fd is closed            | prog_fd = M  | ·              | EBADF  |
    | prog_fd is a map             | prog_fd = a  | ·              | EINVAL |
    | map_fd is closed             | map_fd = a   | ·              | EBADF  |
    | map_fd is a program          | map_fd = M   | ·              | EINVAL |
    | there is no such command     |              | EINVAL         | –      |
    | nothing                      |              | –              | ok     |
    | nothing: it is bound already |              | –              | ok     |
  `,
};

const storageElements: Table = {
  page: 'map_elements',
  title: 'Storages',
  source:
    '`map_update_elem`, `map_delete_elem`, `map_lookup_elem`, `map_get_next_key`; semantics §25.4',
  state:
    '`/c` has a storage in `M`, `/e` has none. `M` is pinned; `r` is an fd of it from OBJ_GET with ' +
    'RDONLY, `w` one with WRONLY.',
  given(world) {
    world.cgroups('/c', '/e').map('M');
    world.prog('a', { map_fds: [world.at('M')] });
    world.has('/c', 'multi a');
    world.does({ name: 'obj_pin', bpf_fd: world.at('M'), path: '/m' });
    world.name('r', world.does({ name: 'obj_get', path: '/m', file_flags: 8 }));
    world.name('w', world.does({ name: 'obj_get', path: '/m', file_flags: 16 }));
  },
  call: 'map_update_elem map_fd = closed; key = /e; value = 1; flags = 1',
  rows: `
    | wrong first                            | mended by               | all    |
    | map_fd is closed                       | map_fd = a              | EBADF  |
    | map_fd is a program                    | map_fd = r              | EINVAL |
    | the fd only reads                      | map_fd = w              | EPERM  |
    | noexist: user space makes no storages  | no flags                | EINVAL |
    | /e has no storage                      | key = /c                | ENOENT |
    | nothing                                | name = map_delete_elem  | ok     |
    | a value is not a field of MAP_DELETE_ELEM | no value                | EINVAL |
    | storages cannot be deleted             | name = map_lookup_elem  | EINVAL |
    | the fd only writes                     | map_fd = M; key = /e    | EPERM  |
    | /e has no storage                      | key = /c                | ENOENT |
    | nothing                                | name = map_get_next_key | ok     |
    | no key after the last                  | no key                  | ENOENT |
    | nothing: the first key                 |                         | ok     |
  `,
};

const plainElements: Table = {
  page: 'map_elements',
  title: 'Arrays and hashes',
  source: '`array_map_update_elem`, `htab_map_update_elem`',
  state: '`A` is an array of 2, `H` a hash with room for 1 that holds the key 0.',
  given(world) {
    const plain = { key_size: 4, value_size: 8 } as const;
    world.map('A', { map_type: 'array', ...plain, max_entries: 2 });
    const map_fd = world.map('H', { map_type: 'hash', ...plain, max_entries: 1 });
    world.does({ name: 'map_update_elem', map_fd, key: 0, value: 7 });
  },
  call: 'map_update_elem map_fd = A; key = 2; value = 1; flags = 3',
  rows: `
    | wrong first                 | mended by                                              | all    |
    | flags above 2 are unknown   | flags = 1                                              | EINVAL |
    | index 2 is past the end     | key = 1                                                | E2BIG  |
    | noexist: every index exists | map_fd = H; key = 0                                    | EEXIST |
    | noexist: the key exists     | key = 1; flags = 2                                     | EEXIST |
    | exist: there is no key 1    | flags = 0                                              | ENOENT |
    | the hash is full            | key = 0                                                | E2BIG  |
    | nothing                     | name = map_delete_elem; no value; no flags; map_fd = A | ok     |
    | elements of an array stay   | map_fd = H; key = 1                                    | EINVAL |
    | there is no key 1           | key = 0                                                | ENOENT |
    | nothing                     |                                                        | ok     |
  `,
};

const takenOut: Table = {
  page: 'map_elements',
  title: 'An element that is looked up and taken out',
  source: '`map_lookup_and_delete_elem`; semantics §25.4',
  state:
    '`H` is a hash that holds the key 0, `A` an array, `M` cgroup storage. `r` and `w` are fds of `H` from ' +
    'OBJ_GET with RDONLY and WRONLY.',
  given(world) {
    const plain = { key_size: 4, value_size: 8, max_entries: 2 } as const;
    world.map('A', { map_type: 'array', ...plain });
    const map_fd = world.map('H', { map_type: 'hash', ...plain });
    world.map('M');
    world.does({ name: 'map_update_elem', map_fd, key: 0, value: 7 });
    world.does({ name: 'obj_pin', bpf_fd: map_fd, path: '/h' });
    world.name('r', world.does({ name: 'obj_get', path: '/h', file_flags: 8 }));
    world.name('w', world.does({ name: 'obj_get', path: '/h', file_flags: 16 }));
  },
  call: 'map_lookup_and_delete_elem map_fd = closed; flags = 5',
  rows: `
    | wrong first                    | mended by                  | v2-series..5.13 | 5.14..   |
    | flags above F_LOCK are unknown | flags = 4                  | EINVAL          | EINVAL   |
    | map_fd is closed               | map_fd = r                 | EBADF           | EBADF    |
    | the fd only reads              | map_fd = w                 | EPERM           | EPERM    |
    | the fd only writes             | map_fd = A                 | EPERM           | EPERM    |
    | no value has a lock            | no flags                   | EINVAL          | EINVAL   |
    | no key is passed               | key = 1                    | EFAULT          | EFAULT   |
    | arrays keep their elements     | map_fd = M                 | ENOTSUPP        | ENOTSUPP |
    | storages stay                  | map_fd = H                 | ENOTSUPP        | ENOTSUPP |
    | there is no key 1              | key = 0                    | ENOTSUPP        | ENOENT   |
    | nothing                        |                            | ENOTSUPP        | ok       |
  `,
};

const lruElements: Table = {
  page: 'map_elements',
  title: 'An LRU hash that is full',
  source: '`htab_lru_map_update_elem`, `bpf_lru_pop_free`; semantics §25.10',
  state:
    '`L` is an LRU hash of 2, to which the keys 1, 2 and 3 came in this order. Each row starts from there.',
  given(world) {
    const sizes = { key_size: 4, value_size: 8, max_entries: 2 } as const;
    const map_fd = world.map('L', { map_type: 'lru_hash', ...sizes });
    for (const key of [1, 2, 3]) {
      world.does({ name: 'map_update_elem', map_fd, key, value: key });
    }
  },
  rows: `
    | asked                       | call                                                 | v2-series..6.15 | 6.16.. |
    | the oldest one              | map_lookup_elem map_fd = L; key = 1                  | ENOENT          | ENOENT |
    | the one before the last     | map_lookup_elem map_fd = L; key = 2                  | ENOENT          | ok     |
    | the last one                | map_lookup_elem map_fd = L; key = 3                  | ok              | ok     |
    | exist: there is no key 1    | map_update_elem map_fd = L; key = 1; value = 1; flags = 2 | ENOENT     | ENOENT |
    | noexist: there is key 3     | map_update_elem map_fd = L; key = 3; value = 1; flags = 1 | EEXIST     | EEXIST |
    | noexist: key 2 just went    | map_update_elem map_fd = L; key = 2; value = 1; flags = 1 | ok         | ok     |
  `,
};

export const mapCreateTables: readonly Table[] = [storage, array, types];
export const mapTables: readonly Table[] = [
  bind,
  storageElements,
  plainElements,
  lruElements,
  takenOut,
  unmodelled,
  formsByRelease,
  percpuValues,
];
