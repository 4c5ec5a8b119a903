/** Fds and processes: semantics §14. */
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

export const processTables: readonly Table[] = [open, send, born];
