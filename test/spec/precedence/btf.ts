/** Fields about BTF, and the numbers beside them, of PROG_LOAD and MAP_CREATE: semantics §7, §25.7. */
import type { World } from '../given.ts';
import type { Table } from './table.ts';

function types(world: World): void {
  world.prog('a');
  world.name('types', world.does({ name: 'btf_load' }));
  world.name('map', world.does({ name: 'map_create', map_type: 'array', ...SIZES }));
}

const SIZES = { key_size: 4, value_size: 4, max_entries: 4 } as const;
const STATE =
  '`types` is BTF that has the types 1 and 3; `a` is a cgroup_skb program, `map` an array. The caller is root.';

const described: Table = {
  page: 'map_create',
  title: 'Types of keys and values, map_extra and numa_node',
  source: '`map_create`, `map_check_btf`; semantics §25.7',
  state: STATE,
  given: types,
  call: 'map_create map_type = array; key_size = 4; value_size = 4; max_entries = 4; map_flags = 28; btf_fd = closed; btf_key_type_id = 1; btf_vmlinux_value_type_id = 7; map_extra = 1; numa_node = 1024',
  rows: `
    | wrong first                          | mended by                        | all    |
    | only struct_ops has a kernel's type  | no btf_vmlinux_value_type_id     | EINVAL |
    | a key's type without a value's       | btf_value_type_id = 1            | EINVAL |
    | an array takes no map_extra          | no map_extra                     | EINVAL |
    | RDONLY and WRONLY together           | map_flags = 4                    | EINVAL |
    | there is no such node                | numa_node = 4294967295           | EINVAL |
    | the fd of the types is closed        | btf_fd = map                     | EBADF  |
    | it is a map                          | btf_fd = types                   | EINVAL |
    | nothing                              | numa_node = 0                    | ok     |
    | nothing                              | map_type = percpu_hash           | ok     |
    | it lies on all nodes                 | numa_node = 4294967295           | EINVAL |
    | nothing: any node                    | map_type = perf_event_array      | ok     |
    | its keys have no types               |                                  | ENOTSUPP |
  `,
};

const local: Table = {
  page: 'map_create',
  title: 'Storage of sockets, inodes, tasks and cgroups, and struct_ops',
  source: '`bpf_local_storage_map_alloc_check`, `bpf_struct_ops_map_alloc_check`; semantics §25.7',
  state: STATE,
  given: types,
  call: 'map_create map_type = sk_storage; key_size = 8; value_size = 65536; max_entries = 4',
  rows: `
    | wrong first             | mended by                                   | all    |
    | its values have no type | btf_fd = types; btf_key_type_id = 1; btf_value_type_id = 1 | EINVAL |
    | NO_PREALLOC is needed   | map_flags = 1                               | EINVAL |
    | it has no max_entries   | no max_entries                              | EINVAL |
    | keys are fds            | key_size = 4                                | EINVAL |
    | the value is too large  | value_size = 4                              | E2BIG  |
    | nothing                 | map_type = struct_ops; no btf_fd; no btf_key_type_id; no btf_value_type_id | ok |
    | the structure is unknown | btf_vmlinux_value_type_id = 7              | EINVAL |
    | unknown flags            | no map_flags                               | EINVAL |
    | it has one entry         | max_entries = 1                            | EINVAL |
    | which structures there are is not modelled | btf_vmlinux_value_type_id = 1 | ENOTSUPP |
    | the kernel's first type is none          |                            | ENOTSUPP |
  `,
};

const storages: Table = {
  page: 'map_create',
  title: 'Since when storages are there',
  source: '`enum bpf_map_type`; semantics §25.7',
  state: STATE,
  given: types,
  rows: `
    | asked      | call | 5.7..5.9 | 5.10 | 5.11..6.1 | 6.2.. |
    | of sockets | map_create map_type = sk_storage; key_size = 4; value_size = 4; map_flags = 1; btf_fd = types; btf_key_type_id = 1; btf_value_type_id = 1 | ok | ok | ok | ok |
    | of inodes  | map_create map_type = inode_storage; key_size = 4; value_size = 4; map_flags = 1; btf_fd = types; btf_key_type_id = 1; btf_value_type_id = 1 | EINVAL | ok | ok | ok |
    | of tasks   | map_create map_type = task_storage; key_size = 4; value_size = 4; map_flags = 1; btf_fd = types; btf_key_type_id = 1; btf_value_type_id = 1 | EINVAL | EINVAL | ok | ok |
    | of cgroups | map_create map_type = cgrp_storage; key_size = 4; value_size = 4; map_flags = 1; btf_fd = types; btf_key_type_id = 1; btf_value_type_id = 1 | EINVAL | EINVAL | EINVAL | ok |
  `,
};

const loaded: Table = {
  page: 'prog_load',
  title: 'Types of functions and lines, and what a program is attached to',
  source: '`bpf_prog_load_check_attach`, `check_btf_info`; semantics §7',
  state: STATE,
  given: types,
  call: 'prog_load prog_type = cgroup_skb; expected_attach_type = cgroup_inet_egress; prog_name = a-b; prog_btf_fd = closed; func_info_cnt = 2; attach_btf_id = 1',
  rows: `
    | wrong first                              | mended by             | v2-series..5.10 | 5.11.. |
    | a cgroup's program has no function       | no attach_btf_id; attach_prog_fd = a | EINVAL | EINVAL |
    | nor another program                      | attach_prog_fd = closed; prog_type = tracing; expected_attach_type = trace_fentry | EINVAL | EINVAL |
    | the target of tracing is closed          | attach_prog_fd = map; prog_type = ext; expected_attach_type = 0 | EBADF | EINVAL |
    | that of ext is a map                     | attach_prog_fd = a    | EINVAL | EINVAL |
    | a program as target is not modelled      | prog_type = lsm; expected_attach_type = lsm_mac | ENOTSUPP | ENOTSUPP |
    | lsm is attached to no program            | prog_type = struct_ops; expected_attach_type = 0 | EINVAL | EINVAL |
    | nor is struct_ops                        | attach_prog_fd = types; prog_type = cgroup_skb; expected_attach_type = cgroup_inet_egress | EINVAL | EINVAL |
    | those types are not the kernel's, nor a program's target | no attach_prog_fd     | EINVAL | ENOTSUPP |
    | the name has a dash                      | no prog_name          | EINVAL | EINVAL |
    | the fd of the types is closed            | prog_btf_fd = map     | EBADF | EBADF |
    | it is a map                              | prog_btf_fd = types   | EINVAL | EINVAL |
    | two functions of one                     | func_info_cnt = 1     | EINVAL | EINVAL |
    | nothing                                  | prog_btf_fd = closed; no func_info_cnt | ok | ok |
    | nothing: nobody looks                    | line_info_cnt = 1     | ok | ok |
    | somebody looks                           | prog_type = tracing; prog_btf_fd = types; attach_btf_id = 1 | EBADF | EBADF |
    | the kernel's first type is not a function   | attach_btf_id = 2     | EINVAL | EINVAL |
    | which functions there are is not modelled |                      | ENOTSUPP | ENOTSUPP |
  `,
};

/** A loader that may load BTF and no more, and `full`, which has no free fd. */
function loaders(world: World): void {
  types(world);
  const user = world.name('user', world.does({ name: 'fork' }));
  world.does({ name: 'capset', caps: ['bpf'] }, user);
  const full = world.name('full', world.does({ name: 'fork' }));
  world.does({ name: 'setrlimit', nofile: 3 }, full);
}

const byId: Table = {
  page: 'get_fd_by_id',
  title: 'BTF',
  source: '`bpf_btf_get_fd_by_id`, `bpf_get_btf_vmlinux`; semantics §28',
  state:
    '`types` is BTF that was loaded; its id is 2 where the kernel has the id 1, else 1. `user` is root ' +
    'with CAP_BPF alone (up to 5.7 that is nothing), `full` has no free fd. ENOTSUPP stands for a 422.',
  given: loaders,
  rows: `
    | asked | call | v2-series..5.7 | 5.8..5.10 | 5.11.. |
    | flags come before privilege | btf_get_fd_by_id pid = user; btf_id = 9; open_flags = 8 | EPERM | EINVAL | EINVAL |
    | privilege before the id | btf_get_fd_by_id pid = user; btf_id = 9 | EPERM | EPERM | EPERM |
    | no BTF has the id | btf_get_fd_by_id pid = full; btf_id = 9 | ENOENT | ENOENT | ENOENT |
    | nor the id 0 | btf_get_fd_by_id btf_id = 0 | ENOENT | ENOENT | ENOENT |
    | no fd is free | btf_get_fd_by_id pid = full; btf_id = 1 | EMFILE | EMFILE | EMFILE |
    | the first BTF | btf_get_fd_by_id btf_id = 1 | ok | ok | ok |
    | the second | btf_get_fd_by_id btf_id = 2 | ENOENT | ENOENT | ok |
    | for a token of fd 0, a file | btf_get_fd_by_id btf_id = 1; open_flags = 65536 | EINVAL | EINVAL | EINVAL |
    | the id after the kernel's | btf_get_next_id start_id = 1 | ENOENT | ENOENT | ok |
    | the first id | btf_get_next_id start_id = 0 | ok | ok | ok |
    | the range before the privilege | btf_get_next_id pid = user; start_id = 2147483647 | EPERM | EINVAL | EINVAL |
    | privilege | btf_get_next_id pid = user; start_id = 9 | EPERM | EPERM | EPERM |
    | no more | btf_get_next_id start_id = 2 | ENOENT | ENOENT | ENOENT |
  `,
};

/** The kernel's BTF, in an fd. */
function kernels(world: World): void {
  types(world);
  world.name('vmlinux', world.does({ name: 'btf_get_fd_by_id', btf_id: 1 }));
}

const ofKernel: Table = {
  page: 'prog_load',
  title: 'What the types of the kernel describe',
  source: '`check_btf_info`, `map_create`, `bpf_prog_load`; semantics §28',
  state: '`types` is BTF of a user, `vmlinux` that of the kernel (5.11).',
  given: kernels,
  rows: `
    | asked                     | call                                                                            | 5.11.. |
    | a program's functions     | prog_load prog_type = socket_filter; prog_btf_fd = vmlinux; func_info_cnt = 1   | EACCES |
    | those of a user describe  | prog_load prog_type = socket_filter; prog_btf_fd = types; func_info_cnt = 1     | ok     |
    | a map's keys              | map_create map_type = array; key_size = 4; value_size = 4; max_entries = 1; btf_fd = vmlinux; btf_key_type_id = 1; btf_value_type_id = 1 | EACCES |
    | also of a type that takes none | map_create map_type = sockmap; key_size = 4; value_size = 4; max_entries = 1; btf_fd = vmlinux; btf_key_type_id = 1; btf_value_type_id = 1 | EACCES |
    | what a filter is attached to | prog_load prog_type = socket_filter; attach_prog_fd = vmlinux                | EINVAL |
    | those of a user are nothing to attach to | prog_load prog_type = socket_filter; attach_prog_fd = types      | ENOTSUPP |
  `,
};

const sized: Table = {
  page: 'btf_load',
  title: 'BTF_LOAD',
  source: '`bpf_btf_load`, `btf_parse`, `btf_parse_hdr`, `btf_new_fd`; semantics §28',
  state: '`user` is root with no capability, `full` has no free fd.',
  given(world) {
    world.name('user', world.does({ name: 'fork', caps: [] }));
    world.does({ name: 'setrlimit', nofile: 3 }, world.name('full', world.does({ name: 'fork' })));
  },
  call: 'btf_load pid = user; btf_size = 16777217',
  rows: `
    | wrong first                    | mended by           | all    |
    | privilege comes before all     | pid = full          | EPERM  |
    | types of more than 16 MiB      | btf_size = 24       | E2BIG  |
    | nothing behind the header      | btf_size = 16777216 | EINVAL |
    | no fd is free                  | no pid              | EMFILE |
    | nothing                        | name = obj_get_info_by_fd; bpf_fd = 3; no btf_size; info_len = 5000 | ok |
    | info_len 5000 is above 4096    | info_len = 0        | E2BIG  |
    | nothing                        |                     | ok     |
  `,
};

export const btfTables: readonly Table[] = [
  ...[sized, described, local, storages, loaded, byId, ofKernel],
];
