/** PROG_DETACH: semantics §9. */
import { GRANTS, removedCgroup, unprivilegedCaller } from './callers.ts';
import type { Table } from './table.ts';

const multi: Table = {
  page: 'prog_detach',
  title: 'From a list in multi mode',
  source: '`bpf_prog_detach`, `__cgroup_bpf_detach`; semantics §9',
  state:
    '`/c` holds `multi a link(b)`. The caller has no capability; `unprivileged_bpf_disabled` is 2.',
  given(world) {
    world.cgroups('/c').has('/c', 'multi a link(b)').open('/c');
    removedCgroup(world);
    unprivilegedCaller(world);
  },
  call: `prog_detach pid = caller; target_fd = closed; attach_bpf_fd = closed; attach_type = 100;
    flags = multi; relative_fd = 99; expected_revision = 9`,
  steps: GRANTS,
  rows: `
    | wrong first                               | mended by                                       | v2-series..5.7 | 5.8..5.18 | 5.19..6.5 | 6.6..6.12.107, 6.13..6.16 | 6.12.110..6.12, 6.17.. |
    | the sysctl shuts bpf(2) to the caller     | give CAP_BPF                                    | EPERM          | EPERM     | ·         | ·                         | ·                      |
    | the caller lacks CAP_NET_ADMIN            | give CAP_NET_ADMIN                              | EPERM          | –         | –         | –                         | –                      |
    | bytes after attach_type, the last field   | flags = 0; no relative_fd; no expected_revision | EINVAL         | EINVAL    | EINVAL    | –                         | –                      |
    | attach type 100 is unknown                | attach_type = cgroup_inet_egress                | EINVAL         | EINVAL    | EINVAL    | EINVAL                    | EINVAL                 |
    | flags, relative_fd and revision are not 0 | flags = 0; no relative_fd; no expected_revision | –              | –         | –         | EINVAL                    | –                      |
    | attach_flags and relative_fd are not 0    | flags = 0; no relative_fd                       | –              | –         | –         | –                         | EINVAL                 |
    | target_fd is closed                       | target_fd = a                                   | EBADF          | EBADF     | EBADF     | EBADF                     | EBADF                  |
    | target_fd is a program                    | target_fd = removed                             | EBADF          | EBADF     | EBADF     | EBADF                     | EBADF                  |
    | the target was removed                    | target_fd = /c                                  | ENOENT         | ENOENT    | ENOENT    | ENOENT                    | ENOENT                 |
    | the list is not at revision 9             | no expected_revision                            | –              | –         | –         | –                         | ESTALE                 |
    | no program is named                       | attach_bpf_fd = b                               | EINVAL         | EINVAL    | EINVAL    | EINVAL                    | EINVAL                 |
    | b is attached only through a link         | attach_bpf_fd = a                               | ENOENT         | ENOENT    | ENOENT    | ENOENT                    | ENOENT                 |
    | nothing                                   |                                                 | ok             | ok        | ok        | ok                        | ok                     |
  `,
};

const single: Table = {
  page: 'prog_detach',
  title: 'From a list that is not multi',
  source: '`find_detach_entry`; semantics §9 row 6, §23 rule 1',
  state: '`/c` holds `none a`, `/e` nothing.',
  given(world) {
    world.cgroups('/c', '/e').has('/c', 'none a');
  },
  call: 'prog_detach target_path = /e; attach_bpf_fd = closed; attach_type = cgroup_inet_egress',
  rows: `
    | wrong first                                | mended by        | all    |
    | nothing is attached                        | target_path = /c | ENOENT |
    | nothing: the entry goes, whatever is named |                  | ok     |
  `,
};

const linkInside: Table = {
  page: 'prog_detach',
  title: 'From a list whose single entry is a link',
  source: 'semantics §19.4 (v2-series alone has such lists; the errno is derived)',
  state: '`/c` holds `none link(a)`.',
  given: (world) => void world.cgroups('/c').has('/c', 'none link(a)'),
  call: 'prog_detach target_path = /c; attach_bpf_fd = closed; attach_type = cgroup_inet_egress',
  rows: `
    | wrong first                        | mended by         | v2-series |
    | only its owner can remove the link | attach_bpf_fd = a | EPERM     |
    | also when its program is named     |                   | EPERM     |
  `,
};

const otherHooks: Table = {
  page: 'prog_detach',
  title: 'Hooks of other subsystems',
  source: '`bpf_prog_detach`; semantics §21',
  state: '`classifier` is a sched_cls program, `/c` an empty cgroup.',
  given(world) {
    world.cgroups('/c').open('/c');
    world.prog('a');
    world.prog('classifier', { prog_type: 'sched_cls', expected_attach_type: 0 });
  },
  call: `prog_detach target_fd = 9999; attach_type = tcx_ingress; attach_bpf_fd = closed;
    flags = multi`,
  rows: `
    | wrong first                             | mended by                                | v2-series..5.19 | 6.0..6.5 | 6.6..  |
    | bytes after attach_type, the last field | flags = 0                                | EINVAL          | EINVAL   | –      |
    | flag multi is not for tcx               | flags = 0                                | –               | –        | EINVAL |
    | attach_bpf_fd is closed                 | attach_bpf_fd = a                        | –               | –        | EBADF  |
    | the program is of another type          | attach_bpf_fd = classifier               | –               | –        | EINVAL |
    | there is no tcx, or no interface 9999   | attach_type = lsm_cgroup; target_fd = /c | EINVAL          | EINVAL   | ENODEV |
    | nothing is attached to lsm_cgroup       | attach_type = cgroup_inet_egress         | EINVAL          | ENOENT   | ENOENT |
    | nothing is attached                     |                                          | ENOENT          | ENOENT   | ENOENT |
  `,
};

const builtWithout: Table = {
  page: 'prog_detach',
  title: 'A kernel built without cgroup BPF',
  source: '`cgroup_bpf_prog_detach` of include/linux/bpf-cgroup.h',
  state: 'The kernel has no `CONFIG_CGROUP_BPF`.',
  config: { switches: { cgroup_bpf: false } },
  given: (world) => void world.cgroups('/c'),
  call: 'prog_detach target_fd = closed; attach_bpf_fd = closed; attach_type = 100',
  rows: `
    | wrong first                     | mended by                        | all    |
    | attach type 100 is unknown      | attach_type = cgroup_inet_egress | EINVAL |
    | the kernel, whatever the target |                                  | EINVAL |
  `,
};

export const progDetachTables: readonly Table[] = [
  multi,
  single,
  linkInside,
  otherHooks,
  builtWithout,
];
