/** Elements of tries: semantics §25.12. */
import type { World } from '../given.ts';
import type { Table } from './table.ts';

const SIZES = { key_size: 6, value_size: 8, max_entries: 3, map_flags: 1 } as const;

function given(world: World): void {
  const map_fd = world.map('T', { map_type: 'lpm_trie', ...SIZES });
  world.map('F', { map_type: 'lpm_trie', ...SIZES, max_entries: 1 });
  for (const [prefixlen, data] of [
    [8, 'c000'],
    [9, 'c080'],
    [16, 'c0a8'],
  ] as const) {
    world.does({ name: 'map_update_elem', map_fd, key: { prefixlen, data }, value: prefixlen });
  }
  world.does({
    ...{ name: 'map_update_elem', map_fd: world.at('F'), value: 1 },
    key: { prefixlen: 8, data: '0a00' },
  });
}

const STATE =
  '`T` is a trie whose keys have 16 bits, and holds `c000/8`, `c080/9` and `c0a8/16`, as many as it takes. ' +
  '`F` takes one, and holds `0a00/8`. Each row starts from there.';
const EXACT = '5.10.231..5.10, 5.15.174..5.15, 6.1.120..6.1, 6.6.66..6.6, 6.12.5..';
const BEFORE = 'v2-series..5.10.209, 5.11..5.15.148, 5.16..6.1.75, 6.2..6.6.57, 6.7..6.12.0';
const LIMITED = '5.10.209..5.10, 5.15.148..5.15, 6.1.75..6.1, 6.6.14..6.6, 6.7.2..';
const UNLIMITED = 'v2-series..5.10.0, 5.11..5.15.0, 5.16..6.1.0, 6.2..6.6.0, 6.7.0';

const updates: Table = {
  page: 'map_elements',
  title: 'A trie is filled',
  source: '`trie_update_elem`, `trie_check_add_elem`; semantics §25.12',
  state: STATE,
  given,
  rows: `
    | asked                          | call                                                        | ${BEFORE} | ${EXACT} |
    | flags above EXIST              | map_update_elem map_fd = F; key = 0a00/17; value = 2; flags = 3 | EINVAL | EINVAL |
    | a prefix longer than keys are  | map_update_elem map_fd = F; key = 0a00/17; value = 2; flags = 1 | EINVAL | EINVAL |
    | what is there, in a full trie  | map_update_elem map_fd = F; key = 0aff/8; value = 2         | ENOSPC    | ok       |
    | with NOEXIST                   | map_update_elem map_fd = F; key = 0aff/8; value = 2; flags = 1 | ENOSPC | EEXIST   |
    | with EXIST                     | map_update_elem map_fd = F; key = 0aff/8; value = 2; flags = 2 | ENOSPC | ok       |
    | what is not there              | map_update_elem map_fd = F; key = 0a00/9; value = 2         | ENOSPC    | ENOSPC   |
    | with EXIST that comes first    | map_update_elem map_fd = F; key = 0a00/9; value = 2; flags = 2 | ENOSPC | ENOENT   |
    | no value has a lock            | map_update_elem map_fd = F; key = 0a00/9; value = 2; flags = 4 | EINVAL | EINVAL   |
  `,
};

const looks: Table = {
  page: 'map_elements',
  title: 'The longest prefix of a trie',
  source: '`trie_lookup_elem`, `trie_delete_elem`; semantics §25.12',
  state: STATE,
  given,
  rows: `
    | asked                             | call                                             | ${UNLIMITED} | ${LIMITED} |
    | what is there                     | map_lookup_elem map_fd = T; key = c0a8/16        | ok     | ok     |
    | what begins with a prefix         | map_lookup_elem map_fd = T; key = c001/16        | ok     | ok     |
    | nothing of it is there            | map_lookup_elem map_fd = T; key = 4001/16        | ENOENT | ENOENT |
    | a prefix of what is there         | map_lookup_elem map_fd = T; key = c000/7         | ENOENT | ENOENT |
    | longer than keys are              | map_lookup_elem map_fd = T; key = c0a8/17        | ok     | ENOENT |
    | a deletion, longer than keys are  | map_delete_elem map_fd = T; key = c0a8/17        | EINVAL | EINVAL |
    | of what only begins with a prefix | map_delete_elem map_fd = T; key = c001/16        | ENOENT | ENOENT |
    | of what is there                  | map_delete_elem map_fd = T; key = c0ff/9         | ok     | ok     |
    | it is not taken out               | map_lookup_and_delete_elem map_fd = T; key = c0a8/16 | ENOTSUPP | ENOTSUPP |
    | a number is not a key                | map_lookup_elem map_fd = T; key = 1              | ENOTSUPP | ENOTSUPP |
  `,
};

const walks: Table = {
  page: 'map_elements',
  title: 'The keys of a trie',
  source: '`trie_get_next_key`; semantics §25.12',
  state: `${STATE} The keys are told as \`c0a8/16\`, \`c080/9\`, \`c000/8\`.`,
  given,
  rows: `
    | asked                               | call                                     | ${BEFORE} | ${EXACT} |
    | the first                           | map_get_next_key map_fd = T              | ok        | ok       |
    | after the last                      | map_get_next_key map_fd = T; key = c0ff/8 | ENOENT   | ENOENT   |
    | after one that is not there         | map_get_next_key map_fd = T; key = c000/5 | ok       | ok       |
    | after another of the last's length  | map_get_next_key map_fd = T; key = 0b00/8 | ENOENT   | ok       |
    | after one that is too long          | map_get_next_key map_fd = T; key = c0a8/17 | ok      | ok       |
  `,
};

const batches: Table = {
  page: 'map_elements',
  title: 'Many elements of a trie',
  source: '`trie_map_ops`, `generic_map_lookup_batch`; semantics §25.12',
  state: `${STATE} ENOTSUPP in the last row stands for a 422.`,
  given,
  rows: `
    | asked                         | call                                              | v2-series..5.12 | 5.13.. |
    | all of them                   | map_lookup_batch map_fd = T; count = 3            | ENOTSUPP | ok       |
    | more than there are           | map_lookup_batch map_fd = T; count = 4            | ENOTSUPP | ENOENT   |
    | flags of the whole do nothing | map_lookup_batch map_fd = T; count = 1; flags = 1 | ENOTSUPP | ok       |
    | no value has a lock           | map_lookup_batch map_fd = T; count = 1; elem_flags = 4 | ENOTSUPP | EINVAL |
    | they are not taken out        | map_lookup_and_delete_batch map_fd = T; count = 4 | ENOTSUPP | ENOTSUPP |
    | after a key                   | map_lookup_batch map_fd = T; count = 1; in_batch = 1 | ENOTSUPP | ENOTSUPP |
  `,
};

export const trieTables: readonly Table[] = [updates, looks, walks, batches];
