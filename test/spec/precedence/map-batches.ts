/** The commands on many elements of a map: semantics §25.9. */
import type { World } from '../given.ts';
import type { Table } from './table.ts';

const SIZES = { key_size: 4, value_size: 8, max_entries: 2 } as const;

function maps(world: World): void {
  world.map('A', { map_type: 'array', ...SIZES });
  world.map('P', { map_type: 'percpu_array', ...SIZES });
  world.map('H', { map_type: 'hash', ...SIZES });
  const inner = { ...SIZES, value_size: 4, inner_map_fd: world.at('A') };
  world.map('O', { map_type: 'array_of_maps', ...inner });
  world.map('S');
  world.does({ name: 'obj_pin', bpf_fd: world.at('H'), path: '/h' });
  world.name('r', world.does({ name: 'obj_get', path: '/h', file_flags: 8 }));
  world.name('w', world.does({ name: 'obj_get', path: '/h', file_flags: 16 }));
}

const STATE =
  '`A` is an array of 2, `P` a percpu array, `H` a hash that holds nothing, `O` an array of maps, `S` ' +
  'cgroup storage. `r` is an fd of H from OBJ_GET with RDONLY, `w` one with WRONLY.';

const batches: Table = {
  page: 'map_elements',
  title: 'Many elements by one command',
  source: '`bpf_map_do_batch`, `generic_map_lookup_batch`; semantics §25.9',
  state: STATE,
  given: maps,
  call: 'map_lookup_and_delete_batch map_fd = closed; count = 3; elem_flags = 4; flags = 1',
  rows: `
    | wrong first                             | mended by                           | all      |
    | map_fd is closed                        | map_fd = w                          | EBADF    |
    | the fd only writes                      | map_fd = r                          | EPERM    |
    | the fd only reads                       | map_fd = S                          | EPERM    |
    | storages have no such command           | map_fd = A                          | ENOTSUPP |
    | elements of an array are not deleted    | name = map_lookup_batch             | ENOTSUPP |
    | no value has a lock                     | no elem_flags                       | EINVAL   |
    | there are 2 elements, which are told    | count = 2                           | ENOENT   |
    | nothing: flags do not count for arrays  | map_fd = H                          | ok       |
    | flags do for hashes                     | no flags                            | EINVAL   |
    | a hash ends by ENOENT, also an empty one | count = 0                          | ENOENT   |
    | nothing                                 |                                     | ok       |
  `,
};

const types: Table = {
  page: 'map_elements',
  title: 'Which types have commands on many elements',
  source: '`percpu_array_map_ops`, `array_of_maps_map_ops`; semantics §25.9',
  state: `${STATE} Each row starts from there.`,
  given: maps,
  rows: `
    | asked            | call                                  | v2-series..5.12 | 5.13..5.18 | 5.19..   |
    | an array         | map_lookup_batch map_fd = A           | ok              | ok         | ok       |
    | a percpu array   | map_lookup_batch map_fd = P           | ENOTSUPP        | ok         | ok       |
    | an array of maps | map_lookup_batch map_fd = O           | ENOTSUPP        | ENOTSUPP   | ok       |
    | cgroup storage   | map_lookup_batch map_fd = S           | ENOTSUPP        | ENOTSUPP   | ENOTSUPP |
  `,
};

export const mapBatchTables: readonly Table[] = [batches, types];
