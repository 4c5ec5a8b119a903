/** Fds and processes: semantics §14. */
import { ALL_CAPABILITIES } from '../../../src/domain/capability.ts';
import type { World } from '../given.ts';
import type { Table } from './table.ts';

const open: Table = {
  page: 'fds',
  title: 'open, dup, dup2, close and setrlimit',
  source: '`alloc_fd`, `ksys_dup3`, `close_fd`, `do_prlimit`; semantics §14',
  state: 'The caller has 0, 1 and 2 open and a limit of 3.',
  given(world) {
    world.cgroups('/c');
    world.does({ name: 'setrlimit', nofile: 3 });
  },
  call: 'open_cgroup path = /x',
  steps: { 'raise the limit': (world) => world.does({ name: 'setrlimit', nofile: 4 }) },
  rows: `
    | wrong first                        | mended by                           | all    |
    | no free fd, before the path counts | raise the limit                     | EMFILE |
    | there is no cgroup /x              | path = /c                           | ENOENT |
    | nothing: 3                         | name = open_other; kind = file      | ok     |
    | no free fd                         | name = dup; fd = closed             | EMFILE |
    | the fd is closed                   | fd = 3                              | EBADF  |
    | no free fd                         | name = dup2; fd = closed; to_fd = 4 | EMFILE |
    | 4 is not below the limit           | to_fd = 3                           | EBADF  |
    | the fd is closed                   | fd = 1                              | EBADF  |
    | nothing: 3 is closed and taken     | name = close; fd = closed           | ok     |
    | the fd is closed                   | fd = 3                              | EBADF  |
    | nothing                            | name = setrlimit; nofile = 1048577  | ok     |
    | the limit is above fs.nr_open      | nofile = 1048576                    | EPERM  |
    | nothing                            |                                     | ok     |
  `,
};

const send: Table = {
  page: 'fds',
  title: 'Passing an fd over a socket',
  source: '`scm_send`, `scm_detach_fds`; semantics §14',
  state: 'The process `other` has no fd waiting.',
  given(world) {
    world.prog('a');
    world.name('other', world.does({ name: 'spawn' }));
  },
  call: 'send_fd fd = closed; to_pid = 9999',
  rows: `
    | wrong first                  | mended by      | all    |
    | the fd is closed             | fd = a         | EBADF  |
    | no process 9999              | to_pid = other | ESRCH  |
    | nothing                      | name = recv_fd | ok     |
    | nothing waits for the sender | pid = other    | EAGAIN |
    | nothing                      |                | ok     |
  `,
};

const born: Table = {
  page: 'processes',
  title: 'spawn, fork, exit and capset',
  source: '`copy_process`, `do_exit`, `cap_capset`; semantics §14, §18',
  state: '`user` has uid 1000 and CAP_BPF.',
  given(world) {
    world.name('user', world.does({ name: 'spawn', uid: 1000, caps: ['bpf'] }));
  },
  call: 'spawn pid = 9999; child_pid = user',
  rows: `
    | wrong first                       | mended by                                       | all    |
    | no process 9999 to call           | no pid                                          | ESRCH  |
    | the pid is taken                  | name = fork; child_pid = 1                      | EEXIST |
    | the pid is taken, also for a fork | name = spawn; child_pid = 77                    | EEXIST |
    | nothing                           | name = capset; pid = user; caps = bpf+net_admin | ok     |
    | a user gains no capability        | caps = none; uid = 0                            | EPERM  |
    | a user does not become root       | no uid                                          | EPERM  |
    | nothing                           | name = exit; pid = 1                            | ok     |
    | init does not end                 | pid = user                                      | EPERM  |
    | nothing                           |                                                 | ok     |
  `,
};

const sets: Table = {
  page: 'processes',
  title: 'capset with the sets that exec goes by',
  source: '`cap_capset`, `cap_prctl_drop`, `PR_CAP_AMBIENT_RAISE`; capabilities(7)',
  state:
    '`user` has uid 1000 and CAP_BPF; `boxed` is root without CAP_NET_ADMIN in its bounding set.',
  given(world) {
    world.name('user', world.does({ name: 'fork', uid: 1000, caps: ['bpf'] }));
    world.name('boxed', world.does({ name: 'fork' }));
    const bounding = ALL_CAPABILITIES.filter((name) => name !== 'net_admin');
    world.does({ name: 'capset', caps: bounding, bounding }, world.at('boxed'));
  },
  call: 'capset pid = user; caps = bpf; bounding = bpf; inheritable = net_admin; ambient = net_admin',
  rows: `
    | wrong first                              | mended by               | all   |
    | only root drops of the bounding set      | no bounding             | EPERM |
    | a user inherits only what it has         | inheritable = bpf       | EPERM |
    | ambient is what is permitted             | ambient = bpf           | EPERM |
    | nothing                                  | inheritable = none; caps = none | ok |
    | ambient is what is inheritable           | no ambient              | EPERM |
    | nothing                                  | pid = boxed; bounding = net_admin | ok |
    | nobody gets back what it dropped         | no bounding; inheritable = net_admin | EPERM |
    | nor inherits it                          | no inheritable          | EPERM |
    | nothing                                  |                         | ok    |
  `,
};

const sysctls: Table = {
  page: 'capabilities',
  title: 'Writing unprivileged_bpf_disabled',
  source: '`bpf_unpriv_handler`, `test_perm`; semantics §18',
  state: 'It is 2. The caller has uid 1000 and CAP_SYS_ADMIN; `root` has uid 0 and no capability.',
  given(world) {
    world.name('user', world.does({ name: 'fork', uid: 1000, caps: ['sys_admin'] }));
    world.name('root', world.does({ name: 'fork', caps: [] }));
  },
  call: 'sysctl pid = user; variable = unprivileged_bpf_disabled; value = 3',
  rows: `
    | wrong first                     | mended by  | v2-series..5.10.231, 5.11..5.12 | 5.10.262..5.10, 5.13.. |
    | uid 1000 does not open the file | pid = root | EACCES                        | EACCES                 |
    | no CAP_SYS_ADMIN                | no pid     | –                             | EPERM                  |
    | 3 is not a value                | value = 0  | EINVAL                        | EINVAL                 |
    | nothing                         | value = 1  | EINVAL                        | ok                     |
    | nothing                         | value = 2  | ok                            | ok                     |
    | 1 is for ever                   | value = 1  | EINVAL                        | EPERM                  |
    | nothing: it is 1                |            | ok                            | ok                     |
  `,
};

/** The caller's 3 is a pipe's end, a limit of 5; `other` has uid 1000 and no capability. */
function limits(world: World): void {
  world.does({ name: 'open_other', kind: 'file' });
  world.name('other', world.does({ name: 'spawn', uid: 1000, caps: [] }));
  world.does({ name: 'setrlimit', nofile: 5 });
}

const BOUNDED = 'The caller has 0 to 3 open and a limit of 5; `other` has uid 1000, no capability.';

const dup3: Table = {
  page: 'fds',
  title: 'dup3',
  source: '`ksys_dup3`; semantics §14',
  state: BOUNDED,
  given: limits,
  call: 'dup3 fd = closed; to_fd = closed; flags = 1',
  rows: `
    | wrong first                        | mended by          | all    |
    | flags other than O_CLOEXEC         | flags = 524288     | EINVAL |
    | onto itself, although it is closed | to_fd = 5          | EINVAL |
    | 5 is not below the limit           | to_fd = 3          | EBADF  |
    | the fd is closed                   | fd = 1             | EBADF  |
    | nothing: 3 is closed and taken     | fd = 3             | ok     |
    | onto itself, although it is open   | fd = 1; to_fd = -1 | EINVAL |
    | a negative number                  | to_fd = 4          | EBADF  |
    | nothing                            |                    | ok     |
  `,
};

const fcntl: Table = {
  page: 'fds',
  title: 'fcntl of an fd',
  source: '`do_fcntl`, `f_dupfd`; semantics §14',
  state: BOUNDED,
  given: limits,
  call: 'fcntl fd = closed; cmd = f_dupfd; arg = 5',
  rows: `
    | wrong first              | mended by                 | all    |
    | the fd is closed         | fd = 3                    | EBADF  |
    | 5 is not below the limit | arg = 4294967295          | EINVAL |
    | nor is -1                | arg = 0                   | EINVAL |
    | nothing: 4               |                           | ok     |
    | no free fd from 0 on     | arg = 5                   | EMFILE |
    | the limit comes first    | cmd = f_getfd; fd = closed | EINVAL |
    | the fd is closed         | fd = 3                    | EBADF  |
    | nothing                  | cmd = f_setfd; arg = 7    | ok     |
    | nothing: only bit 0 counts |                         | ok     |
  `,
};

const closeRange: Table = {
  page: 'fds',
  title: 'close_range',
  source: '`__close_range`; semantics §14',
  state: BOUNDED,
  given: limits,
  call: 'close_range first = 4; last = 3; flags = 12',
  rows: `
    | wrong first                            | mended by             | v2-series..5.8 | 5.9..5.10.262 | 5.11.. |
    | a flag that is unknown                 | flags = 4; last = 9 | · | EINVAL | EINVAL |
    | CLOEXEC, where it is unknown           | flags = 2; last = 3 | · | EINVAL | ok |
    | the first is above the last            | last = 4294967295 | · | EINVAL | EINVAL |
    | nothing: no number needs to be open    | first = 9; last = 9   | · | ok       | ok     |
    | there is no such call                  |                       | ENOSYS | ok       | ok     |
  `,
};

const pidfd: Table = {
  page: 'fds',
  title: 'pidfd_getfd',
  source: '`pidfd_getfd`, `__pidfd_fget`, `ptrace_may_access`; semantics §14',
  state: BOUNDED,
  given: limits,
  call: 'pidfd_getfd pid = other; target_pid = 9999; target_fd = closed; flags = 1',
  steps: {
    'the caller is full': (world) => world.does({ name: 'dup', fd: 0 }),
    'one is closed': (world) => world.does({ name: 'close', fd: 3 }),
  },
  rows: `
    | wrong first                              | mended by          | all    |
    | flags                                    | no flags           | EINVAL |
    | no process 9999                          | target_pid = 1     | ESRCH  |
    | a process with more rights               | no pid             | EPERM  |
    | the fd is closed there                   | the caller is full; target_fd = 0 | EBADF  |
    | no free fd                               | one is closed      | EMFILE |
    | nothing                                  |                    | ok     |
  `,
};

const threads: Table = {
  page: 'processes',
  title: 'kill, unshare and the ends of threads',
  source: '`kill_ok_by_cred`, `do_exit`; semantics §14, §18',
  state: '`user` has uid 1000 and no capability; `root` is of uid 0.',
  given(world) {
    world.name('user', world.does({ name: 'spawn', uid: 1000, caps: [] }));
    world.name('root', world.does({ name: 'spawn' }));
  },
  call: 'kill pid = user; to_pid = 9999',
  rows: `
    | wrong first                        | mended by                          | all   |
    | no process 9999                    | to_pid = root                      | ESRCH |
    | a process of another uid           | no pid; to_pid = 1                 | EPERM |
    | nothing: init is deaf              | to_pid = user                      | ok    |
    | nothing                            |                                    | ok    |
    | it is gone                         | name = exit; no to_pid; thread = true | ESRCH |
    | init's thread stays too            | name = unshare; no thread; clone_files = true | EPERM |
    | nothing: the table is its own      |                                    | ok    |
  `,
};

export const processTables: readonly Table[] = [
  ...[open, dup3, fcntl, closeRange, pidfd, send, born, sets, sysctls, threads],
];
