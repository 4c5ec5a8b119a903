/** Links of other subsystems, and commands that give an fd or an answer alone: semantics §26. */
import type { World } from '../given.ts';
import type { Table } from './table.ts';

/** Programs and links of tracepoints, xdp and netfilter beside those of cgroups. */
function objects(world: World): void {
  world.prog('a');
  const types = ['raw_tracepoint', 'xdp', 'sched_cls', 'cgroup_device', 'flow_dissector'] as const;
  for (const prog_type of types) {
    world.name(prog_type, world.does({ name: 'prog_load', prog_type }));
  }
  world.name('xdp2', world.does({ name: 'prog_load', prog_type: 'xdp' }));
  const links = [
    ['tp-link', 'raw_tracepoint', 'trace_raw_tp'],
    ['xdp-link', 'xdp', 'xdp'],
    ['dead-link', 'xdp', 'xdp'],
  ] as const;
  for (const [label, prog, attach_type] of links) {
    const prog_fd = world.at(prog);
    world.name(label, world.does({ name: 'foreign_link_create', prog_fd, attach_type }));
  }
  world.name('map', world.does({ name: 'map_create', map_type: 'array', ...SIZES }));
  world.name('ring', world.does({ name: 'map_create', map_type: 'ringbuf', max_entries: 4096 }));
  world.name('frozen', world.does({ name: 'map_create', map_type: 'hash', ...SIZES }));
  world.does({ name: 'map_freeze', map_fd: world.at('frozen') });
  world.name('user', world.does({ name: 'fork', uid: 1000, caps: [] }));
}

const [KPROBE_SESSION, UPROBE_SESSION, FUNCTION_SESSION] = [56, 57, 58];
const SIZES = { key_size: 4, value_size: 4, max_entries: 4 } as const;

const STATE =
  '`a` is a cgroup_skb program; others are called after their types, `xdp2` is of xdp too. Links: ' +
  '`tp-link`, `xdp-link`, and `dead-link`, detached where links are changed. `frozen` is a map ' +
  'that was frozen. `user` has uid 1000 and no capability.';

const create: Table = {
  page: 'foreign',
  title: 'Making a link',
  source: '`link_create`, `bpf_raw_tracepoint_open`; semantics §26',
  state: STATE,
  given: objects,
  call: 'foreign_link_create prog_fd = closed; attach_type = cgroup_inet_egress',
  steps: {
    'leave no number': (world) => world.does({ name: 'setrlimit', nofile: 3 }),
    'raise the limit': (world) => world.does({ name: 'setrlimit', nofile: 64 }),
  },
  rows: `
    | wrong first                | mended by             | 5.10..7.3 |
    | the program fd is closed   | prog_fd = map         | EBADF  |
    | it is a map                | prog_fd = a           | EINVAL |
    | it is a hook of cgroups    | attach_type = xdp     | EINVAL |
    | the program is of a cgroup | prog_fd = xdp         | EINVAL |
    | nothing                    | leave no number       | ok     |
    | no free fd                 | raise the limit       | EMFILE |
    | nothing                    |                       | ok     |
  `,
};

const hooks: Table = {
  page: 'foreign',
  title: 'Which programs a hook takes',
  source:
    '`bpf_prog_attach_check_attach_type`, `link_create`, `bpf_raw_tp_link_attach`; semantics §26',
  state:
    'Programs are called after their types; `multi` is a kprobe that was loaded for `trace_kprobe_multi`.',
  given(world) {
    const types = [
      'kprobe',
      'tracepoint',
      'perf_event',
      'raw_tracepoint',
      'xdp',
      'sched_cls',
    ] as const;
    for (const prog_type of [
      ...types,
      'sk_skb',
      'sk_msg',
      'flow_dissector',
      'netfilter',
    ] as const) {
      world.name(prog_type, world.does({ name: 'prog_load', prog_type, ...LOADED_FOR[prog_type] }));
    }
    const expected_attach_type = 'trace_kprobe_multi';
    world.name(
      'multi',
      world.does({ name: 'prog_load', prog_type: 'kprobe', expected_attach_type }),
    );
    world.name('array', world.does({ name: 'map_create', map_type: 'array', ...SIZES }));
  },
  rows: `
    | asked                          | call                                                                  | 6.10..7.3 |
    | of many functions              | foreign_link_create prog_fd = multi; attach_type = trace_kprobe_multi  | ok     |
    | a kprobe of one function       | foreign_link_create prog_fd = kprobe; attach_type = trace_kprobe_multi | EINVAL |
    | of many functions, for one     | foreign_link_create prog_fd = multi; attach_type = perf_event         | EINVAL |
    | a kprobe                       | foreign_link_create prog_fd = kprobe; attach_type = perf_event        | ok     |
    | a tracepoint                   | foreign_link_create prog_fd = tracepoint; attach_type = perf_event    | ok     |
    | an event                       | foreign_link_create prog_fd = perf_event; attach_type = perf_event    | ok     |
    | another's hook                 | foreign_link_create prog_fd = xdp; attach_type = perf_event           | EINVAL |
    | a kprobe traces no function    | foreign_link_create prog_fd = kprobe; attach_type = trace_fentry      | EINVAL |
    | nor is it an iterator          | foreign_link_create prog_fd = tracepoint; attach_type = trace_iter    | EINVAL |
    | nor of a security hook         | foreign_link_create prog_fd = perf_event; attach_type = lsm_mac       | EINVAL |
    | a raw tracepoint               | foreign_link_create prog_fd = raw_tracepoint; attach_type = trace_raw_tp | ok  |
    | a tracepoint is none           | foreign_link_create prog_fd = tracepoint; attach_type = trace_raw_tp  | EINVAL |
    | packets of a device            | foreign_link_create prog_fd = xdp; attach_type = xdp                  | ok     |
    | no hook of links               | foreign_link_create prog_fd = xdp; attach_type = xdp_devmap           | EINVAL |
    | a classifier                   | foreign_link_create prog_fd = sched_cls; attach_type = tcx_egress     | ok     |
    | a classifier is none of xdp    | foreign_link_create prog_fd = sched_cls; attach_type = xdp            | EINVAL |
    | sockets                        | foreign_link_create prog_fd = sk_skb; attach_type = sk_skb_verdict    | ok     |
    | messages                       | foreign_link_create prog_fd = sk_skb; attach_type = sk_msg_verdict    | EINVAL |
    | a network namespace            | foreign_link_create prog_fd = flow_dissector; attach_type = flow_dissector | ok |
    | netfilter                      | foreign_link_create prog_fd = netfilter; attach_type = netfilter      | ok     |
    | an infrared remote has no link | foreign_link_create prog_fd = sk_msg; attach_type = lirc_mode2        | EINVAL |
    | a structure is in a map        | foreign_link_create prog_fd = xdp; attach_type = struct_ops           | EINVAL |
    | another map                    | foreign_link_create prog_fd = array; attach_type = struct_ops         | EINVAL |
    | a closed one                   | foreign_link_create prog_fd = closed; attach_type = struct_ops        | EBADF  |
    | what no kernel has             | foreign_link_create prog_fd = xdp; attach_type = 200                  | EINVAL |
  `,
};

const LOADED_FOR: { readonly [T in string]?: { readonly expected_attach_type: 'netfilter' } } = {
  netfilter: { expected_attach_type: 'netfilter' },
};

const sinceWhen: Table = {
  page: 'foreign',
  title: 'Hooks that had no links at first',
  source: '`link_create`; semantics §26',
  state: 'Programs are called after their types.',
  given(world) {
    for (const prog_type of ['kprobe', 'sk_msg', 'flow_dissector', 'sched_cls'] as const) {
      world.name(prog_type, world.does({ name: 'prog_load', prog_type }));
    }
    for (const hook of [KPROBE_SESSION, UPROBE_SESSION, FUNCTION_SESSION]) {
      const load = { name: 'prog_load', prog_type: 'kprobe', expected_attach_type: hook } as const;
      world.name(`for${hook}`, world.does(load));
    }
  },
  rows: `
    | asked               | call                                                                      | 5.7    | 5.8..5.14 | 5.15..6.5 | 6.6..6.9 | 6.10..6.12 | 6.13.. |
    | a network namespace | foreign_link_create prog_fd = flow_dissector; attach_type = flow_dissector | EINVAL | ok       | ok       | ok       | ok     | ok     |
    | an event            | foreign_link_create prog_fd = kprobe; attach_type = perf_event            | EINVAL | EINVAL    | ok       | ok       | ok     | ok     |
    | a device            | foreign_link_create prog_fd = sched_cls; attach_type = tcx_ingress        | EINVAL | EINVAL    | EINVAL   | ok       | ok     | ok     |
    | a sockmap           | foreign_link_create prog_fd = sk_msg; attach_type = sk_msg_verdict        | EINVAL | EINVAL    | EINVAL   | EINVAL   | ok     | ok     |
    | a session of kprobes | foreign_link_create prog_fd = for56; attach_type = 56                    | EINVAL | EINVAL    | EINVAL   | EINVAL   | ok     | ok     |
    | a program that was loaded for no session | foreign_link_create prog_fd = kprobe; attach_type = 56 | EINVAL | EINVAL | EINVAL | EINVAL | EINVAL | EINVAL |
    | a session of uprobes | foreign_link_create prog_fd = for57; attach_type = 57                    | EINVAL | EINVAL    | EINVAL   | EINVAL   | EINVAL | ok     |
    | one of the other    | foreign_link_create prog_fd = for56; attach_type = 57                     | EINVAL | EINVAL    | EINVAL   | EINVAL   | EINVAL | EINVAL |
    | a kprobe traces no session of a function | foreign_link_create prog_fd = for58; attach_type = 58 | EINVAL | EINVAL | EINVAL | EINVAL | EINVAL | EINVAL |
  `,
};

const links: Table = {
  page: 'foreign',
  title: 'Changing and detaching links',
  source: '`bpf_link_ops` of each subsystem; semantics §26',
  state: STATE,
  given(world) {
    objects(world);
    world.does({ name: 'link_detach', link_fd: world.at('dead-link') });
  },
  rows: `
    | asked                        | call                                                    | 5.10..7.3 |
    | a tracepoint's keeps its own | link_update link_fd = tp-link; new_prog_fd = raw_tracepoint | EINVAL  |
    | xdp: the same program        | link_update link_fd = xdp-link; new_prog_fd = xdp       | ok        |
    | xdp: another                 | link_update link_fd = xdp-link; new_prog_fd = xdp2      | ok        |
    | xdp: of another type         | link_update link_fd = xdp-link; new_prog_fd = a         | EINVAL    |
    | xdp: not what is expected    | link_update link_fd = xdp-link; new_prog_fd = xdp2; flags = replace; old_prog_fd = xdp2 | EPERM |
    | xdp: detached                | link_update link_fd = dead-link; new_prog_fd = a        | ENOLINK   |
    | a tracepoint's stays         | link_detach link_fd = tp-link                           | EOPNOTSUPP |
    | xdp                          | link_detach link_fd = xdp-link                          | ok        |
    | xdp: detached                | link_detach link_fd = dead-link                         | ok        |
    | only iterators are read      | iter_create link_fd = xdp-link                          | EINVAL    |
    | flags come first             | iter_create link_fd = closed; flags = 1                 | EINVAL    |
    | a closed link                | iter_create link_fd = closed                            | EBADF     |
  `,
};

const answers: Table = {
  page: 'foreign',
  title: 'Commands that give an fd or an answer',
  source:
    '`bpf_prog_test_run`, `bpf_btf_load`, `bpf_enable_stats`, `map_freeze`, `bpf_task_fd_query`; ' +
    'semantics §26',
  state: STATE,
  given: objects,
  rows: `
    | asked                         | call                                               | 5.10..7.3 |
    | a program that is closed      | prog_test_run prog_fd = closed                     | EBADF    |
    | no program                    | prog_test_run prog_fd = map                        | EINVAL   |
    | a type that is never tried    | prog_test_run prog_fd = cgroup_device              | ENOTSUPP |
    | a packet below 14 bytes       | prog_test_run prog_fd = a; data_size_in = 13       | EINVAL   |
    | a packet                      | prog_test_run prog_fd = a; data_size_in = 14       | ok       |
    | of every type that takes one  | prog_test_run prog_fd = flow_dissector             | EINVAL   |
    | a tracepoint takes no packet  | prog_test_run prog_fd = raw_tracepoint; data_size_in = 14 | EINVAL |
    | BTF of a user                 | btf_load pid = user                                | EPERM    |
    | BTF                           | btf_load                                           | ok       |
    | statistics for a user         | enable_stats pid = user; type = 1                  | EPERM    |
    | statistics that are not there | enable_stats type = 1                              | EINVAL   |
    | statistics                    | enable_stats                                       | ok       |
    | a map                         | map_freeze map_fd = map                            | ok       |
    | a map without elements        | map_freeze map_fd = ring                           | ok       |
    | a frozen map                  | map_freeze map_fd = frozen                         | EPERM    |
    | an element of a frozen map    | map_update_elem map_fd = frozen; key = 1; value = 1; flags = 9 | EPERM |
    | a lookup in a frozen map      | map_lookup_elem map_fd = frozen; key = 1           | ENOENT   |
    | an fd, for a user             | task_fd_query pid = user; target_pid = 99; target_fd = closed; flags = 1 | EPERM |
    | flags come first              | task_fd_query target_pid = 99; target_fd = closed; flags = 1 | EINVAL |
    | no process                    | task_fd_query target_pid = 99; target_fd = closed  | ENOENT   |
    | a closed fd                   | task_fd_query target_pid = 1; target_fd = closed   | EBADF    |
    | a link of xdp                 | task_fd_query target_pid = 1; target_fd = xdp-link | ENOTSUPP |
    | a map                         | task_fd_query target_pid = 1; target_fd = map      | ENOTSUPP |
    | a link of a tracepoint        | task_fd_query target_pid = 1; target_fd = tp-link  | ok       |
  `,
};

const packets: Table = {
  page: 'foreign',
  title: 'How long a packet is that a program is tried on',
  source: '`bpf_test_init`; semantics §26',
  state:
    '`a` is a cgroup_skb program; others are called after their types. ENOTSUPP stands for a 422: what ' +
    'the build decides, or how many fragments fit, is not recorded.',
  given: objects,
  rows: `
    | asked                          | call                                             | 5.10..6.18 | 6.19.. |
    | what fits in every build       | prog_test_run prog_fd = a; data_size_in = 3264   | ok       | ok       |
    | what fits with few fragments   | prog_test_run prog_fd = a; data_size_in = 3712   | ENOTSUPP | ENOTSUPP |
    | what fits in none              | prog_test_run prog_fd = a; data_size_in = 3713   | EINVAL   | ENOTSUPP |
    | of a flow dissector, a page    | prog_test_run prog_fd = flow_dissector; data_size_in = 4096 | ok | ok  |
    | more                           | prog_test_run prog_fd = flow_dissector; data_size_in = 4097 | EINVAL | EINVAL |
    | of xdp                         | prog_test_run prog_fd = xdp; data_size_in = 3072 | ok       | ok       |
    | more, in fragments             | prog_test_run prog_fd = xdp; data_size_in = 3073 | ENOTSUPP | ENOTSUPP |
  `,
};

const filtered: Table = {
  page: 'foreign',
  title: 'A packet of netfilter',
  source: '`bpf_prog_test_run_nf`; semantics §26',
  state: '`filter` is a netfilter program.',
  given(world) {
    const prog_type = 'netfilter';
    world.name('filter', world.does({ name: 'prog_load', prog_type, ...LOADED_FOR[prog_type] }));
  },
  rows: `
    | asked                   | call                                                | 6.4..  |
    | shorter than its header | prog_test_run prog_fd = filter; data_size_in = 19   | EINVAL |
    | the header alone        | prog_test_run prog_fd = filter; data_size_in = 20   | ok     |
  `,
};

const byNumber: Table = {
  page: 'foreign',
  title: 'Commands by their numbers',
  source: '`__sys_bpf`, `enum bpf_cmd`; docs/coverage.md',
  state:
    'The attr is all zeros. `closed0` is a process whose fd 0 is closed, `prog0` one whose fd 0 is a ' +
    'program; that of init is a file. ' +
    'ENOTSUPP stands for a 422: nothing is recorded of such a call.',
  given(world) {
    const pid = world.name('closed0', world.does({ name: 'fork' }));
    world.does({ name: 'close', fd: 0 }, pid);
    const loader = world.name('prog0', world.does({ name: 'fork' }));
    world.does({ name: 'close', fd: 0 }, loader);
    world.does({ name: 'prog_load', prog_type: 'socket_filter' }, loader);
  },
  rows: `
    | asked                          | call                       | v2-series..6.8 | 6.9..6.16 | 6.17..6.19 | 7.0..    |
    | TOKEN_CREATE                   | bpf cmd = 36; pid = closed0 | EINVAL        | EBADF     | EBADF      | EBADF    |
    | of a file                      | bpf cmd = 36               | EINVAL         | EINVAL    | EINVAL     | EINVAL   |
    | PROG_STREAM_READ_BY_FD         | bpf cmd = 37; pid = closed0 | EINVAL        | EINVAL    | EBADF      | EBADF    |
    | the same of a program          | bpf cmd = 37; pid = prog0  | EINVAL         | EINVAL    | ENOENT     | ENOENT   |
    | and of a file                  | bpf cmd = 37                | EINVAL        | EINVAL    | EINVAL     | EINVAL   |
    | PROG_ASSOC_STRUCT_OPS          | bpf cmd = 38; pid = closed0 | EINVAL        | EINVAL    | EINVAL     | EBADF    |
    | what no kernel has             | bpf cmd = 39; pid = closed0 | EINVAL        | EINVAL    | EINVAL     | EINVAL   |
    | PROG_LOAD, which has a name    | bpf cmd = 5                | ENOTSUPP       | ENOTSUPP  | ENOTSUPP   | ENOTSUPP |
  `,
};

export const foreignTables: readonly Table[] = [
  ...[create, hooks, sinceWhen, links, answers, packets, filtered, byNumber],
];
