/** Elements that hold programs and maps: semantics §25.8. */
import type { World } from '../given.ts';
import type { Table } from './table.ts';

const SIZES = { key_size: 4, value_size: 4 } as const;
const HASH = { map_type: 'hash', key_size: 4, value_size: 8 } as const;

const progArray: Table = {
  page: 'map_elements',
  title: 'A prog_array',
  source: '`bpf_fd_array_map_update_elem`, `prog_fd_array_get_ptr`; semantics §25.8',
  state:
    '`P` is a prog_array of 2 that holds `a`, a cgroup_skb program; `b` is like it, `s` a ' +
    'socket filter. `r` is an fd of `P` from OBJ_GET with RDONLY.',
  given(world) {
    const map_fd = world.map('P', { map_type: 'prog_array', ...SIZES, max_entries: 2 });
    world.does({ name: 'map_update_elem', map_fd, key: 0, value: world.prog('a') });
    world.prog('b');
    world.prog('s', { prog_type: 'socket_filter', expected_attach_type: 0 });
    world.does({ name: 'obj_pin', bpf_fd: map_fd, path: '/p' });
    world.name('r', world.does({ name: 'obj_get', path: '/p', file_flags: 8 }));
  },
  call: 'map_update_elem map_fd = r; key = 2; value = closed; flags = 2',
  rows: `
    | wrong first                     | mended by                                  | all    |
    | the fd only reads               | map_fd = P                                 | EPERM  |
    | flags are for nothing           | no flags                                   | EINVAL |
    | index 2 is past the end         | key = 1                                    | E2BIG  |
    | the program fd is closed        | value = P                                  | EBADF  |
    | the program fd is a map         | value = s                                  | EINVAL |
    | the program is of another type  | value = b                                  | EINVAL |
    | nothing                         | name = map_delete_elem; no value; key = 2  | ok     |
    | index 2 is past the end         | key = 1                                    | E2BIG  |
    | nothing                         | name = map_lookup_elem                      | ok     |
    | nothing is there                | key = 0                                    | ENOENT |
    | nothing                         |                                            | ok     |
  `,
};

const hashOfMaps: Table = {
  page: 'map_elements',
  title: 'A hash of maps',
  source: '`bpf_fd_htab_map_update_elem`, `bpf_map_fd_get_ptr`; semantics §25.8',
  state:
    '`N` is a hash of maps of 1 that holds `H`, a hash, as 0; `G` is like it, `A` is an array.',
  given(world) {
    world.map('H', { ...HASH, max_entries: 1 });
    world.map('G', { ...HASH, max_entries: 1 });
    world.map('A', { ...HASH, map_type: 'array', max_entries: 1 });
    const inner_map_fd = world.at('H');
    const outer = { map_type: 'hash_of_maps', ...SIZES, max_entries: 1, inner_map_fd } as const;
    const map_fd = world.map('N', outer);
    world.does({ name: 'map_update_elem', map_fd, key: 0, value: inner_map_fd });
    world.prog('a');
  },
  call: 'map_update_elem map_fd = N; key = 0; value = closed; flags = 4',
  rows: `
    | wrong first              | mended by                                | all    |
    | its values have no lock  | flags = 3                                | EINVAL |
    | the map fd is closed     | value = a                                | EBADF  |
    | the map fd is a program  | value = A                                | EINVAL |
    | the map is not a hash    | value = G                                | EINVAL |
    | flags are unknown        | flags = 1                                | EINVAL |
    | noexist: the key exists  | key = 1; flags = 2                       | EEXIST |
    | exist: there is no key 1 | no flags                                 | ENOENT |
    | the hash is full         | key = 0                                  | E2BIG  |
    | nothing                  | name = map_delete_elem; no value; key = 1 | ok    |
    | there is no key 1        | key = 0                                  | ENOENT |
    | nothing                  |                                          | ok     |
  `,
};

/** Two programs for two hooks, one with cgroup storage; the first owns P, the second owns Q. */
function twoOwners(world: World): void {
  const [first, second] = ['P', 'Q'].map((label) =>
    world.map(label, { map_type: 'prog_array', ...SIZES, max_entries: 2 }),
  );
  world.prog('egress');
  world.prog('ingress', { expected_attach_type: 'cgroup_inet_ingress' });
  world.prog('storing', { map_fds: [world.map('S')] });
  const put = { name: 'map_update_elem', key: 0 } as const;
  world.does({ ...put, map_fd: first ?? 0, value: world.at('egress') });
  world.does({ ...put, map_fd: second ?? 0, value: world.at('storing') });
}

const owners: Table = {
  page: 'map_elements',
  title: 'Which programs fit a prog_array',
  source: '`__bpf_prog_map_compatible`, `bpf_check_tail_call`; semantics §25.8',
  state:
    '`P` holds `egress`, `Q` holds `storing`, which has cgroup storage in `S`. Each row starts from there.',
  given: twoOwners,
  rows: `
    | asked                                   | call                                                                                                                     | v2-series..6.16 | 6.17   | 6.18.. |
    | a program of another hook               | map_update_elem map_fd = P; key = 1; value = ingress                                                                     | ok              | ok     | EINVAL |
    | a program of another hook names it      | prog_load prog_type = cgroup_skb; expected_attach_type = cgroup_inet_ingress; map_fds = P; map_ref_only = true           | ok              | ok     | EINVAL |
    | a program of another type names it      | prog_load prog_type = socket_filter; map_fds = P; map_ref_only = true                                                    | EINVAL          | EINVAL | EINVAL |
    | a program with storage                  | map_update_elem map_fd = P; key = 1; value = storing                                                                     | ok              | EINVAL | EINVAL |
    | a program without, beside one that has  | map_update_elem map_fd = Q; key = 1; value = egress                                                                      | ok              | ok     | ok     |
  `,
};

const innerMaps: Table = {
  page: 'map_elements',
  title: 'Which maps fit a map of maps',
  source: '`bpf_map_meta_equal`, `array_map_meta_equal`; semantics §25.8',
  state:
    '`N` is made for hashes of 1 entry, `B` for arrays of 1 entry. Each row starts from there.',
  given(world) {
    const array = { ...HASH, map_type: 'array' } as const;
    const outer = { map_type: 'array_of_maps', ...SIZES, max_entries: 1 } as const;
    const of = (label: string, inner: string) =>
      world.map(label, { ...outer, inner_map_fd: world.at(inner) });
    world.map('hash1', { ...HASH, max_entries: 1 });
    world.map('hash2', { ...HASH, max_entries: 2 });
    world.map('array1', { ...array, max_entries: 1 });
    world.map('array2', { ...array, max_entries: 2 });
    of('N', 'hash1');
    of('B', 'array1');
  },
  rows: `
    | asked                         | call                                                | v2-series..5.9 | 5.10..  |
    | a hash of another size        | map_update_elem map_fd = N; key = 0; value = hash2  | EINVAL         | ok      |
    | an array of another size      | map_update_elem map_fd = B; key = 0; value = array2 | EINVAL         | EINVAL  |
  `,
};

const arraysOfAnySize: Table = {
  page: 'map_elements',
  title: 'Arrays of any size in a map of maps',
  source: '`array_map_meta_equal`; semantics §25.8',
  state: '`B` is made for arrays of 1 entry, `C` for arrays with the flag INNER_MAP (4096).',
  given(world) {
    const array = { ...HASH, map_type: 'array', max_entries: 1 } as const;
    const flagged = { ...array, map_flags: 4096 } as const;
    const outer = { map_type: 'array_of_maps', ...SIZES, max_entries: 1 } as const;
    world.map('array1', array);
    world.map('any1', flagged);
    world.map('any2', { ...flagged, max_entries: 2 });
    world.map('B', { ...outer, inner_map_fd: world.at('array1') });
    world.map('C', { ...outer, inner_map_fd: world.at('any1') });
  },
  rows: `
    | asked                         | call                                                | 5.10..  |
    | an array with a flag          | map_update_elem map_fd = B; key = 0; value = any1   | EINVAL  |
    | arrays of any size            | map_update_elem map_fd = C; key = 0; value = any2   | ok      |
  `,
};

export const heldTables: readonly Table[] = [
  progArray,
  hashOfMaps,
  owners,
  innerMaps,
  arraysOfAnySize,
];
