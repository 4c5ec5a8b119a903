// Fds as recordings tell them: copies, close-on-exec, sockets, pidfds.

import { expect, it } from 'vitest';
import { CG, LOAD, MKDIR, OPEN, read, short, shortOf } from '../../../test/support/strace-lines.ts';

/** A message with an fd. */
const rights = (fd: number) =>
  `{msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base="x", iov_len=1}], msg_iovlen=1, msg_control=[{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[${fd}<anon_inode:bpf_link>]}], msg_controllen=24, msg_flags=0}`;

/** 812 has a link as fd 5, and 813 a socket. */
const LINK_AND_SOCKET = [
  MKDIR,
  OPEN(812, 3),
  LOAD(812, 4),
  `812 bpf(BPF_LINK_CREATE, {link_create={prog_fd=4<anon_inode:bpf-prog>, target_fd=3<${CG}/a>, attach_type=BPF_CGROUP_INET_EGRESS, flags=0}}, 48) = 5<anon_inode:bpf_link>`,
  '813 socket(AF_UNIX, SOCK_STREAM, 0) = 3<UNIX-STREAM:[7]>',
];

it('an fd that is sent over a socket is there when the sender has closed its own', async () => {
  const { told, summary } = await read([
    ...LINK_AND_SOCKET,
    `812 sendmsg(6<UNIX-STREAM:[8->7]>, ${rights(5)}, 0) = 1`,
    '812 close(5<anon_inode:bpf_link>) = 0',
    `813 recvmsg(3<UNIX-STREAM:[7->8]>, ${rights(9)}, MSG_CMSG_CLOEXEC) = 1`,
    '813 close(9<anon_inode:bpf_link>) = 0',
  ]);
  expect(told.map(short).slice(4)).toEqual([
    '813 found {}',
    '812 send_fd 5 813 = 0',
    '812 close 5 = 0',
    '813 recv_fd = 9',
    '813 close 9 = 0',
  ]);
  expect(summary.divergences.count).toBe(0);
});

it('an fd that arrives before the call that sends it returns was sent before', async () => {
  const { told, summary } = await read([
    ...LINK_AND_SOCKET,
    `812 sendmsg(6<UNIX-STREAM:[8->7]>, ${rights(5)}, 0 <unfinished ...>`,
    `813 recvmsg(3<UNIX-STREAM:[7->8]>, ${rights(9)}, MSG_CMSG_CLOEXEC) = 1`,
    '812 <... sendmsg resumed>) = 1',
    '813 close(9<anon_inode:bpf_link>) = 0',
  ]);
  expect(told.map(short).slice(4)).toEqual([
    '813 found {}',
    '812 send_fd 5 813 = 0',
    '813 recv_fd = 9',
    '813 close 9 = 0',
  ]);
  expect(summary.divergences.count).toBe(0);
});

it.each([
  ['a thread', 'clone(child_stack=0x7f00, flags=CLONE_VM|CLONE_FILES|CLONE_THREAD', []],
  ['a process', 'vfork(', ['812 fork 813 = 813', '813 exit = 0']],
])('%s may end before the call that made it returns', async (_, call, told) => {
  const recorded = await read([
    MKDIR,
    OPEN(812, 3),
    `812 ${call} <unfinished ...>`,
    '813 close(7) = -1 EBADF (Bad file descriptor)',
    '813 +++ exited with 0 +++',
    '812 <... clone resumed>) = 813'.replace('clone', call.replace(/\(.*/, '')),
    '812 exit_group(0) = ?',
    '812 +++ exited with 0 +++',
  ]);
  expect(recorded.told.map(short).slice(2)).toEqual([...told, '812 exit = 0']);
});

it('a pid that is used again while a clone is under way is the new child’s', async () => {
  const { told } = await read([
    MKDIR,
    OPEN(812, 3),
    '812 fork() = 813',
    '813 close(3) = 0',
    '812 fork( <unfinished ...>',
    '813 +++ exited with 0 +++',
    '812 <... fork resumed>) = 813',
    '813 close(3) = 0',
    '813 +++ exited with 0 +++',
  ]);
  const child = ['812 fork 813 = 813', '813 close 3 = 0', '813 exit = 0'];
  expect(told.map(short).slice(2)).toEqual([...child, ...child]);
});

it('copies of fds, and close-on-exec, are told as they were made', async () => {
  const told = await shortOf([
    MKDIR,
    OPEN(812, 3),
    LOAD(812, 4),
    '812 dup(4<anon_inode:bpf-prog>) = 5<anon_inode:bpf-prog>',
    '812 dup2(4<anon_inode:bpf-prog>, 7) = 7<anon_inode:bpf-prog>',
    '812 dup3(4<anon_inode:bpf-prog>, 8, O_CLOEXEC) = 8<anon_inode:bpf-prog>',
    '812 fcntl(4<anon_inode:bpf-prog>, F_DUPFD_CLOEXEC, 10) = 10<anon_inode:bpf-prog>',
    '812 fcntl(5<anon_inode:bpf-prog>, F_SETFD, FD_CLOEXEC) = 0',
    '812 fcntl(5<anon_inode:bpf-prog>, F_GETFD) = 0x1 (flags FD_CLOEXEC)',
    '812 close_range(7, 8, 0) = 0',
    '812 close_range(20, 4294967295, CLOSE_RANGE_CLOEXEC) = 0',
  ]);
  expect(told.slice(3)).toEqual([
    '812 dup 4 = 5',
    '812 dup2 4 7 = 7',
    '812 dup3 4 8 524288 = 8',
    '812 fcntl 4 f_dupfd_cloexec 10 = 10',
    '812 fcntl 5 f_setfd 1 = 0',
    '812 close_range 7 8 0 = 0',
  ]);
});

it('an fd that was opened without close-on-exec is there after an execve', async () => {
  const told = await shortOf([
    MKDIR,
    OPEN(812, 3),
    `812 openat(AT_FDCWD</srv>, "${CG}/a", O_RDONLY) = 4<${CG}/a>`,
    '812 execve("/usr/bin/tool", ["tool"], 0x7f /* 39 vars */) = 0',
    '812 close(3) = -1 EBADF (Bad file descriptor)',
    '812 close(4) = 0',
  ]);
  expect(told.slice(3)).toEqual(['812 exec tool = 0', '812 close 4 = 0']);
});

it('an fd that another process took by pidfd_getfd is its own', async () => {
  const told = await shortOf([
    MKDIR,
    OPEN(812, 3),
    LOAD(812, 4),
    '813 pidfd_open(812, 0) = 3',
    '813 pidfd_getfd(3, 4, 0) = 5',
    '813 close(5) = 0',
  ]);
  expect(told.slice(3)).toEqual(['813 pidfd_getfd 812 4 = 5', '813 close 5 = 0']);
});

it('a process that is moved joins the cgroup', async () => {
  const { told, summary } = await read([
    MKDIR,
    `812 write(5<${CG}/a/cgroup.procs>, "813\\n", 4) = 4`,
    `812 write(5<${CG}/a/cgroup.procs>, "0", 1) = 1`,
  ]);
  expect(told.map(short).slice(1)).toEqual([
    '813 found {}',
    '812 join /a 813 = 0',
    '812 join /a = 0',
  ]);
  expect(summary.divergences.count).toBe(0);
});

it('a number that an open gave out is closed, whether that was seen or not', async () => {
  const told = await shortOf([
    MKDIR,
    OPEN(812, 3),
    '812 socket(AF_INET, SOCK_DGRAM, 0) = 3<UDP:[9]>',
    '812 close(3) = 0',
  ]);
  expect(told.slice(1)).toEqual(['812 open_cgroup /a = 3', '812 gone {"fd":3}']);
});
