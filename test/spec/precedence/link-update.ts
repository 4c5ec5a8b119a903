/** LINK_UPDATE and LINK_DETACH: semantics §12, §13, §19.4. */
import { GRANTS, unprivilegedCaller } from './callers.ts';
import type { Table } from './table.ts';

const update: Table = {
  page: 'link_update',
  title: 'Everything is wrong',
  source: '`link_update`, `cgroup_bpf_replace`; semantics §12, §19.4',
  state:
    '`/c` holds `multi link(a)`; `link(d)` lost its cgroup. `a` uses the storage map `M`, `n` the ' +
    'storage map `N`; `sock` is a cgroup_sock program. The caller has no capability; ' +
    '`unprivileged_bpf_disabled` is 2.',
  given(world) {
    world.cgroups('/c', '/gone').open('/c');
    world.map('M');
    world.map('N');
    world.prog('a', { map_fds: [world.at('M')] });
    world.prog('n', { map_fds: [world.at('N')] });
    world.prog('sock', { prog_type: 'cgroup_sock', expected_attach_type: 0 });
    world.prog('b');
    world.has('/c', 'multi link(a)').has('/gone', 'multi link(d)');
    world.does({ name: 'rmdir', path: '/gone' });
    unprivilegedCaller(world);
  },
  call: `link_update pid = caller; link_fd = closed; new_prog_fd = closed; old_prog_fd = closed;
    flags = replace+override`,
  steps: GRANTS,
  rows: `
    | wrong first                             | mended by                          | v2-series | 5.7    | 5.8..5.18 | 5.19..6.1.120, 6.2..6.12.110, 6.13..7.2 | 6.1.192, 6.12.111, 7.3.. |
    | the sysctl shuts bpf(2) to the caller   | give CAP_BPF                       | EPERM     | EPERM  | EPERM     | ·                                     | ·                        |
    | flag override is unknown                | flags = replace                    | EINVAL    | EINVAL | EINVAL    | EINVAL                                | EINVAL                   |
    | link_fd is closed                       | link_fd = a                        | EBADF     | EBADF  | EBADF     | EBADF                                 | EBADF                    |
    | link_fd is a program                    | link_fd = link(d)                  | EINVAL    | EINVAL | EINVAL    | EINVAL                                | EINVAL                   |
    | new_prog_fd is closed                   | new_prog_fd = /c                   | EBADF     | EBADF  | EBADF     | EBADF                                 | EBADF                    |
    | new_prog_fd is a cgroup directory       | new_prog_fd = sock                 | EINVAL    | EINVAL | EINVAL    | EINVAL                                | EINVAL                   |
    | old_prog_fd is closed                   | old_prog_fd = /c                   | EBADF     | EBADF  | EBADF     | EBADF                                 | EBADF                    |
    | old_prog_fd is a cgroup directory       | old_prog_fd = b; flags = 0         | EINVAL    | EINVAL | EINVAL    | EINVAL                                | EINVAL                   |
    | old_prog_fd is given without replace    | flags = replace                    | –         | EINVAL | EINVAL    | EINVAL                                | EINVAL                   |
    | the link has lost its cgroup            | link_fd = link(a); flags = replace | EINVAL    | EINVAL | ENOLINK   | ENOLINK                               | ENOLINK                  |
    | the link runs a, not b                  | old_prog_fd = a                    | EPERM     | EPERM  | EPERM     | EPERM                                 | EPERM                    |
    | the new program is of another type      | new_prog_fd = n                    | EINVAL    | EINVAL | EINVAL    | EINVAL                                | EINVAL                   |
    | the new program has another storage map | new_prog_fd = a                    | –         | –      | –         | –                                     | EINVAL                   |
    | nothing                                 |                                    | ok        | ok     | ok        | ok                                    | ok                       |
  `,
};

const otherHook: Table = {
  page: 'link_update',
  title: 'A program of another attach type',
  source: '`cgroup_bpf_replace`; semantics §12, §2.3',
  state:
    '`/c` holds a link of `a` for cgroup_inet4_bind; `b` was loaded for cgroup_inet6_bind. A build with ' +
    'the switch `link_update_checks_attach_type` refuses it with EINVAL; none of these releases does.',
  given(world) {
    world.cgroups('/c');
    const prog_type = 'cgroup_sock_addr';
    world.prog('a', { prog_type, expected_attach_type: 'cgroup_inet4_bind' });
    world.prog('b', { prog_type, expected_attach_type: 'cgroup_inet6_bind' });
    const place = { target_path: '/c', attach_type: 'cgroup_inet4_bind' } as const;
    world.name('l', world.does({ name: 'link_create', ...place, prog_fd: world.at('a') }));
  },
  call: 'link_update link_fd = l; new_prog_fd = b',
  rows: `
    | wrong first | mended by | all |
    | nothing     |           | ok  |
  `,
};

const detach: Table = {
  page: 'link_detach',
  title: 'Everything is wrong',
  source: '`link_detach`, `bpf_cgroup_link_detach`; semantics §13',
  state: '`/c` holds `multi link(a)`. The caller has no capability.',
  given(world) {
    world.cgroups('/c').has('/c', 'multi link(a)');
    unprivilegedCaller(world);
  },
  call: 'link_detach pid = caller; link_fd = closed',
  steps: GRANTS,
  rows: `
    | wrong first                           | mended by         | v2-series..5.8 | 5.9..5.18 | 5.19.. |
    | the sysctl shuts bpf(2) to the caller | give CAP_BPF      | EPERM          | EPERM     | ·      |
    | there is no such command              | link_fd = link(a) | EINVAL         | –         | –      |
    | link_fd is closed                     | link_fd = a       | –              | EBADF     | EBADF  |
    | link_fd is a program                  | link_fd = link(a) | –              | EINVAL    | EINVAL |
    | nothing                               |                   | EINVAL         | ok        | ok     |
    | nothing: it is defunct already        |                   | –              | ok        | ok     |
  `,
};

export const linkUpdateTables: readonly Table[] = [update, otherHook];
export const linkDetachTables: readonly Table[] = [detach];
