/** LINK_CREATE: semantics §11, §19.2, §20. */
import { corneredCaller, GRANTS } from './callers.ts';
import { FULL_BELOW_EXCLUSIVE, fullBelowExclusive, ROOM_AND_LEAVE } from './full-list.ts';
import type { Table } from './table.ts';

const everything: Table = {
  page: 'link_create',
  title: 'Everything is wrong',
  source:
    '`link_create`, `cgroup_bpf_link_attach`, `__cgroup_bpf_attach`; semantics §11, §19.2, §20',
  state:
    `${FULL_BELOW_EXCLUSIVE} The caller has no capability and no free fd (its limit is 3); ` +
    '`unprivileged_bpf_disabled` is 2.',
  given(world) {
    fullBelowExclusive(world);
    corneredCaller(world);
  },
  call: `link_create pid = caller; target_fd = closed; prog_fd = closed; attach_type = 100;
    flags = multi+override+0x100; expected_revision = 9`,
  steps: { ...GRANTS, ...ROOM_AND_LEAVE },
  rows: `
    | wrong first                           | mended by                                         | v2-series | 5.7    | 5.8    | 5.9    | 5.10..5.18 | 5.19..6.12.107, 6.13..6.16 | 6.12.110..6.12, 6.17.. |
    | the sysctl shuts bpf(2) to the caller | give CAP_BPF                                      | EPERM     | EPERM  | EPERM  | EPERM  | EPERM      | ·                          | ·                      |
    | the caller lacks CAP_NET_ADMIN        | give CAP_NET_ADMIN                                | –         | EPERM  | –      | –      | –          | –                          | –                      |
    | bytes after the last field            | no expected_revision                              | EINVAL    | EINVAL | EINVAL | –      | –          | –                          | –                      |
    | attach type 100 is unknown            | attach_type = cgroup_inet_ingress                 | EINVAL    | EINVAL | EINVAL | EINVAL | –          | –                          | –                      |
    | prog_fd is closed                     | prog_fd = /p/c                                    | EBADF     | EBADF  | EBADF  | EBADF  | EBADF      | EBADF                      | EBADF                  |
    | prog_fd is a cgroup directory         | prog_fd = bound                                   | EINVAL    | EINVAL | EINVAL | EINVAL | EINVAL     | EINVAL                     | EINVAL                 |
    | cgroup_skb, and no CAP_NET_ADMIN      | give CAP_NET_ADMIN                                | –         | –      | EPERM  | EPERM  | EPERM      | EPERM                      | EPERM                  |
    | attach type 100 is unknown            | attach_type = cgroup_inet_ingress; prog_fd = sock | –         | –      | –      | –      | EINVAL     | EINVAL                     | EINVAL                 |
    | the program is of another type        | prog_fd = bound                                   | –         | –      | –      | –      | EINVAL     | EINVAL                     | EINVAL                 |
    | the program is bound to egress        | prog_fd = a                                       | EINVAL    | EINVAL | EINVAL | EINVAL | EINVAL     | EINVAL                     | EINVAL                 |
    | flag 0x100 is unknown                 | flags - 0x100                                     | EINVAL    | EINVAL | EINVAL | EINVAL | EINVAL     | EINVAL                     | EINVAL                 |
    | multi and override are not for links  | flags = 0                                         | –         | EINVAL | EINVAL | EINVAL | EINVAL     | EINVAL                     | EINVAL                 |
    | target_fd is closed                   | target_fd = a                                     | EBADF     | EBADF  | EBADF  | EBADF  | EBADF      | EBADF                      | EBADF                  |
    | target_fd is a program                | target_fd = removed                               | EBADF     | EBADF  | EBADF  | EBADF  | EBADF      | EBADF                      | EBADF                  |
    | the target was removed                | target_fd = /p/c                                  | ENOENT    | ENOENT | ENOENT | ENOENT | ENOENT     | ENOENT                     | ENOENT                 |
    | the caller has no free fd             | raise the limit                                   | EMFILE    | EMFILE | EMFILE | EMFILE | EMFILE     | EMFILE                     | EMFILE                 |
    | override together with multi          | flags - override; flags + replace                 | EINVAL    | –      | –      | –      | –          | –                          | –                      |
    | a link names nothing to replace       | flags = multi                                     | EINVAL    | –      | –      | –      | –          | –                          | –                      |
    | the list is not at revision 9         | no expected_revision                              | –         | –      | –      | –      | –          | –                          | ESTALE                 |
    | z above is exclusive                  | detach z from /p                                  | EPERM     | EPERM  | EPERM  | EPERM  | EPERM      | EPERM                      | EPERM                  |
    | the list has 64 entries               | detach e64 from /p/c                              | E2BIG     | E2BIG  | E2BIG  | E2BIG  | E2BIG      | E2BIG                      | E2BIG                  |
    | nothing: a may be there besides       |                                                   | ok        | ok     | ok     | ok     | ok         | ok                         | ok                     |
  `,
};

const single: Table = {
  page: 'link_create',
  title: 'Beside a program that is attached alone',
  source: '`__cgroup_bpf_attach`; semantics §11 row 9, §19.3',
  state: '`/n` holds `none a`, `/o` holds `override a`.',
  given(world) {
    world.cgroups('/n', '/o').has('/n', 'none a').has('/o', 'override a').prog('b');
  },
  call: 'link_create target_path = /n; attach_type = cgroup_inet_egress; prog_fd = b; flags = 0',
  rows: `
    | wrong first                                  | mended by                   | v2-series | 5.7..  |
    | the list is none, the link multi             | target_path = /o            | –         | EPERM  |
    | the list is override, the link multi         | flags = override            | –         | EPERM  |
    | links take no mode                           | flags = 0; target_path = /n | –         | EINVAL |
    | nothing in v2: the link takes the place of a |                             | ok        | EPERM  |
    | only its owner can remove the link           | target_path = /o            | EPERM     | –      |
    | the list is override, the link none          | flags = override            | EPERM     | –      |
    | nothing: the link takes the place of a       |                             | ok        | –      |
    | only its owner can remove the link           |                             | EPERM     | –      |
  `,
};

const anchors: Table = {
  page: 'link_create',
  title: 'The place of a new link',
  source: '`get_prog_list`; semantics §8.3',
  state:
    '`/c` holds `multi a link(b) +link(c)`, `/e` holds `multi link(d)`. Kernels that are not here ' +
    'have no anchors: to them the flags are unknown.',
  given(world) {
    world.cgroups('/c', '/e').has('/c', 'multi a link(b) +link(c)').has('/e', 'multi link(d)');
  },
  call: `link_create target_path = /c; attach_type = cgroup_inet_egress; prog_fd = d;
    flags = before+after+id; relative_id = 9999`,
  rows: `
    | wrong first                       | mended by                  | 6.12.110..6.12, 6.17.. |
    | an anchor needs one side          | flags - after              | EINVAL                 |
    | a program as anchor of a link     | flags + link               | EINVAL                 |
    | no link has the id 9999           | flags - id; no relative_id | ENOENT                 |
    | a link as anchor cannot be fd 0   | relative_fd = closed       | EINVAL                 |
    | relative_fd is closed             | relative_fd = a            | EBADF                  |
    | relative_fd is a program          | relative_fd = link(d)      | EINVAL                 |
    | the anchor is attached elsewhere  | relative_fd = link(c)      | ENOENT                 |
    | link(c) is preorder, the call not | flags + preorder           | EINVAL                 |
    | nothing                           |                            | ok                     |
  `,
};

const otherHooks: Table = {
  page: 'link_create',
  title: 'Hooks of other subsystems',
  source: '`link_create`; semantics §21',
  state: '`classifier` is a sched_cls program.',
  given(world) {
    world.prog('classifier', { prog_type: 'sched_cls', expected_attach_type: 0 });
  },
  call: 'link_create target_fd = 9999; attach_type = tcx_ingress; prog_fd = classifier',
  rows: `
    | wrong first                                                  | mended by | v2-series..6.5 | 6.6..  |
    | there is no network interface 9999 (up to 6.1, no such hook) |           | EINVAL         | ENODEV |
  `,
};

const builtWithout: Table = {
  page: 'link_create',
  title: 'A kernel built without cgroup BPF',
  source: '`cgroup_bpf_link_attach` of include/linux/bpf-cgroup.h',
  state: 'The kernel has no `CONFIG_CGROUP_BPF`.',
  config: { switches: { cgroup_bpf: false } },
  given: (world) => void world.cgroups('/c').prog('a', { prog_type: 'sock_ops' }),
  call: 'link_create target_fd = closed; attach_type = cgroup_sock_ops; prog_fd = closed',
  rows: `
    | wrong first                     | mended by   | all    |
    | prog_fd is closed               | prog_fd = a | EBADF  |
    | the kernel, whatever the target |             | EINVAL |
  `,
};

const perfEvent: Table = {
  page: 'link_create',
  title: 'A link to an event of perf',
  source: '`bpf_perf_link_attach`; measured on 6.18.44',
  state: '`k` is a kprobe program, `a` a cgroup_skb one.',
  given(world) {
    world.cgroups('/c').prog('k', { prog_type: 'kprobe', expected_attach_type: 0 });
    world.prog('a');
  },
  call: 'link_create target_path = /c; attach_type = perf_event; prog_fd = a',
  rows: `
    | wrong first                           | mended by   | v2-series..5.14 | 5.15.. |
    | a cgroup_skb program is none for perf | prog_fd = k | EINVAL | EINVAL |
    | a cgroup is no event                  |             | EINVAL | EBADF  |
  `,
};

export const linkCreateTables: readonly Table[] = [
  everything,
  single,
  anchors,
  otherHooks,
  perfEvent,
  builtWithout,
];
