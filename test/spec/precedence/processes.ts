/** Fds and processes: semantics §14. */
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

/** The caller's 3 is a pipe's end, a limit of 5; `other` has uid 1000 and no capability. */
function bounded(world: World): void {
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
  given: bounded,
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
  given: bounded,
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
  given: bounded,
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
  given: bounded,
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
  ...[open, dup3, fcntl, closeRange, pidfd, send, born, threads],
];
