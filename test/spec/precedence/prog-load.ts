/** PROG_LOAD: semantics §7, §18, §25.2. */
import { corneredCaller, GRANTS, unprivilegedCaller } from './callers.ts';
import type { Table } from './table.ts';

const everything: Table = {
  page: 'prog_load',
  title: 'Everything is wrong',
  source: '`bpf_prog_load`, `bpf_check`; semantics §7, §18, §25.2',
  state:
    '`M` and `N` are cgroup storage maps. The caller has no capability and no free fd; ' +
    '`unprivileged_bpf_disabled` is 2.',
  given(world) {
    world.cgroups('/c').open('/c');
    world.map('M');
    world.map('N');
    corneredCaller(world);
  },
  call: `prog_load pid = caller; prog_type = cgroup_sock_addr; expected_attach_type = 100;
    prog_flags = 0x10000; insn_cnt = 1000001; prog_name = "bad name"; map_fds = closed; ret = 9`,
  steps: GRANTS,
  rows: `
    | wrong first                                | mended by                                                                               | v2-series..5.7 | 5.8    | 5.9..6.4 | 6.5..  |
    | prog_flags have an unknown bit             | no prog_flags                                                                           | –              | –      | –        | EINVAL |
    | the sysctl, and no CAP_BPF                 | give CAP_BPF                                                                            | EPERM          | EPERM  | EPERM    | EPERM  |
    | prog_flags have an unknown bit             | no prog_flags                                                                           | EINVAL         | EINVAL | EINVAL   | –      |
    | 1 000 001 instructions                     | insn_cnt = 0                                                                            | E2BIG          | E2BIG  | E2BIG    | E2BIG  |
    | no instruction                             | no insn_cnt                                                                             | E2BIG          | E2BIG  | E2BIG    | E2BIG  |
    | the caller lacks CAP_NET_ADMIN             | give CAP_NET_ADMIN                                                                      | –              | EPERM  | EPERM    | EPERM  |
    | no hook of cgroup_sock_addr has number 100 | prog_type = 99                                                                          | EINVAL         | EINVAL | EINVAL   | EINVAL |
    | program type 99 is unknown                 | prog_type = cgroup_sock_addr; expected_attach_type = cgroup_inet4_connect               | EINVAL         | EINVAL | EINVAL   | EINVAL |
    | the name has a space                       | prog_name = good.name                                                                   | EINVAL         | EINVAL | EINVAL   | EINVAL |
    | a map fd is closed                         | map_fds = /c                                                                            | EBADF          | EBADF  | EBADF    | EBADF  |
    | a map fd is a cgroup directory             | map_fds = M+N                                                                           | EINVAL         | EINVAL | EINVAL   | EINVAL |
    | two storage maps of one kind               | map_fds = M; prog_type = socket_filter; expected_attach_type = 0; no pid                | EBUSY          | EBUSY  | EBUSY    | EBUSY  |
    | socket_filter has no storage to ask for    | prog_type = cgroup_sock_addr; expected_attach_type = cgroup_inet4_connect; pid = caller | EINVAL         | EINVAL | EINVAL   | EINVAL |
    | connect4 programs return 0 or 1            | no ret                                                                                  | EINVAL         | EINVAL | EINVAL   | EINVAL |
    | the caller has no free fd                  | raise the limit                                                                         | EMFILE         | EMFILE | EMFILE   | EMFILE |
    | nothing                                    |                                                                                         | ok             | ok     | ok       | ok     |
    | M belongs to that program now              | map_fds = N                                                                             | EBUSY          | EBUSY  | –        | –      |
    | nothing                                    |                                                                                         | ok             | ok     | ok       | ok     |
  `,
};

const capabilities: Table = {
  page: 'prog_load',
  title: 'Which capabilities a type wants',
  source: '`bpf_prog_load`; semantics §18',
  state: 'The caller has no capability; `unprivileged_bpf_disabled` is 0.',
  config: { unprivileged_bpf_disabled: 0 },
  given: unprivilegedCaller,
  call: 'prog_load pid = caller; prog_type = kprobe; insn_cnt = 4097',
  steps: GRANTS,
  rows: `
    | wrong first                                    | mended by             | v2-series..5.7 | 5.8.. |
    | 4097 instructions are too many without CAP_BPF | no insn_cnt           | E2BIG          | E2BIG |
    | kprobe without CAP_BPF                         | give CAP_BPF          | EPERM          | EPERM |
    | kprobe without CAP_PERFMON                     | prog_type = sched_cls | –              | EPERM |
    | sched_cls without CAP_NET_ADMIN                | give CAP_NET_ADMIN    | –              | EPERM |
    | nothing                                        |                       | ok             | ok    |
  `,
};

const otherCapabilities: Table = {
  page: 'prog_load',
  title: 'Which capabilities programs of other kinds want',
  source: '`is_net_admin_prog_type`, `is_perfmon_prog_type`; semantics §18',
  state: 'The caller has no capability; `unprivileged_bpf_disabled` is 0.',
  config: { unprivileged_bpf_disabled: 0 },
  given: unprivilegedCaller,
  call: 'prog_load pid = caller; prog_type = lirc_mode2',
  steps: GRANTS,
  rows: `
    | wrong first                             | mended by                                               | 5.8..6.3 | 6.4..  |
    | lirc_mode2 without CAP_BPF              | give CAP_BPF                                            | EPERM    | EPERM  |
    | lirc_mode2 wants CAP_NET_ADMIN up to 6.3 | prog_type = netfilter; expected_attach_type = netfilter | EPERM    | ok     |
    | netfilter is not known up to 6.3        | prog_type = ext; no expected_attach_type                | EINVAL   | EPERM  |
    | ext without CAP_NET_ADMIN               | give CAP_NET_ADMIN                                      | EPERM    | EPERM  |
    | ext without CAP_PERFMON                 | prog_type = netfilter; expected_attach_type = netfilter | EPERM    | EPERM  |
    | netfilter is not known up to 6.3        | prog_type = lirc_mode2; no expected_attach_type         | EINVAL   | ok     |
    | nothing                                 |                                                         | ok       | ok     |
  `,
};

const bindReturns: Table = {
  page: 'prog_load',
  title: 'What bind programs may return',
  source: '`check_return_code`; kernel-diffs 5.10 to 6.1',
  state: 'A program for bind4 that returns 4.',
  given: () => undefined,
  call: `prog_load prog_type = cgroup_sock_addr; expected_attach_type = cgroup_inet4_bind; ret = 4`,
  rows: `
    | wrong first                  | mended by | v2-series..5.11 | 5.12.. |
    | 4 is out of range            | ret = 3   | EINVAL          | EINVAL |
    | 3 is out of range up to 5.11 | ret = 1   | EINVAL          | –      |
    | nothing                      |           | ok              | ok     |
  `,
};

const otherKinds: Table = {
  page: 'prog_load',
  title: 'Flags, and programs of other kinds',
  source: '`bpf_prog_load`, `bpf_prog_load_check_attach`, `check_attach_btf_id`; semantics §7',
  state: 'The caller has all capabilities; fd 0 is open and no token.',
  given: () => undefined,
  call: 'prog_load prog_type = netfilter; prog_flags = 65792; insn_cnt = 0',
  rows: `
    | wrong first                       | mended by                                                    | 6.9.. |
    | prog_flags have an unknown bit    | prog_flags = 65552                                           | EINVAL   |
    | fd 0 is not a token               | prog_flags = 16                                              | EINVAL   |
    | no instruction                    | no insn_cnt                                                  | E2BIG    |
    | netfilter wants a hook of its own | prog_type = sk_reuseport; expected_attach_type = sk_lookup   | EINVAL   |
    | no hook of sk_reuseport           | prog_type = tracing; expected_attach_type = 0                | EINVAL   |
    | tracing is attached by BTF        | prog_type = struct_ops                                       | EINVAL   |
    | struct_ops describe a structure   | prog_type = cgroup_skb                                       | ENOTSUPP |
    | cgroup programs do not sleep      | prog_type = syscall; no prog_flags                           | EINVAL   |
    | syscall programs always sleep     | prog_flags = 16                                              | EINVAL   |
    | nothing                           |                                                              | ok       |
  `,
};

const token: Table = {
  page: 'prog_load',
  title: 'A token that is not open',
  source: '`bpf_token_get_from_fd`; semantics §7',
  state: 'fd 0 is closed.',
  given(world) {
    world.does({ name: 'close', fd: 0 });
  },
  call: 'prog_load prog_type = cgroup_skb; prog_flags = 65536',
  rows: `
    | wrong first              | mended by     | v2-series..6.8 | 6.9.. |
    | the flag is unknown      | no prog_flags | EINVAL         | –     |
    | fd 0 is closed           | no prog_flags | –              | EBADF |
    | nothing                  |               | ok             | ok    |
  `,
};

const withoutCgroupBpf: Table = {
  page: 'prog_load',
  title: 'A kernel without CONFIG_CGROUP_BPF',
  source: '`find_prog_type`, include/linux/bpf_types.h',
  state: 'The host has `switches: {cgroup_bpf: false}`.',
  config: { switches: { cgroup_bpf: false } },
  given: () => undefined,
  call: 'prog_load prog_type = cgroup_skb',
  rows: `
    | wrong first               | mended by                                                                 | all    |
    | cgroup_skb is not built   | prog_type = cgroup_sock                                                   | EINVAL |
    | nor is cgroup_sock        | prog_type = cgroup_sock_addr; expected_attach_type = cgroup_inet4_connect | EINVAL |
    | nor is cgroup_sock_addr   | prog_type = cgroup_device; no expected_attach_type                        | EINVAL |
    | nor is cgroup_device      | prog_type = sock_ops                                                      | EINVAL |
    | nothing: sock_ops is      |                                                                           | ok     |
  `,
};

export const progLoadTables: readonly Table[] = [
  ...[everything, capabilities, otherCapabilities, bindReturns],
  ...[otherKinds, token, withoutCgroupBpf],
];
