/** What tells releases apart that no errno precedence shows: semantics §1, §2.3, §5, §10, §18, §25. */
import type { World } from '../given.ts';
import type { Table } from './table.ts';

const TYPE = 'attach_type = cgroup_inet_egress';

const hooks: Table = {
  page: 'prog_load',
  title: 'Which hooks and types exist',
  source: '`enum bpf_attach_type`, `enum bpf_prog_type`; semantics §2.3, D10, D12, D20',
  state: 'Each row starts from a kernel that just booted.',
  given: () => undefined,
  rows: `
    | asked                           | call                                                                                    | v2-series..5.7 | 5.8    | 5.9..5.13 | 5.14..6.3 | 6.4..6.6 | 6.7.. |
    | a getpeername4 program          | prog_load prog_type = cgroup_sock_addr; expected_attach_type = cgroup_inet4_getpeername | EINVAL         | ok     | ok        | ok        | ok       | ok    |
    | a sock_release program          | prog_load prog_type = cgroup_sock; expected_attach_type = cgroup_inet_sock_release      | EINVAL         | EINVAL | ok        | ok        | ok       | ok    |
    | a sk_lookup program             | prog_load prog_type = sk_lookup; expected_attach_type = sk_lookup                       | EINVAL         | EINVAL | ok        | ok        | ok       | ok    |
    | a syscall program, which sleeps | prog_load prog_type = syscall; prog_flags = 0x10                                        | EINVAL         | EINVAL | EINVAL    | ok        | ok       | ok    |
    | a netfilter program             | prog_load prog_type = netfilter; expected_attach_type = netfilter                       | EINVAL         | EINVAL | EINVAL    | EINVAL    | ok       | ok    |
    | a unix connect program          | prog_load prog_type = cgroup_sock_addr; expected_attach_type = cgroup_unix_connect      | EINVAL         | EINVAL | EINVAL    | EINVAL    | EINVAL   | ok    |
  `,
};

const sockmapHook: Table = {
  page: 'prog_attach',
  title: 'The hook sk_skb_verdict',
  source: '`attach_type_to_prog_type`, `bpf_prog_query`; semantics §21',
  state: 'Nothing is open but 0, 1 and 2.',
  given: () => undefined,
  rows: `
    | asked                    | call                                                                                 | v2-series..5.12 | 5.13..5.17 | 5.18.. |
    | an attach of a closed fd | prog_attach target_fd = closed; attach_type = sk_skb_verdict; attach_bpf_fd = closed | EINVAL          | EBADF      | EBADF  |
    | a query of a closed fd   | prog_query target_fd = closed; attach_type = sk_skb_verdict                          | EINVAL          | EINVAL     | EBADF  |
  `,
};

const attachAttr: Table = {
  page: 'prog_attach',
  title: 'Where the attr ends',
  source: '`bpf_prog_attach`, `bpf_prog_detach`, `union bpf_attr`; semantics §5 row 4',
  state:
    '`/c` holds `multi a`. 6.6 brought `relative_fd` and `expected_revision` for tcx, and let PROG_DETACH ' +
    'have the fields of PROG_ATTACH. Each row starts from there.',
  given(world) {
    world.cgroups('/c').has('/c', 'multi a');
    world.prog('classifier', { prog_type: 'sched_cls', expected_attach_type: 0 });
  },
  rows: `
    | asked                        | call                                                                                                       | v2-series..6.5 | 6.6..  |
    | tcx at a revision            | prog_attach target_fd = 9999; attach_type = tcx_ingress; attach_bpf_fd = classifier; expected_revision = 1 | EINVAL         | ENODEV |
    | detach with a replace_bpf_fd | prog_detach target_path = /c; ${TYPE}; attach_bpf_fd = a; replace_bpf_fd = 1                               | EINVAL         | ok     |
  `,
};

const preorder: Table = {
  page: 'prog_attach',
  title: 'The flag preorder',
  source: '`bpf_prog_attach`, `link_create`; semantics D22, D23',
  state: '`/c` holds `multi a`; `b` is attached nowhere. Each row starts from there.',
  given: (world) => void world.cgroups('/c').has('/c', 'multi a').prog('b'),
  rows: `
    | asked                     | call                                                                             | v2-series..6.12.5, 6.13..6.14 | 6.12.31..6.12.107, 6.15..6.16 | 6.12.110..6.12, 6.17.. |
    | a program that runs first | prog_attach target_path = /c; ${TYPE}; attach_bpf_fd = b; flags = multi+preorder | EINVAL                        | ok                            | ok                     |
    | a link that runs first    | link_create target_path = /c; ${TYPE}; prog_fd = b; flags = preorder             | EINVAL                        | EINVAL                        | ok                     |
  `,
};

/** On /c, a link that runs first of all in the list; b runs before it, and c comes into the link. */
function updatedAmongPreorder(world: World): void {
  world.cgroups('/c').has('/c', 'multi link(a) +b');
  const link_fd = world.at('link(a)');
  world.does({ name: 'link_update', link_fd, new_prog_fd: world.prog('c') });
}

const miscounted: Table = {
  page: 'link_update',
  title: 'What runs after an update among preorder entries',
  source: '`replace_effective_prog`; semantics D25',
  state:
    '`/c` holds `multi link(a) +b`, so b runs before a. Then LINK_UPDATE puts c into the link. The ids ' +
    'of a, b and c are 1, 2 and 3. Up to 6.18.15 and in 6.19 the slot is counted in list order: c ' +
    'takes the place of b.',
  given: updatedAmongPreorder,
  rows: `
    | asked             | call                                                          | 6.12.31..6.12.94, 6.15..6.18.0, 6.19 | 6.12.97..6.12, 6.18.44, 7.0.. |
    | what is effective | prog_query target_path = /c; ${TYPE}; query_flags = effective | ok, ids 3 1                          | ok, ids 2 3                   |
  `,
};

/** A link that was updated from a to b; then its only fd is closed, and those of a and b. */
function updatedAndClosed(world: World): void {
  world.cgroups('/c').has('/c', 'multi link(a)');
  const link_fd = world.at('link(a)');
  world.does({ name: 'link_update', link_fd, new_prog_fd: world.prog('b') });
  for (const label of ['link(a)', 'a', 'b']) world.does({ name: 'close', fd: world.at(label) });
}

const closedAfterUpdate: Table = {
  page: 'link_update',
  title: 'The last fd of an updated link is closed',
  source: '`link_update`, `bpf_link_put`; semantics D5, §19.4',
  state:
    '`/c` held `multi link(a)`; LINK_UPDATE put b into the link; then every fd of the link, of a and ' +
    'of b was closed. The ids of a and b are 1 and 2.',
  given: updatedAndClosed,
  rows: `
    | asked                  | call                          | all    |
    | a went with the update | prog_get_fd_by_id prog_id = 1 | ENOENT |
    | b went with the link   | prog_get_fd_by_id prog_id = 2 | ENOENT |
  `,
};

const linkAttr: Table = {
  page: 'link_create',
  title: 'A revision where LINK_CREATE has none',
  source: '`link_create`, `union bpf_attr`; semantics §5 row 4, D23; kernel-diffs',
  state:
    '`/e` is empty, at revision 1. Before the field exists its bytes, 24 to 31, lie in the fields of other ' +
    'kinds of link, which are not looked at, or after the last of them. Each row starts from there.',
  given: (world) => void world.cgroups('/e').prog('b'),
  rows: `
    | asked                   | call                                                                               | v2-series..5.8 | 5.9..5.17 | 5.18..6.12.107, 6.13..6.16 | 6.12.110..6.12, 6.17.. |
    | a link at revision 1    | link_create target_path = /e; ${TYPE}; prog_fd = b; expected_revision = 1          | EINVAL         | ok        | ok                         | ok                     |
    | a link at revision 2    | link_create target_path = /e; ${TYPE}; prog_fd = b; expected_revision = 2          | EINVAL         | ok        | ok                         | ESTALE                 |
    | a link at revision 2^32 | link_create target_path = /e; ${TYPE}; prog_fd = b; expected_revision = 4294967296 | EINVAL         | EINVAL    | ok                         | ESTALE                 |
  `,
};

const reported: Table = {
  page: 'prog_query',
  title: 'What a query reports',
  source: '`__cgroup_bpf_query`; semantics §10, D17, D18, D23; kernel-diffs',
  state:
    '`/c` holds `multi a b`. Each row starts from there. An attr of 56 bytes ends before `revision`.',
  given: (world) => void world.cgroups('/c').has('/c', 'multi a b'),
  rows: `
    | asked                                     | call                                                                                    | v2-series..5.19 | 6.0         | 6.1..6.12.107, 6.13..6.16 | 6.12.110..6.12, 6.18.44, 7.2.. | 6.17..6.18.0, 6.19..7.1 |
    | what is attached                          | prog_query target_path = /c; ${TYPE}                                                    | ok, flags 2     | ok, flags 2 | ok, flags 2               | ok, flags 2, revision 3        | ok, flags 2, revision 3 |
    | the same, with an attr of 56 bytes        | prog_query target_path = /c; ${TYPE}; attr_size = 56                                    | ok, flags 2     | ok, flags 2 | ok, flags 2               | ok, flags 2                    | ok, flags 2, revision 3 |
    | what is effective                         | prog_query target_path = /c; ${TYPE}; query_flags = effective                           | ok, flags 2     | ok, flags 2 | ok, flags 0               | ok, flags 0, revision 0        | ok, flags 0, revision 0 |
    | what is attached, with the flags of each  | prog_query target_path = /c; ${TYPE}; prog_attach_flags = true                          | EINVAL          | ok, flags 2 | ok, flags 2               | ok, flags 2, revision 3        | ok, flags 2, revision 3 |
    | what is effective, with the flags of each | prog_query target_path = /c; ${TYPE}; prog_attach_flags = true; query_flags = effective | EINVAL          | ok, flags 2 | EINVAL                    | EINVAL                         | EINVAL                  |
  `,
};

const sysAdmin: Table = {
  page: 'capabilities',
  title: 'CAP_SYS_ADMIN alone, and no capability',
  source: '`bpf_net_capable`, `__sys_bpf`; semantics §18, D9, D16',
  state:
    '`/c` holds `multi a`, `/e` nothing; `b` is a cgroup_skb program. `admin` has CAP_SYS_ADMIN alone, ' +
    '`nobody` no capability; `unprivileged_bpf_disabled` is 2. Each row starts from there.',
  given(world) {
    world.cgroups('/c', '/e').has('/c', 'multi a').prog('b');
    world.name('admin', world.does({ name: 'fork', caps: ['sys_admin'] }));
    world.name('nobody', world.does({ name: 'fork', caps: [] }));
  },
  rows: `
    | asked            | call                                                                   | v2-series | 5.7   | 5.8..5.18 | 5.19..6.8 | 6.9.. |
    | attach by admin  | prog_attach pid = admin; target_path = /e; ${TYPE}; attach_bpf_fd = b  | EPERM     | EPERM | EINVAL    | EINVAL    | ok    |
    | detach by admin  | prog_detach pid = admin; target_path = /c; ${TYPE}; attach_bpf_fd = a  | EPERM     | EPERM | ok        | ok        | ok    |
    | link by admin    | link_create pid = admin; target_path = /e; ${TYPE}; prog_fd = b        | ok        | EPERM | EPERM     | EPERM     | ok    |
    | query by admin   | prog_query pid = admin; target_path = /c; ${TYPE}                      | EPERM     | EPERM | EPERM     | EPERM     | ok    |
    | detach by nobody | prog_detach pid = nobody; target_path = /c; ${TYPE}; attach_bpf_fd = a | EPERM     | EPERM | EPERM     | ok        | ok    |
    | info, by nobody  | obj_get_info_by_fd pid = nobody; bpf_fd = a                            | EPERM     | EPERM | EPERM     | ok        | ok    |
    | a pin, by nobody | obj_pin pid = nobody; bpf_fd = a; path = /x                            | EPERM     | EPERM | EPERM     | ok        | ok    |
  `,
};

const pathFd: Table = {
  page: 'obj_pin',
  title: 'A path relative to a directory fd',
  source: '`bpf_obj_pin`, `bpf_obj_get`; semantics D19',
  state: '`a` is a program, pinned as `/a`. 16384 is BPF_F_PATH_FD. Each row starts from there.',
  given: (world) => void world.does({ name: 'obj_pin', bpf_fd: world.prog('a'), path: '/a' }),
  rows: `
    | asked              | call                                              | v2-series..6.4 | 6.5.. |
    | a pin              | obj_pin bpf_fd = a; path = /b; file_flags = 16384 | EINVAL         | ok    |
    | the pinned program | obj_get path = /a; file_flags = 16384             | EINVAL         | ok    |
  `,
};

const tag: Table = {
  page: 'obj_get_info_by_fd',
  title: 'The tag of a program',
  source: '`bpf_prog_calc_tag`; semantics D24',
  state: 'The caller gave the first 8 bytes of both hashes of the instructions when it loaded `a`.',
  given: (world) => void world.prog('a', { tag: { sha1: 'of SHA-1', sha256: 'of SHA-256' } }),
  rows: `
    | asked | call                          | v2-series..6.17  | 6.18..             |
    | info  | obj_get_info_by_fd bpf_fd = a | ok, tag of SHA-1 | ok, tag of SHA-256 |
  `,
};

const percpu: Table = {
  page: 'map_create',
  title: 'How large a value of cgroup storage may be',
  source: '`cgroup_storage_map_alloc`; semantics §25.1, §25.6',
  state: 'Each row starts from a kernel that just booted.',
  given: () => undefined,
  rows: `
    | asked                      | call                                                                           | v2-series..5.14 | 5.15.. |
    | percpu, a page             | map_create map_type = percpu_cgroup_storage; key_size = 16; value_size = 4096  | ok              | ok     |
    | percpu, more than a page   | map_create map_type = percpu_cgroup_storage; key_size = 16; value_size = 5000  | E2BIG           | ok     |
    | percpu, 32768 bytes        | map_create map_type = percpu_cgroup_storage; key_size = 16; value_size = 32768 | E2BIG           | ok     |
    | percpu, 32769 bytes        | map_create map_type = percpu_cgroup_storage; key_size = 16; value_size = 32769 | E2BIG           | E2BIG  |
    | shared, 65407 bytes        | map_create map_type = cgroup_storage; key_size = 16; value_size = 65407        | E2BIG           | ok     |
    | shared, 65408 bytes        | map_create map_type = cgroup_storage; key_size = 16; value_size = 65408        | E2BIG           | E2BIG  |
  `,
};

const mapTypes: Table = {
  page: 'map_create',
  title: 'Which types exist',
  source: '`enum bpf_map_type`; semantics §25.7',
  state:
    'Each row starts from a kernel that just booted. What is EINVAL for want of BTF is not here.',
  given: () => undefined,
  rows: `
    | asked           | call                                                            | v2-series..5.7 | 5.8..5.15 | 5.16..6.0 | 6.1..6.8 | 6.9.. |
    | a ring buffer   | map_create map_type = ringbuf; max_entries = 4096               | EINVAL         | ok        | ok        | ok       | ok    |
    | a bloom filter  | map_create map_type = bloom_filter; value_size = 4; max_entries = 4 | EINVAL     | EINVAL    | ok        | ok       | ok    |
    | a ring of users | map_create map_type = user_ringbuf; max_entries = 4096          | EINVAL         | EINVAL    | EINVAL    | ok       | ok    |
    | an arena        | map_create map_type = arena; max_entries = 4; map_flags = 1024  | EINVAL         | EINVAL    | EINVAL    | EINVAL   | ok    |
  `,
};

const progFlags: Table = {
  page: 'prog_load',
  title: 'Which flags exist',
  source: '`bpf_prog_load`; semantics §7',
  state: 'Each row starts from a kernel that just booted. A kprobe program may sleep.',
  given: () => undefined,
  rows: `
    | asked                  | call                                          | v2-series..5.9 | 5.10..5.17 | 5.18..6.2 | 6.3..6.7 | 6.8..  |
    | any alignment          | prog_load prog_type = kprobe; prog_flags = 2  | ok             | ok         | ok        | ok       | ok     |
    | it sleeps              | prog_load prog_type = kprobe; prog_flags = 16 | EINVAL         | ok         | ok        | ok       | ok     |
    | it takes fragments     | prog_load prog_type = xdp; prog_flags = 32    | EINVAL         | EINVAL     | ok        | ok       | ok     |
    | it is of one device    | prog_load prog_type = xdp; prog_flags = 64    | EINVAL         | EINVAL     | EINVAL    | ok       | ok     |
    | invariants of numbers  | prog_load prog_type = xdp; prog_flags = 128   | EINVAL         | EINVAL     | EINVAL    | EINVAL   | ok     |
    | the flag 256           | prog_load prog_type = xdp; prog_flags = 256   | EINVAL         | EINVAL     | EINVAL    | EINVAL   | EINVAL |
  `,
};

const fdArray: Table = {
  page: 'prog_load',
  title: 'Fields behind the attr of a release',
  source: '`bpf_check_uarg_tail_zero`, `CHECK_ATTR`, `process_fd_array`; semantics §5, §7',
  state: 'Each row starts from a kernel that just booted.',
  given: () => undefined,
  rows: `
    | asked                   | call                                                             | v2-series..5.13 | 5.14..5.16 | 5.17..6.3 | 6.4..6.8 | 6.9..6.13 | 6.14..6.17 | 6.18..   |
    | a count and no fds      | prog_load prog_type = cgroup_skb; fd_array_cnt = 1               | E2BIG           | E2BIG      | E2BIG     | E2BIG    | EINVAL    | EFAULT     | EFAULT   |
    | fds, and no count       | prog_load prog_type = cgroup_skb; fd_array = 0                   | E2BIG           | ok         | ok        | ok       | ok        | ok         | ok       |
    | both                    | prog_load prog_type = cgroup_skb; fd_array = 0; fd_array_cnt = 1 | E2BIG           | E2BIG      | E2BIG     | E2BIG    | EINVAL    | EINVAL     | EINVAL   |
    | what the kernel writes  | prog_load prog_type = cgroup_skb; log_true_size = 7              | E2BIG           | E2BIG      | EINVAL    | ok       | ok        | ok         | ok       |
    | a token that is not asked for | prog_load prog_type = cgroup_skb; prog_token_fd = 9        | E2BIG           | E2BIG      | E2BIG     | E2BIG    | ok        | ok         | ok       |
    | the size of no signature | prog_load prog_type = cgroup_skb; signature_size = 9            | E2BIG           | E2BIG      | E2BIG     | E2BIG    | E2BIG     | E2BIG      | ok       |
    | the keys for none       | prog_load prog_type = cgroup_skb; keyring_id = -3                | E2BIG           | E2BIG      | E2BIG     | E2BIG    | E2BIG     | E2BIG      | ok       |
    | a signature             | prog_load prog_type = cgroup_skb; signature = true               | E2BIG           | E2BIG      | E2BIG     | E2BIG    | E2BIG     | E2BIG      | ENOTSUPP |
  `,
};

const tracingHooks: Table = {
  page: 'prog_attach',
  title: 'Hooks of tracing',
  source: '`attach_type_to_prog_type`',
  state: 'Nothing is open but 0, 1 and 2.',
  given: () => undefined,
  rows: `
    | asked                    | call                                                                             | v2-series..5.18 | 5.19.. |
    | an attach of a closed fd | prog_attach target_fd = closed; attach_type = trace_fentry; attach_bpf_fd = closed | EINVAL        | EBADF  |
  `,
};

const skbLinks: Table = {
  page: 'link_create',
  title: 'A cgroup_skb program for another hook',
  source: '`link_create`; semantics D21',
  state: '`a` is a cgroup_skb program. Some kernels link it to every hook of a cgroup: a bug.',
  given: (world) => void world.cgroups('/c').prog('a'),
  rows: `
    | asked           | call                                                                  | v2-series..6.5, 6.6.33..6.6, 6.9.. | 6.6.0..6.6.14, 6.7..6.8 |
    | a device filter | link_create target_path = /c; attach_type = cgroup_device; prog_fd = a | EINVAL                            | ok              |
  `,
};

export const boundaryTables: readonly Table[] = [
  ...[mapTypes, progFlags, fdArray, tracingHooks, skbLinks],
  hooks,
  sockmapHook,
  attachAttr,
  preorder,
  linkAttr,
  miscounted,
  closedAfterUpdate,
  reported,
  sysAdmin,
  pathFd,
  tag,
  percpu,
];
