/** LINK_CREATE: semantics §11, §19.2, §20. */

import type { World } from '../given.ts';
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

/** Programs and maps of other subsystems, and a cgroup. */
function others(world: World): void {
  world.cgroups('/c').prog('a');
  for (const prog_type of [
    'sched_cls',
    'xdp',
    'sk_skb',
    'sk_msg',
    'flow_dissector',
    'kprobe',
  ] as const) {
    world.name(prog_type, world.does({ name: 'prog_load', prog_type }));
  }
  const sizes = { key_size: 4, value_size: 4, max_entries: 1 } as const;
  world.map('array', { ...sizes, map_type: 'array' });
  world.map('sockmap', { ...sizes, map_type: 'sockmap' });
}

const OTHERS =
  'Programs are called after their types, `a` is of cgroup_skb. ENOTSUPP stands for a 422: a kernel ' +
  'makes the link.';

const otherHooks: Table = {
  page: 'link_create',
  title: 'Hooks of other subsystems',
  source: '`bpf_prog_attach_check_attach_type`, `link_create`; semantics §21, §26',
  state: OTHERS,
  given: others,
  rows: `
    | asked | call | v2-series..5.7 | 5.8..6.5 | 6.6..6.9 | 6.10.. |
    | no network interface | link_create prog_fd = sched_cls; attach_type = tcx_ingress; target_fd = 9999 | EINVAL | EINVAL | ENODEV | ENODEV |
    | a program of another type | link_create prog_fd = xdp; attach_type = tcx_ingress; target_fd = 9999 | EINVAL | EINVAL | EINVAL | EINVAL |
    | the same for a sockmap | link_create prog_fd = sk_skb; attach_type = sk_msg_verdict; target_fd = 9999 | EINVAL | EINVAL | EINVAL | EINVAL |
    | a closed program | link_create prog_fd = closed; attach_type = sk_msg_verdict; target_fd = 9999 | EBADF | EBADF | EBADF | EBADF |
    | a closed target for a sockmap | link_create prog_fd = sk_msg; attach_type = sk_msg_verdict; target_fd = 9999 | EINVAL | EINVAL | EINVAL | EBADF |
    | a map of another type | link_create prog_fd = sk_msg; attach_type = sk_msg_verdict; target_fd = array | EINVAL | EINVAL | EINVAL | EINVAL |
    | a sockmap | link_create prog_fd = sk_msg; attach_type = sk_msg_verdict; target_fd = sockmap | EINVAL | EINVAL | EINVAL | ENOTSUPP |
    | flags before the target | link_create prog_fd = sk_skb; attach_type = sk_skb_stream_verdict; target_fd = 9999; flags = 0x1000 | EINVAL | EINVAL | EINVAL | EINVAL |
    | a closed target for a namespace | link_create prog_fd = flow_dissector; attach_type = flow_dissector; target_fd = 9999 | EINVAL | EBADF | EBADF | EBADF |
    | a map for a namespace | link_create prog_fd = flow_dissector; attach_type = flow_dissector; target_fd = sockmap | EINVAL | EINVAL | EINVAL | EINVAL |
    | flags before the target | link_create prog_fd = flow_dissector; attach_type = flow_dissector; target_fd = 9999; flags = 0x1000 | EINVAL | EINVAL | EINVAL | EINVAL |
    | no device | link_create prog_fd = xdp; attach_type = xdp; target_fd = 9999 | EINVAL | EINVAL | EINVAL | EINVAL |
    | a kprobe of one function | link_create prog_fd = kprobe; attach_type = trace_kprobe_multi; target_fd = 9999 | EINVAL | EINVAL | EINVAL | EINVAL |
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
  rows: `
    | asked                                 | call                                                                          | v2-series..5.14 | 5.15.. |
    | a cgroup_skb program is none for perf | link_create target_path = /c; attach_type = perf_event; prog_fd = a           | EINVAL | EINVAL |
    | a cgroup is not an event              | link_create target_path = /c; attach_type = perf_event; prog_fd = k           | EINVAL | EBADF  |
    | flags, before the target              | link_create target_path = /c; attach_type = perf_event; prog_fd = k; flags = 0x1000 | EINVAL | EINVAL |
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
