/** PROG_QUERY: semantics §10. */
import { GRANTS, removedCgroup, unprivilegedCaller } from './callers.ts';
import type { Table } from './table.ts';

const everything: Table = {
  page: 'prog_query',
  title: 'Everything is wrong',
  source: '`bpf_prog_query`, `__cgroup_bpf_query`; semantics §10',
  state:
    '`/c` holds `multi a b`. The caller has no capability; `unprivileged_bpf_disabled` is 2. ' +
    'On ENOSPC the ids that fit and the total are written nevertheless.',
  given(world) {
    world.cgroups('/c').has('/c', 'multi a b').open('/c');
    removedCgroup(world);
    unprivilegedCaller(world);
  },
  call: `prog_query pid = caller; target_fd = closed; attach_type = 100; query_flags = effective+4;
    prog_attach_flags = true; prog_cnt = 1`,
  steps: GRANTS,
  rows: `
    | wrong first                               | mended by                        | v2-series..5.18 | 5.19   | 6.0    | 6.1..  |
    | the sysctl shuts bpf(2) to the caller     | give CAP_BPF                     | EPERM           | ·      | ·      | ·      |
    | the caller lacks CAP_NET_ADMIN            | give CAP_NET_ADMIN               | EPERM           | EPERM  | EPERM  | EPERM  |
    | prog_attach_flags is after the last field | no prog_attach_flags             | EINVAL          | EINVAL | –      | –      |
    | query flag 4 is unknown                   | query_flags - 4                  | EINVAL          | EINVAL | EINVAL | EINVAL |
    | attach type 100 is unknown                | attach_type = cgroup_inet_egress | EINVAL          | EINVAL | EINVAL | EINVAL |
    | target_fd is closed                       | target_fd = a                    | EBADF           | EBADF  | EBADF  | EBADF  |
    | target_fd is a program                    | target_fd = removed              | EBADF           | EBADF  | EBADF  | EBADF  |
    | the target was removed                    | target_fd = /c                   | ENOENT          | ENOENT | ENOENT | ENOENT |
    | an effective query takes no flags buffer  | no prog_attach_flags             | –               | –      | –      | EINVAL |
    | room for 1 id, and 2 are effective        | prog_cnt = 2                     | ENOSPC          | ENOSPC | ENOSPC | ENOSPC |
    | nothing                                   |                                  | ok              | ok     | ok     | ok     |
  `,
};

const otherHooks: Table = {
  page: 'prog_query',
  title: 'Hooks of other subsystems',
  source: '`bpf_prog_query`; semantics §21',
  state: '`/c` is an empty cgroup.',
  given(world) {
    world.cgroups('/c').open('/c');
    removedCgroup(world);
  },
  call: 'prog_query target_fd = 9999; attach_type = tcx_egress',
  rows: `
    | wrong first                                     | mended by                                     | v2-series..5.19 | 6.0..6.5 | 6.6..  |
    | there is no network interface 9999              | attach_type = trace_iter                      | EINVAL          | EINVAL   | ENODEV |
    | trace_iter is not queried                       | attach_type = lsm_cgroup; target_fd = removed | EINVAL          | EINVAL   | EINVAL |
    | the target was removed                          | target_fd = /c                                | –               | ENOENT   | ENOENT |
    | an attached query of lsm_cgroup wants the flags | prog_attach_flags = true                      | –               | EINVAL   | EINVAL |
    | nothing                                         |                                               | –               | ok       | ok     |
  `,
};

const builtWithout: Table = {
  page: 'prog_query',
  title: 'A kernel built without cgroup BPF',
  source: '`cgroup_bpf_prog_query` of include/linux/bpf-cgroup.h',
  state: 'The kernel has no `CONFIG_CGROUP_BPF`. The caller lacks CAP_NET_ADMIN.',
  config: { switches: { cgroup_bpf: false } },
  given(world) {
    world.cgroups('/c');
    unprivilegedCaller(world);
    GRANTS['give CAP_BPF']?.(world);
  },
  call: 'prog_query pid = caller; target_fd = closed; attach_type = cgroup_inet_egress',
  steps: GRANTS,
  rows: `
    | wrong first                     | mended by          | all    |
    | the caller lacks CAP_NET_ADMIN  | give CAP_NET_ADMIN | EPERM  |
    | the kernel, whatever the target |                    | EINVAL |
  `,
};

export const progQueryTables: readonly Table[] = [everything, otherHooks, builtWithout];
