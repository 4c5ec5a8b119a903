/** User namespaces, a bpffs that delegates, and tokens: semantics §30. */
import type { World } from '../given.ts';
import type { Table } from './table.ts';

/**
 * `inside` is alone in a user namespace and has a bpffs of it, which delegates loads of cgroup_skb for
 * ingress and hashes; `none` delegates nothing; `hosts` is init's; `other` is of another namespace.
 */
function delegations(world: World): void {
  world.name('lame', world.does({ name: 'fork', caps: [] }));
  world.name('inside', world.does({ name: 'fork', clone_newuser: true, clone_newns: true }));
  world.name('other', world.does({ name: 'fork', clone_newuser: true, clone_newns: true }));
  const pid = world.at('inside');
  const sets = { delegate_cmds: '0x21', delegate_maps: '0x2', delegate_progs: '0x100' };
  const mounted = { name: 'fsmount', by_pid: 1 } as const;
  world.name('top', world.does({ ...mounted, ...sets, delegate_attachs: '0x1' }, pid));
  world.name('none', world.does(mounted, pid));
  world.does({ name: 'send_fd', fd: world.at('top'), to_pid: world.at('other') }, pid);
  world.name('others', world.does({ name: 'recv_fd' }, world.at('other')));
  world.name('hosts', world.does({ name: 'open_other', kind: 'dir', path: '/' }));
  world.does({ name: 'bpffs_mkdir', path: '/d' });
  world.name('below', world.does({ name: 'open_other', kind: 'dir', path: '/d' }));
  const full = world.does({ name: 'fork' }, pid);
  world.name('full', full);
  world.does({ name: 'setrlimit', nofile: 5 }, full);
  const bare = world.does({ name: 'fork' }, pid);
  world.name('bare', bare);
  world.does({ name: 'capset', caps: ['sys_admin'] }, bare);
}

const STATE =
  '`inside` is in a user namespace of its own, with all capabilities in it; `full` is its child without a ' +
  'free fd, `bare` one with CAP_SYS_ADMIN alone. `top` is open on the top of a bpffs of that namespace, ' +
  'which delegates MAP_CREATE of hashes and PROG_LOAD of cgroup_skb for ingress; `none` on one that ' +
  'delegates nothing; `hosts` on the bpffs of the host, `below` on a directory of it. `other` is in another ' +
  'user namespace, and has `others`, the same as `top`.';

const page = 'tokens';

const create: Table = {
  page,
  title: 'token_create',
  source: '`__sys_bpf`, `token_create`, `bpf_token_create`; semantics §18, §30',
  state: STATE,
  given: delegations,
  rows: `
    | asked | call | v2-series..5.18 | 5.19..6.8 | 6.9.. |
    | a flag | token_create pid = inside; bpffs_fd = closed; flags = 1 | EPERM | EINVAL | EINVAL |
    | a closed fd | token_create pid = inside; bpffs_fd = closed | EPERM | EINVAL | EBADF |
    | a file | token_create pid = inside; bpffs_fd = 0 | EPERM | EINVAL | EINVAL |
    | a directory below the top | token_create bpffs_fd = below | EINVAL | EINVAL | EINVAL |
    | another user namespace's | token_create pid = other; bpffs_fd = others | EPERM | EINVAL | EPERM |
    | the host's, with all capabilities | token_create bpffs_fd = hosts | EINVAL | EINVAL | EOPNOTSUPP |
    | CAP_SYS_ADMIN is not CAP_BPF | token_create pid = bare; bpffs_fd = top | EPERM | EINVAL | EPERM |
    | what delegates nothing | token_create pid = full; bpffs_fd = none | EPERM | EINVAL | ENOENT |
    | no fd is free | token_create pid = full; bpffs_fd = top | EPERM | EINVAL | EMFILE |
    | nothing is wrong | token_create pid = inside; bpffs_fd = top | EPERM | EINVAL | ok |
  `,
};

const mount: Table = {
  page,
  title: 'fsmount of a bpffs that delegates',
  source: '`may_mount`, `mount_capable`, `bpf_parse_param`; semantics §30',
  state: `${STATE} \`lame\` is of the host and has no capability.`,
  given: delegations,
  rows: `
    | asked | call | all |
    | nobody mounts without CAP_SYS_ADMIN | fsmount pid = lame; by_pid = 1 | EPERM |
    | no fd is free | fsmount pid = full; by_pid = 1 | EMFILE |
    | nobody has the pid | fsmount pid = inside; by_pid = 99 | ESRCH |
    | options by one inside | fsmount pid = inside | EPERM |
    | options by one of the host without CAP_SYS_ADMIN | fsmount pid = inside; by_pid = lame | EPERM |
    | a top that its owner does not read | fsmount pid = inside; by_pid = 1; mode = 56 | EACCES |
    | by root of the host | fsmount pid = inside; by_pid = 1 | ok |
    | for itself | fsmount | ok |
  `,
};

/** The same with a token of `inside`, under the same number in `bare` and in init. */
function tokens(world: World): void {
  delegations(world);
  const pid = world.at('inside');
  world.name('token', world.does({ name: 'token_create', bpffs_fd: world.at('top') }, pid));
  for (const [label, to_pid] of [
    ['roots', 1],
    ['lames', world.at('lame')],
    ['bares', world.at('bare')],
    ['theirs', world.at('other')],
  ] as const) {
    world.does({ name: 'send_fd', fd: world.at('token'), to_pid }, pid);
    world.name(label, world.does({ name: 'recv_fd' }, to_pid));
  }
}

const use: Table = {
  page,
  title: 'Commands with a token',
  source: '`bpf_token_allow_cmd`, `bpf_token_capable`; semantics §30',
  state:
    `${STATE} \`token\` is a token of \`top\`; \`roots\`, \`lames\`, \`bares\` and \`theirs\` are the same in ` +
    'init, in `lame`, a process of root without capabilities, in `bare` and in `other`.',
  given: (world, kernel) => {
    void kernel;
    tokens(world);
  },
  rows: `
    | asked | call | 6.9..6.14 | 6.15..6.16 | 6.17.. |
    | a load without it | prog_load pid = inside; prog_type = cgroup_skb | EPERM | EPERM | EPERM |
    | the flag alone names fd 0 | prog_load pid = inside; prog_type = cgroup_skb; prog_flags = 65536 | EINVAL | EINVAL | EINVAL |
    | a closed fd | prog_load pid = inside; prog_type = cgroup_skb; prog_flags = 65536; prog_token_fd = closed | EBADF | EBADF | EBADF |
    | a load with it | prog_load pid = inside; prog_type = cgroup_skb; prog_flags = 65536; prog_token_fd = token | ok | ok | ok |
    | without the flag the fd is not looked at | prog_load pid = inside; prog_type = cgroup_skb; prog_token_fd = token | EPERM | EPERM | EPERM |
    | a hook that it does not allow | prog_load pid = inside; prog_type = cgroup_skb; expected_attach_type = cgroup_inet_egress; prog_flags = 65536; prog_token_fd = token | EPERM | EPERM | EPERM |
    | a type that it does not allow | prog_load pid = inside; prog_type = cgroup_device; prog_flags = 65536; prog_token_fd = token | EPERM | EPERM | EPERM |
    | it gives no capability: who lacks it there is refused | prog_load pid = theirs; prog_type = cgroup_skb; prog_flags = 65536; prog_token_fd = theirs | EPERM | EPERM | EPERM |
    | CAP_SYS_ADMIN stands in for CAP_BPF | prog_load pid = bare; prog_type = cgroup_skb; prog_flags = 65536; prog_token_fd = bares | ok | ok | ok |
    | who made the user namespace has all in it | prog_load pid = lame; prog_type = cgroup_skb; prog_flags = 65536; prog_token_fd = lames | ok | ok | ok |
    | where it does not allow, capabilities of the host count | prog_load prog_type = kprobe; prog_flags = 65536; prog_token_fd = roots | ok | ok | ok |
    | a map without it | map_create pid = inside; map_type = hash; key_size = 4; value_size = 4; max_entries = 1 | EPERM | EPERM | EPERM |
    | a map with it | map_create pid = inside; map_type = hash; key_size = 4; value_size = 4; max_entries = 1; map_flags = 65536; map_token_fd = token | ok | ok | ok |
    | the form before the token | map_create pid = inside; map_type = hash; key_size = 4; value_size = 4; map_flags = 65536; map_token_fd = closed | EINVAL | EINVAL | EINVAL |
    | a map that it does not allow | map_create pid = inside; map_type = array; key_size = 4; value_size = 4; max_entries = 1; map_flags = 65536; map_token_fd = token | EPERM | EPERM | EPERM |
    | BTF_LOAD is not delegated | btf_load pid = inside; btf_flags = 65536; btf_token_fd = token | EPERM | EPERM | EPERM |
    | an unknown flag of it | btf_load pid = inside; btf_flags = 1; btf_token_fd = token | EINVAL | EINVAL | EINVAL |
    | nor is BTF_GET_FD_BY_ID | btf_get_fd_by_id pid = inside; btf_id = 1; open_flags = 65536; token_fd = token | EINVAL | EPERM | EPERM |
    | info on it | obj_get_info_by_fd pid = inside; bpf_fd = token | EINVAL | EINVAL | ok |
    | it is not an object to pin | obj_pin pid = inside; bpf_fd = token; path = /t | EINVAL | EINVAL | EINVAL |
  `,
};

const hooks: Table = {
  page,
  title: 'Hooks that a token allows',
  source: '`bpf_token_allow_prog_type`; semantics §26, §30',
  state:
    '`inside` is in a user namespace of its own and has `token`, which allows whatever the kernel has: hooks ' +
    '56 (sessions of kprobes), 57 (of uprobes) and 58 (of functions) by release.',
  given(world) {
    world.name('inside', world.does({ name: 'fork', clone_newuser: true, clone_newns: true }));
    const pid = world.at('inside');
    const sets = { delegate_cmds: 'any', delegate_progs: 'any', delegate_attachs: 'any' } as const;
    const bpffs_fd = world.does({ name: 'fsmount', by_pid: 1, ...sets }, pid);
    world.name('token', world.does({ name: 'token_create', bpffs_fd }, pid));
  },
  rows: `
    | asked | call | 6.9 | 6.10..6.12 | 6.13..6.19 | 7.0.. |
    | a hook of cgroups | prog_load pid = inside; prog_type = kprobe; expected_attach_type = 53; prog_flags = 65536; prog_token_fd = token | ok | ok | ok | ok |
    | a session of kprobes | prog_load pid = inside; prog_type = kprobe; expected_attach_type = 56; prog_flags = 65536; prog_token_fd = token | EPERM | ok | ok | ok |
    | of uprobes | prog_load pid = inside; prog_type = kprobe; expected_attach_type = 57; prog_flags = 65536; prog_token_fd = token | EPERM | EPERM | ok | ok |
    | of functions | prog_load pid = inside; prog_type = kprobe; expected_attach_type = 58; prog_flags = 65536; prog_token_fd = token | EPERM | EPERM | EPERM | ok |
    | what no kernel has | prog_load pid = inside; prog_type = kprobe; expected_attach_type = 59; prog_flags = 65536; prog_token_fd = token | EPERM | EPERM | EPERM | EPERM |
  `,
};

const before: Table = {
  page,
  title: 'Fields of tokens, before there are any',
  source: '`CHECK_ATTR`, `bpf_check_uarg_tail_zero`; semantics §30',
  state: 'The caller has all capabilities; fd 0 is open and no token.',
  given: () => undefined,
  rows: `
    | asked | call | v2-series..6.8 | 6.9..6.14 | 6.15.. |
    | of PROG_LOAD | prog_load prog_type = cgroup_skb; prog_token_fd = 9 | E2BIG | ok | ok |
    | of MAP_CREATE | map_create map_type = hash; key_size = 4; value_size = 4; max_entries = 1; map_token_fd = 9 | EINVAL | ok | ok |
    | of BTF_LOAD | btf_load btf_token_fd = 9 | EINVAL | ok | ok |
    | flags of BTF_LOAD | btf_load btf_flags = 65536 | EINVAL | EINVAL | EINVAL |
    | of BTF_GET_FD_BY_ID | btf_get_fd_by_id btf_id = 1; token_fd = 9 | EINVAL | EINVAL | ok |
  `,
};

const namespaces: Table = {
  page,
  title: 'User namespaces',
  source: '`check_unshare_flags`, `copy_process`, `create_user_ns`; semantics §30',
  state: STATE,
  given: (world) => {
    delegations(world);
    world.name(
      'thread',
      world.does({ name: 'fork', clone_thread: true, clone_files: true }, world.at('lame')),
    );
  },
  rows: `
    | asked | call | all |
    | by a process with threads | unshare pid = lame; clone_newuser = true | EINVAL |
    | a thread in one of its own | fork clone_thread = true; clone_newuser = true | EINVAL |
    | below one, whose uids it does not map | unshare pid = inside; clone_newuser = true | EPERM |
    | a child in one below | fork pid = inside; clone_newuser = true | EPERM |
    | other namespaces, by the capability in it | unshare pid = inside; clone_newns = true | ok |
    | by one without capabilities | fork pid = lame; clone_newuser = true; clone_newns = true | ok |
    | killing a process of the host | kill pid = inside; to_pid = 1 | ok |
    | capabilities that it has no more | capset pid = bare; caps = bpf | EPERM |
    | a mount | mount pid = inside; path = / | EPERM |
    | ids of objects are the host's | prog_get_next_id pid = inside; start_id = 0 | EPERM |
  `,
};

export const tokenTables: readonly Table[] = [create, mount, use, hooks, before, namespaces];
