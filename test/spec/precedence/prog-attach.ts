/** PROG_ATTACH: semantics §8. */
import { GRANTS, unprivilegedCaller } from './callers.ts';
import { FULL_BELOW_EXCLUSIVE, fullBelowExclusive, ROOM_AND_LEAVE } from './full-list.ts';
import type { Table } from './table.ts';

const everything: Table = {
  page: 'prog_attach',
  title: 'Everything is wrong',
  source: '`bpf_prog_attach`, `__cgroup_bpf_attach`; semantics §8.1',
  state:
    `${FULL_BELOW_EXCLUSIVE} \`b\` and \`x\` are attached nowhere. The caller has no capability; ` +
    '`unprivileged_bpf_disabled` is 2.',
  given(world) {
    fullBelowExclusive(world);
    for (const label of ['b', 'x']) world.prog(label);
    unprivilegedCaller(world);
  },
  call: `prog_attach pid = caller; target_fd = closed; attach_bpf_fd = closed; attach_type = 100;
    flags = override+multi+replace+before+0x100; replace_bpf_fd = closed; relative_fd = 99;
    expected_revision = 9`,
  steps: { ...GRANTS, ...ROOM_AND_LEAVE },
  rows: `
    | wrong first                                        | mended by                            | v2-series..5.7 | 5.8..5.18 | 5.19..6.5 | 6.6..6.12.107, 6.13..6.16 | 6.12.110..6.12, 6.17.. |
    | the sysctl shuts bpf(2) to the caller              | give CAP_BPF                         | EPERM          | EPERM     | ·         | ·                         | ·                      |
    | the caller lacks CAP_NET_ADMIN                     | give CAP_NET_ADMIN                   | EPERM          | –         | –         | –                         | –                      |
    | bytes after the last field, replace_bpf_fd         | no relative_fd; no expected_revision | EINVAL         | EINVAL    | EINVAL    | –                         | –                      |
    | attach type 100 is unknown                         | attach_type = cgroup_inet_ingress    | EINVAL         | EINVAL    | EINVAL    | EINVAL                    | EINVAL                 |
    | flag 0x100 is unknown                              | flags - 0x100                        | EINVAL         | EINVAL    | EINVAL    | EINVAL                    | EINVAL                 |
    | flag before is unknown                             | flags - before                       | EINVAL         | EINVAL    | EINVAL    | EINVAL                    | –                      |
    | relative_fd and expected_revision, not for cgroups | no relative_fd; no expected_revision | –              | –         | –         | EINVAL                    | –                      |
    | attach_bpf_fd is closed                            | attach_bpf_fd = /p/c                 | EBADF          | EBADF     | EBADF     | EBADF                     | EBADF                  |
    | attach_bpf_fd is a cgroup directory                | attach_bpf_fd = sock                 | EINVAL         | EINVAL    | EINVAL    | EINVAL                    | EINVAL                 |
    | the program is of another type                     | attach_bpf_fd = bound                | EINVAL         | EINVAL    | EINVAL    | EINVAL                    | EINVAL                 |
    | cgroup_skb, and no CAP_NET_ADMIN                   | give CAP_NET_ADMIN                   | –              | EINVAL    | EINVAL    | EINVAL                    | EINVAL                 |
    | the program is bound to egress                     | attach_bpf_fd = a                    | EINVAL         | EINVAL    | EINVAL    | EINVAL                    | EINVAL                 |
    | target_fd is closed                                | target_fd = a                        | EBADF          | EBADF     | EBADF     | EBADF                     | EBADF                  |
    | target_fd is a program                             | target_fd = removed                  | EBADF          | EBADF     | EBADF     | EBADF                     | EBADF                  |
    | the target was removed                             | target_fd = /p/c                     | ENOENT         | ENOENT    | ENOENT    | ENOENT                    | ENOENT                 |
    | replace_bpf_fd is closed                           | replace_bpf_fd = sock                | EBADF          | EBADF     | EBADF     | EBADF                     | EBADF                  |
    | the program to replace is of another type          | replace_bpf_fd = x                   | EINVAL         | EINVAL    | EINVAL    | EINVAL                    | EINVAL                 |
    | override together with multi                       | flags - multi                        | EINVAL         | EINVAL    | EINVAL    | EINVAL                    | EINVAL                 |
    | replace without multi                              | flags - override; flags + multi      | EINVAL         | EINVAL    | EINVAL    | EINVAL                    | EINVAL                 |
    | replace together with before                       | flags - before                       | –              | –         | –         | –                         | EINVAL                 |
    | the list is not at revision 9                      | no expected_revision                 | –              | –         | –         | –                         | ESTALE                 |
    | z above is exclusive                               | detach z from /p                     | EPERM          | EPERM     | EPERM     | EPERM                     | EPERM                  |
    | the list has 64 entries                            | detach e64 from /p/c                 | E2BIG          | E2BIG     | E2BIG     | E2BIG                     | E2BIG                  |
    | a is attached already                              | attach_bpf_fd = b                    | EINVAL         | EINVAL    | EINVAL    | EINVAL                    | EINVAL                 |
    | x, to be replaced, is not attached                 | replace_bpf_fd = a                   | ENOENT         | ENOENT    | ENOENT    | ENOENT                    | ENOENT                 |
    | nothing                                            |                                      | ok             | ok        | ok        | ok                        | ok                     |
  `,
};

const otherMode: Table = {
  page: 'prog_attach',
  title: 'A list of another mode',
  source: '`__cgroup_bpf_attach`; semantics §8.1 rows 10, 11',
  state: '`/p` holds `z` exclusively; below it `/p/c` holds `a` with override, from before.',
  given(world) {
    world.cgroups('/p', '/p/c').has('/p/c', 'override a').has('/p', 'none z').prog('b');
  },
  call: `prog_attach target_path = /q; attach_type = cgroup_inet_egress; attach_bpf_fd = b;
    flags = multi`,
  steps: {
    'detach z from /p': (world) =>
      world.does({ name: 'prog_detach', target_path: '/p', attach_type: 'cgroup_inet_egress' }),
  },
  rows: `
    | wrong first                          | mended by          | all    |
    | there is no cgroup /q to open        | target_path = /p/c | ENOENT |
    | z above is exclusive                 | detach z from /p   | EPERM  |
    | the list is override, the call multi | flags = override   | EPERM  |
    | nothing: b takes the place of a      |                    | ok     |
  `,
};

const itself: Table = {
  page: 'prog_attach',
  title: 'A program replaces itself',
  source: '`find_attach_entry`; semantics §8.1 row 13, D8',
  state: '`/c` holds `multi a b`.',
  given: (world) => void world.cgroups('/c').has('/c', 'multi a b'),
  call: `prog_attach target_path = /c; attach_type = cgroup_inet_egress; attach_bpf_fd = a;
    replace_bpf_fd = b; flags = multi+replace`,
  rows: `
    | wrong first                                 | mended by          | v2-series..5.7 | 5.8..  |
    | a is attached and is not the one to replace | replace_bpf_fd = a | EINVAL         | EINVAL |
    | a is attached and is the one to replace     |                    | EINVAL         | ok     |
  `,
};

const anchors: Table = {
  page: 'prog_attach',
  title: 'The place of a new program',
  source: '`get_prog_list`, `insert_pl_to_hlist`; semantics §8.3',
  state:
    '`/c` holds `multi a link(b) +c`; `d` is attached nowhere. Kernels that are not here have no ' +
    'anchors: to them the flags are unknown.',
  given(world) {
    world.cgroups('/c').has('/c', 'multi a link(b) +c').open('/c');
    world.prog('d');
  },
  call: `prog_attach target_fd = /c; attach_type = cgroup_inet_egress; attach_bpf_fd = d;
    flags = multi+before+after`,
  rows: `
    | wrong first                          | mended by                                        | 6.12.110..6.12, 6.17.. |
    | before and after, and no anchor      | flags + link+id; relative_id = 9999              | EINVAL                 |
    | an anchor needs one side             | flags - after                                    | EINVAL                 |
    | a link as anchor of a program        | flags - link                                     | EINVAL                 |
    | no program has the id 9999           | flags - id; no relative_id; relative_fd = closed | ENOENT                 |
    | relative_fd is closed                | relative_fd = /c                                 | EBADF                  |
    | relative_fd is a cgroup directory    | relative_fd = b                                  | EINVAL                 |
    | b is in the list only through a link | relative_fd = c                                  | ENOENT                 |
    | c is preorder, the call is not       | flags + preorder                                 | EINVAL                 |
    | nothing                              |                                                  | ok                     |
  `,
};

const otherHooks: Table = {
  page: 'prog_attach',
  title: 'Hooks of other subsystems',
  source: '`bpf_prog_attach`; semantics §21',
  state: '`classifier` is a sched_cls program, `message` an sk_msg program.',
  given(world) {
    world.prog('classifier', { prog_type: 'sched_cls', expected_attach_type: 0 });
    world.prog('message', { prog_type: 'sk_msg', expected_attach_type: 0 });
  },
  call: 'prog_attach target_fd = 9999; attach_type = tcx_ingress; attach_bpf_fd = message',
  rows: `
    | wrong first                           | mended by                                             | v2-series..6.5 | 6.6..  |
    | there is no tcx                       | attach_type = sk_msg_verdict                          | EINVAL         | –      |
    | the program is of another type        | attach_bpf_fd = classifier                            | –              | EINVAL |
    | there is no network interface 9999    | attach_type = sk_msg_verdict; attach_bpf_fd = message | –              | ENODEV |
    | 9999 is closed, and would be a sockmap |                                                       | EBADF          | EBADF  |
  `,
};

const sockmaps: Table = {
  page: 'prog_attach',
  title: 'Sockmaps',
  source: '`sock_map_get_from_fd`, `sock_map_prog_update`; measured on 6.18.44',
  state:
    '`message` is an sk_msg program; `array` and `sockmap` are maps. ENOTSUPP stands for a 422.',
  given(world) {
    world.prog('message', { prog_type: 'sk_msg', expected_attach_type: 0 });
    const sizes = { key_size: 4, value_size: 4, max_entries: 1 } as const;
    world.map('array', { ...sizes, map_type: 'array' });
    world.map('sockmap', { ...sizes, map_type: 'sockmap' });
  },
  rows: `
    | asked                         | call                                                                                              | all    |
    | flags before the target       | prog_attach target_fd = closed; attach_type = sk_msg_verdict; attach_bpf_fd = message; flags = multi | EINVAL |
    | a closed target               | prog_attach target_fd = closed; attach_type = sk_msg_verdict; attach_bpf_fd = message                | EBADF  |
    | a map of another type         | prog_attach target_fd = array; attach_type = sk_msg_verdict; attach_bpf_fd = message              | EOPNOTSUPP |
    | a program                     | prog_attach target_fd = message; attach_type = sk_msg_verdict; attach_bpf_fd = message            | EINVAL |
    | nothing: a kernel attaches it | prog_attach target_fd = sockmap; attach_type = sk_msg_verdict; attach_bpf_fd = message            | ENOTSUPP |
  `,
};

/** Without CONFIG_CGROUP_BPF the checks before the cgroup stand, and then every call is EINVAL. */
const builtWithout: Table = {
  page: 'prog_attach',
  title: 'A kernel built without cgroup BPF',
  source: '`cgroup_bpf_prog_attach` of include/linux/bpf-cgroup.h; semantics §19, patch 1',
  state: 'The kernel has no `CONFIG_CGROUP_BPF`; `/c` is empty.',
  config: { switches: { cgroup_bpf: false } },
  given: (world) => void world.cgroups('/c').prog('a', { prog_type: 'sock_ops' }),
  call: `prog_attach target_fd = closed; attach_type = cgroup_sock_ops; attach_bpf_fd = closed`,
  rows: `
    | wrong first                     | mended by         | all    |
    | attach_bpf_fd is closed         | attach_bpf_fd = a | EBADF  |
    | the kernel, whatever the target |                   | EINVAL |
  `,
};

export const progAttachTables: readonly Table[] = [
  everything,
  otherMode,
  itself,
  anchors,
  otherHooks,
  sockmaps,
  builtWithout,
];
