/** Signatures of programs, and maps for one program alone (6.18): semantics §7, §25.1. */
import type { Table } from './table.ts';

const NOT_TOLD =
  'ENOTSUPP stands for a call that is refused with 422: what is in it, the model does not know.';

const signature: Table = {
  page: 'prog_load',
  title: 'Where a signature is looked at',
  source: '`bpf_prog_load`, `bpf_prog_verify_signature`; semantics §7',
  state: `Each row starts from a kernel that just booted. ${NOT_TOLD}`,
  given: () => undefined,
  rows: `
    | asked                     | call                                                                                          | 6.18..   |
    | without instructions      | prog_load prog_type = cgroup_skb; signature = true; insn_cnt = 0                              | E2BIG    |
    | for a hook that is none   | prog_load prog_type = cgroup_sock_addr; expected_attach_type = 100; signature = true          | EINVAL   |
    | of a type that is none    | prog_load prog_type = 99; signature = true                                                    | ENOTSUPP |
    | with a name that is none  | prog_load prog_type = cgroup_skb; prog_name = "bad name"; signature = true; signature_size = 9 | ENOTSUPP |
    | its size and keys alone   | prog_load prog_type = cgroup_skb; signature_size = 9; keyring_id = -3                         | ok       |
  `,
};

const exclusiveMap: Table = {
  page: 'map_create',
  title: 'The size of a hash, for a map of one program alone',
  source: '`map_create`, `union bpf_attr`; semantics §25.1',
  state: 'Nothing is open but 0, 1 and 2.',
  given: () => undefined,
  call: `map_create map_type = array; key_size = 4; value_size = 4; max_entries = 0; excl_prog_hash_size = 32;
    map_name = "bad name"; btf_fd = closed; btf_key_type_id = 1; btf_value_type_id = 1`,
  rows: `
    | wrong first                        | mended by                                       | v2-series..6.17 | 6.18.. |
    | its bytes are behind the last field | no excl_prog_hash_size                         | EINVAL          | –      |
    | an array has elements              | max_entries = 1                                 | EINVAL          | EINVAL |
    | the name has a space               | no map_name                                     | EINVAL          | EINVAL |
    | the fd of BTF is closed            | no btf_key_type_id; no btf_value_type_id; excl_prog_hash_size = 32 | EBADF | EBADF |
    | a size, and no hash                | excl_prog_hash = true; no excl_prog_hash_size   | EINVAL          | EINVAL |
    | a hash of no size                  | no excl_prog_hash                               | EINVAL          | EINVAL |
    | nothing                            |                                                 | ok              | ok     |
  `,
};

const hash: Table = {
  page: 'map_create',
  title: 'A map for one program alone',
  source: '`map_create`; semantics §25.1, docs/coverage.md',
  state: `Each row starts from a kernel that just booted. ${NOT_TOLD}`,
  given: () => undefined,
  rows: `
    | asked        | call                                                                                                                          | v2-series..6.17 | 6.18..   |
    | a whole hash | map_create map_type = array; key_size = 4; value_size = 4; max_entries = 1; excl_prog_hash = true; excl_prog_hash_size = 32 | EINVAL          | ENOTSUPP |
  `,
};

export const signedTables: readonly Table[] = [signature, exclusiveMap, hash];
