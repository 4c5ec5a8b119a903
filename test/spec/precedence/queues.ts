/** Elements of queues and stacks: semantics §25.11. */
import type { World } from '../given.ts';
import type { Table } from './table.ts';

function given(world: World): void {
  const form = { key_size: 0, value_size: 8, max_entries: 2 } as const;
  const map_fd = world.map('Q', { map_type: 'queue', ...form });
  world.map('S', { map_type: 'stack', ...form });
  world.does({ name: 'obj_pin', bpf_fd: map_fd, path: '/q' });
  world.name('r', world.does({ name: 'obj_get', path: '/q', file_flags: 8 }));
  world.name('w', world.does({ name: 'obj_get', path: '/q', file_flags: 16 }));
}

const STATE =
  '`Q` is an empty queue of 2, `S` a stack. `r` and `w` are fds of `Q` from ' +
  'OBJ_GET with RDONLY and WRONLY.';

const pushed: Table = {
  page: 'map_elements',
  title: 'A queue is filled, and looked at',
  source: '`queue_stack_map_push_elem`, `__queue_map_get`; semantics §25.11',
  state: STATE,
  given,
  call: 'map_update_elem map_fd = r; key = 0; value = 1; flags = 5',
  rows: `
    | wrong first                     | mended by                                          | all    |
    | the fd only reads               | map_fd = Q                                         | EPERM  |
    | no value has a lock             | flags = 1                                          | EINVAL |
    | a queue has no keys             | no key                                             | EINVAL |
    | nothing is replaced by noexist  | no flags                                           | EINVAL |
    | nothing                         | value = 2                                          | ok     |
    | nothing                         | value = 3                                          | ok     |
    | there are two                   | flags = 2                                          | E2BIG  |
    | nothing: the oldest goes        | name = map_lookup_elem; no value; no flags; key = 0 | ok    |
    | a queue has no keys             | no key; map_fd = w                                 | EINVAL |
    | the fd only writes              | map_fd = S                                         | EPERM  |
    | the stack is empty              | name = map_get_next_key; map_fd = Q                | ENOENT |
    | a queue has no keys             | name = map_delete_elem; key = 0                    | EINVAL |
    | elements go by being taken      | name = map_lookup_elem; no key                     | EINVAL |
    | nothing                         |                                                    | ok     |
  `,
};

const popped: Table = {
  page: 'map_elements',
  title: 'A queue is emptied',
  source: '`map_lookup_and_delete_elem`, `__queue_map_get`; semantics §25.11',
  state: STATE,
  given(world) {
    given(world);
    world.does({ name: 'map_update_elem', map_fd: world.at('Q'), value: 7 });
  },
  call: 'map_lookup_and_delete_elem map_fd = r; key = 0; flags = 5',
  rows: `
    | wrong first                    | mended by            | all      |
    | flags above F_LOCK are unknown | flags = 4            | EINVAL   |
    | the fd only reads              | map_fd = w           | EPERM    |
    | the fd only writes             | map_fd = Q           | EPERM    |
    | a queue takes no flags         | no flags             | EINVAL   |
    | a queue has no keys            | no key               | EINVAL   |
    | nothing                        |                      | ok       |
    | it is empty now                |                      | ENOENT   |
  `,
};

export const queueTables: readonly Table[] = [pushed, popped];
