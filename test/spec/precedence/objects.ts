/** Pins, ids and info: semantics §15, §16. */
import type { World } from '../given.ts';
import { corneredCaller, GRANTS } from './callers.ts';
import type { Table } from './table.ts';

const LONG = 'n'.repeat(256);

/** `/closed` may be searched by root alone; `a` is pinned as /a, link(a) as /l. */
function pins(world: World): void {
  world.cgroups('/c').has('/c', 'multi link(a)').open('/c');
  for (const path of ['/dir', '/closed']) world.does({ name: 'bpffs_mkdir', path });
  world.does({ name: 'chmod', path: '/closed', mode: 0o700 });
  world.does({ name: 'obj_pin', bpf_fd: world.at('a'), path: '/a' });
  world.does({ name: 'obj_pin', bpf_fd: world.at('link(a)'), path: '/l' });
  world.does({ name: 'obj_pin', bpf_fd: world.at('a'), path: '/closed/a' });
  world.name('user', world.does({ name: 'fork', uid: 1000, caps: ['bpf', 'sys_admin'] }));
}

const PINS_STATE =
  '`/dir` and `/closed` are directories of root on the bpffs, 0755 and 0700; the program `a` is ' +
  'pinned as `/a` and `/closed/a`, a link as `/l`, 0600 each. The caller has uid 1000, CAP_BPF and ' +
  'CAP_SYS_ADMIN, but not CAP_DAC_OVERRIDE.';

const pin: Table = {
  page: 'obj_pin',
  title: 'Everything is wrong',
  source: '`bpf_obj_pin_user`, `bpf_obj_do_pin`; semantics §15',
  state: PINS_STATE,
  given: pins,
  call: `obj_pin pid = user; bpf_fd = closed; path = /nowhere/x; file_flags = 1`,
  rows: `
    | wrong first                       | mended by           | all          |
    | file_flags 1 are unknown          | no file_flags       | EINVAL       |
    | bpf_fd is closed                  | bpf_fd = /c         | EINVAL       |
    | bpf_fd is a cgroup directory      | bpf_fd = a          | EINVAL       |
    | the directory is missing          | path = /a/x         | ENOENT       |
    | a pin is not a directory          | path = /closed/x    | ENOTDIR      |
    | the directory may not be searched | path = /dir/${LONG} | EACCES       |
    | a name of 256 bytes               | path = /            | ENAMETOOLONG |
    | the top exists                    | path = /a           | EEXIST       |
    | the name exists                   | path = /dir/x.y     | EEXIST       |
    | the name holds a dot              | path = /dir/x       | EPERM        |
    | the directory may not be written  | no pid              | EACCES       |
    | nothing                           |                     | ok           |
  `,
};

const relative: Table = {
  page: 'obj_pin',
  title: 'A path relative to path_fd',
  source: '`bpf_obj_pin`, `bpf_obj_pin_user`; semantics §15, D19',
  state: PINS_STATE,
  given: pins,
  call: 'obj_pin bpf_fd = closed; path = /dir/x; path_fd = closed',
  rows: `
    | wrong first                     | mended by           | v2-series..6.1 | 6.12.94..7.3 |
    | path_fd without its flag        | file_flags = 16384  | EINVAL         | EINVAL       |
    | bpf_fd is closed, or the flag is unknown | bpf_fd = a | EINVAL         | EINVAL       |
    | path_fd is closed               | path_fd = a         | –              | EBADF        |
    | path_fd is a program            | path_fd = /c        | –              | ENOTDIR      |
    | nothing, where the flag is known |                    | EINVAL         | ok           |
  `,
};

const openFlags: Table = {
  page: 'get_fd_by_id',
  title: 'open_flags',
  source: '`bpf_map_get_fd_by_id`, `bpf_get_file_flag`; semantics §16',
  state: '`user` has uid 1000 and CAP_BPF. There is one program, and no map.',
  given(world) {
    world.prog('a');
    world.name('user', world.does({ name: 'fork', uid: 1000, caps: ['bpf'] }));
  },
  call: 'prog_get_fd_by_id pid = user; prog_id = 1; open_flags = 8',
  rows: `
    | wrong first                | mended by   | v2-series..5.7 | 5.8..7.3 |
    | programs have no open_flags | name = map_get_fd_by_id; no prog_id; map_id = 7; open_flags = 1 | · | EINVAL |
    | an unknown flag            | open_flags = 24 | ·          | EINVAL   |
    | no CAP_SYS_ADMIN           | no pid      | EPERM          | EPERM    |
    | RDONLY and WRONLY together | open_flags = 16 | EINVAL     | EINVAL   |
    | there is no map 7          |             | ENOENT         | ENOENT   |
  `,
};

const get: Table = {
  page: 'obj_get',
  title: 'Everything is wrong',
  source: '`bpf_obj_get`, `bpf_obj_do_get`; semantics §15, D15',
  state: `${PINS_STATE} It has no free fd.`,
  given(world) {
    pins(world);
    world.does({ name: 'setrlimit', nofile: 3 }, world.at('user'));
    world.does({ name: 'setrlimit', nofile: 3 });
  },
  call: `obj_get pid = user; path = /nowhere; bpf_fd = a; file_flags = 25`,
  steps: { 'raise the limit': (world) => world.does({ name: 'setrlimit', nofile: 1024 }) },
  rows: `
    | wrong first                       | mended by           | v2-series..5.10.231, 5.11 | 5.10.262, 5.12.. |
    | file_flags 1 are unknown          | file_flags = 24     | EINVAL                  | EINVAL           |
    | bpf_fd is not 0                   | no bpf_fd           | EINVAL                  | EINVAL           |
    | rdonly together with wronly       | file_flags = 8      | EINVAL                  | EINVAL           |
    | there is no such name             | path = /closed/a    | ENOENT                  | ENOENT           |
    | the directory may not be searched | path = /l           | EACCES                  | EACCES           |
    | the pin may not be opened         | no pid; path = /dir | EACCES                  | EACCES           |
    | a directory is not a pin          | path = /l           | EACCES                  | EACCES           |
    | a link has no rdonly              | no file_flags       | –                       | EINVAL           |
    | the caller has no free fd         | raise the limit     | EMFILE                  | EMFILE           |
    | nothing                           |                     | ok                      | ok               |
  `,
};

const info: Table = {
  page: 'obj_get_info_by_fd',
  title: 'Everything is wrong',
  source: '`bpf_obj_get_info_by_fd`; semantics §16, D7',
  state: '`/c` holds `multi link(a)`.',
  given: (world) => void world.cgroups('/c').has('/c', 'multi link(a)').open('/c'),
  call: 'obj_get_info_by_fd bpf_fd = closed; info_len = 5000',
  rows: `
    | wrong first                  | mended by        | v2-series..5.7 | 5.8..  |
    | the fd is closed             | bpf_fd = /c      | EBADFD         | EBADFD |
    | the fd is a cgroup directory | bpf_fd = link(a) | EINVAL         | EINVAL |
    | links give no info           | bpf_fd = a       | EINVAL         | –      |
    | info_len 5000 is above 4096  | info_len = 0     | E2BIG          | E2BIG  |
    | nothing                      |                  | ok             | ok     |
  `,
};

function someIds(world: World): void {
  world.cgroups('/c').has('/c', 'multi link(a)').map('M');
  corneredCaller(world);
}

const SHUT = 'The caller has no capability and no free fd; `unprivileged_bpf_disabled` is 2.';

const progById: Table = {
  page: 'get_fd_by_id',
  title: 'A program or a map',
  source: '`bpf_prog_get_fd_by_id`, `bpf_map_get_fd_by_id`; semantics §16',
  state: `The program \`a\` is loaded. ${SHUT}`,
  given: someIds,
  call: 'prog_get_fd_by_id pid = caller; prog_id = 9999',
  steps: GRANTS,
  rows: `
    | wrong first                           | mended by          | v2-series..5.7 | 5.8..5.18 | 5.19.. |
    | the sysctl shuts bpf(2) to the caller | give CAP_BPF       | EPERM          | EPERM     | ·      |
    | the caller lacks CAP_SYS_ADMIN        | give CAP_SYS_ADMIN | –              | EPERM     | EPERM  |
    | no program has the id 9999            | prog_id = a        | ENOENT         | ENOENT    | ENOENT |
    | the caller has no free fd             | raise the limit    | EMFILE         | EMFILE    | EMFILE |
    | nothing                               |                    | ok             | ok        | ok     |
  `,
};

const linkById: Table = {
  page: 'get_fd_by_id',
  title: 'A link',
  source: '`bpf_link_get_fd_by_id`; semantics §16, D7',
  state: `\`/c\` holds \`multi link(a)\`. ${SHUT}`,
  given: someIds,
  call: 'link_get_fd_by_id pid = caller; link_id = 9999',
  steps: GRANTS,
  rows: `
    | wrong first                           | mended by          | v2-series..5.7 | 5.8..5.18 | 5.19.. |
    | the sysctl shuts bpf(2) to the caller | give CAP_BPF       | EPERM          | EPERM     | ·      |
    | there is no such command              |                    | EINVAL         | –         | –      |
    | the caller lacks CAP_SYS_ADMIN        | give CAP_SYS_ADMIN | –              | EPERM     | EPERM  |
    | no link has the id 9999               | link_id = link(a)  | –              | ENOENT    | ENOENT |
    | the caller has no free fd             | raise the limit    | –              | EMFILE    | EMFILE |
    | nothing                               |                    | –              | ok        | ok     |
  `,
};

const nextId: Table = {
  page: 'get_next_id',
  title: 'Programs, maps and links',
  source: '`bpf_obj_get_next_id`; semantics §16',
  state: `One program, one map and one link exist, each with the id 1. ${SHUT}`,
  given: someIds,
  call: 'prog_get_next_id pid = caller; start_id = 2147483647',
  steps: GRANTS,
  rows: `
    | wrong first                           | mended by                             | v2-series..5.7 | 5.8..5.18 | 5.19.. |
    | the sysctl shuts bpf(2) to the caller | give CAP_BPF                          | EPERM          | EPERM     | ·      |
    | start_id is not below 2^31 - 1        | start_id = 1                          | EINVAL         | EINVAL    | EINVAL |
    | the caller lacks CAP_SYS_ADMIN        | give CAP_SYS_ADMIN                    | –              | EPERM     | EPERM  |
    | no program has an id above 1          | name = map_get_next_id                | ENOENT         | ENOENT    | ENOENT |
    | no map has an id above 1              | name = link_get_next_id; start_id = 0 | ENOENT         | ENOENT    | ENOENT |
    | there is no such command for links    | name = prog_get_next_id               | EINVAL         | –         | –      |
    | nothing                               |                                       | ok             | ok        | ok     |
  `,
};

export const objPinTables: readonly Table[] = [pin, relative];
export const objGetTables: readonly Table[] = [get];
export const idTables: readonly Table[] = [info, progById, linkById, openFlags, nextId];
