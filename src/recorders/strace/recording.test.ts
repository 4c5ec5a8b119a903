// Recordings in the forms that strace has, each told as the observations that it comes to.

import { expect, it } from 'vitest';
import {
  ATTACH,
  CG,
  DETACH,
  LOAD,
  MKDIR,
  OPEN,
  QUERY,
  read,
  short,
  shortOf,
} from '../../../test/support/strace-lines.ts';

it('names and numbers (-Xraw) and both (-Xverbose) say the same', async () => {
  const names = await shortOf([MKDIR, OPEN(812, 3), LOAD(812, 4, 'p'), ATTACH(812, 4)]);
  expect(names).toEqual([
    '812 mkdir /a = 0',
    '812 open_cgroup /a = 3',
    '812 prog_load cgroup_skb cgroup_inet_egress p 2 = 4',
    '812 prog_attach 3 4 cgroup_inet_egress ["multi"] = 0',
  ]);
  const raw = await shortOf([
    MKDIR,
    `812 openat(-100</srv>, "${CG}/a", 02200000) = 3<${CG}/a>`,
    '812 bpf(5, {prog_type=8, insn_cnt=2, insns=0x7f, license="GPL", prog_name="p", expected_attach_type=0x1, prog_btf_fd=0</dev/null>}, 128) = 4<anon_inode:bpf-prog>',
    `812 bpf(8, {target_fd=3<${CG}/a>, attach_bpf_fd=4<anon_inode:bpf-prog>, attach_type=0x1, attach_flags=0x2, replace_bpf_fd=0</dev/null>}, 20) = 0`,
  ]);
  expect(raw).toEqual(names);
  const verbose = await shortOf([
    MKDIR,
    `812 openat(-100 /* AT_FDCWD */</srv>, "${CG}/a", 02200000 /* O_RDONLY|O_CLOEXEC|O_DIRECTORY */) = 3<${CG}/a>`,
    '812 bpf(0x5 /* BPF_PROG_LOAD */, {prog_type=0x8 /* BPF_PROG_TYPE_CGROUP_SKB */, insn_cnt=2, insns=0x7f, license="GPL", prog_name="p", expected_attach_type=0x1 /* BPF_CGROUP_INET_EGRESS */, prog_btf_fd=0</dev/null>}, 128) = 4<anon_inode:bpf-prog>',
    `812 bpf(0x8 /* BPF_PROG_ATTACH */, {target_fd=3<${CG}/a>, attach_bpf_fd=4<anon_inode:bpf-prog>, attach_type=0x1 /* BPF_CGROUP_INET_EGRESS */, attach_flags=0x2 /* BPF_F_ALLOW_MULTI */, replace_bpf_fd=0</dev/null>}, 20) = 0`,
  ]);
  expect(verbose).toEqual(names);
});

it('a program of LSM_CGROUP tells its hook', async () => {
  const load = (type: string) =>
    `812 bpf(BPF_PROG_LOAD, {prog_type=BPF_PROG_TYPE_LSM, insn_cnt=2, expected_attach_type=${type}, attach_btf_id=104}, 128) = 4`;
  expect(await shortOf([load('BPF_LSM_CGROUP'), load('BPF_LSM_MAC')])).toEqual([
    '812 prog_load lsm lsm_cgroup 104 2 = 4',
    '812 prog_load lsm lsm_mac 104 2 = 4',
  ]);
});

it('without -y the fds are followed by their numbers', async () => {
  const told = await shortOf([
    MKDIR,
    `812 openat(AT_FDCWD, "${CG}/a", O_RDONLY|O_CLOEXEC|O_DIRECTORY) = 3`,
    '812 bpf(BPF_PROG_LOAD, {prog_type=BPF_PROG_TYPE_CGROUP_SKB, insn_cnt=2}, 48) = 4',
    '812 bpf(BPF_LINK_CREATE, {link_create={prog_fd=4, target_fd=3, attach_type=BPF_CGROUP_INET_EGRESS, flags=0}}, 48) = 5',
    '812 openat(AT_FDCWD, "/etc/passwd", O_RDONLY) = 6',
    '812 close(6) = 0',
    '812 close(4) = 0',
    '812 chdir("/sys/fs/cgroup/a") = 0',
    '812 mkdir("b", 0777) = 0',
    '812 close(5) = 0',
  ]);
  expect(told).toEqual([
    '812 mkdir /a = 0',
    '812 open_cgroup /a = 3',
    '812 prog_load cgroup_skb 2 = 4',
    '812 link_create 4 3 cgroup_inet_egress = 5',
    '812 close 4 = 0',
    '812 mkdir /a/b = 0',
    '812 close 5 = 0',
  ]);
});

it('halves of interrupted calls are put together, in the order in which they end', async () => {
  const told = await shortOf([
    MKDIR,
    `812 mkdir("${CG}/b", 0777 <unfinished ...>`,
    `813 mkdir("${CG}/c", 0777) = 0`,
    '812 <... mkdir resumed>) = -1 EACCES (Permission denied)',
  ]);
  expect(told).toEqual(['812 mkdir /a = 0', '813 mkdir /c = 0', '812 mkdir /b = EACCES']);
});

it('a child that speaks before its fork returned is the child of who forks', async () => {
  const told = await shortOf([
    '812 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD <unfinished ...>',
    '813 execve("/usr/bin/tool", ["tool"], 0x7f /* 39 vars */) = 0',
    '812 <... clone resumed>, child_tidptr=0x7f) = 813',
    `813 mkdir("${CG}/a", 0777) = 0`,
    '813 +++ killed by SIGKILL +++',
  ]);
  expect(told).toEqual([
    '812 fork 813 = 813',
    '813 exec tool = 0',
    '813 mkdir /a = 0',
    '813 exit = 0',
  ]);
});

it('owners and modes of cgroups and their files, however they are named', async () => {
  const fd = `3<${CG}/a>`;
  const told = await shortOf([
    MKDIR,
    `812 chown("${CG}/a", 1000, 1000) = 0`,
    `812 lchown("${CG}/a/cgroup.procs", 1000, -1) = 0`,
    `812 chown("${CG}/a", -1, 5) = 0`,
    OPEN(812, 3),
    `812 fchown(${fd}, 1001, 1001) = 0`,
    `812 fchmod(${fd}, 0775) = 0`,
    `812 fchownat(${fd}, "cgroup.threads", 7, 7, 0) = 0`,
    `812 fchownat(${fd}, "", 8, 8, AT_EMPTY_PATH) = 0`,
    `812 fchownat(${fd}, "", 9, 9, 0) = -1 ENOENT (No such file or directory)`,
    `812 fchmodat(AT_FDCWD</srv>, "${CG}/a/memory.max", 0664) = 0`,
    `812 fchmodat(AT_FDCWD</srv>, "${CG}/a/cgroup.procs", 0664) = -1 EPERM (Operation not permitted)`,
    `812 fchmodat2(${fd}, "", 01700, AT_EMPTY_PATH) = 0`,
    '812 fchownat(AT_FDCWD</srv>, "/sys/fs/bpf/p", 7, 7, 0) = 0',
  ]);
  expect(told.slice(1)).toEqual([
    '812 cgroup_chown /a 1000 = 0',
    '812 cgroup_chown /a/cgroup.procs 1000 = 0',
    '812 open_cgroup /a = 3',
    '812 cgroup_chown /a 1001 = 0',
    `812 cgroup_chmod /a ${0o775} = 0`,
    '812 cgroup_chown /a/cgroup.threads 7 = 0',
    '812 cgroup_chown /a 8 = 0',
    `812 cgroup_chmod /a/cgroup.procs ${0o664} = EPERM`,
    `812 cgroup_chmod /a ${0o1700} = 0`,
    '812 chown /p 7 = 0',
  ]);
});

it('processes that touch nothing of the ledger are left out', async () => {
  const told = await shortOf([
    '812 clone(child_stack=NULL, flags=SIGCHLD) = 813',
    '813 execve("/usr/bin/ls", ["ls"], 0x7f /* 39 vars */) = 0',
    '813 exit_group(0) = ?',
    '813 +++ exited with 0 +++',
    MKDIR,
    '812 +++ exited with 0 +++',
  ]);
  expect(told).toEqual(['812 mkdir /a = 0', '812 exit = 0']);
});

it('threads share the fds of their process, which ends with the last of them', async () => {
  const flags = 'CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD';
  const told = await shortOf([
    MKDIR,
    OPEN(812, 3),
    `812 clone3({flags=${flags}, child_tid=0x7f, stack=0x7f, stack_size=0x7fff00}, 88 <unfinished ...>`,
    LOAD(815, 4),
    '812 <... clone3 resumed> => {parent_tid=[815]}) = 815',
    ATTACH(815, 4),
    '815 exit(0) = ?',
    '815 +++ exited with 0 +++',
    '812 close(4<anon_inode:bpf-prog>) = 0',
    '812 +++ exited with 0 +++',
  ]);
  expect(told).toEqual([
    '812 mkdir /a = 0',
    '812 open_cgroup /a = 3',
    '812/815 prog_load cgroup_skb cgroup_inet_egress 2 = 4',
    '812/815 prog_attach 3 4 cgroup_inet_egress ["multi"] = 0',
    '812 close 4 = 0',
    '812 exit = 0',
  ]);
});

it('an execve of another thread goes on under the pid of the first', async () => {
  const told = await shortOf([
    MKDIR,
    OPEN(812, 3),
    '812 clone(child_stack=0x7f, flags=CLONE_VM|CLONE_FILES|CLONE_THREAD) = 815',
    '815 execve("/usr/bin/tool", ["tool"], 0x7f /* 39 vars */ <unfinished ...>',
    '812 +++ superseded by execve in pid 815 +++',
    '812 <... execve resumed>) = 0',
    `812 mkdir("${CG}/b", 0777) = 0`,
  ]);
  expect(told.slice(2)).toEqual(['812 exec tool = 0', '812 mkdir /b = 0']);
});

it('an id is that of the program which stands in its place in the answer of a query', async () => {
  const { told } = await read([
    MKDIR,
    OPEN(812, 3),
    LOAD(812, 4),
    LOAD(812, 5),
    ATTACH(812, 5),
    QUERY(812, '77', 1),
  ]);
  const ids = told.flatMap(({ outcome }) =>
    outcome && 'prog_id' in outcome ? [outcome.prog_id] : [],
  );
  expect(ids[0]).toBeGreaterThanOrEqual(2 ** 31);
  expect(ids[1]).toBe(77);
});

const TWO = [
  MKDIR,
  OPEN(812, 3),
  LOAD(812, 4),
  LOAD(812, 5),
  ATTACH(812, 4),
  ATTACH(812, 5),
  QUERY(812, '76, 77', 2),
];

it('a program that PROG_DETACH does not name is the one that a later query lacks', async () => {
  const first = await read([...TWO, DETACH(812), QUERY(812, '77', 1)]);
  expect(first.told.map(short).at(-2)).toBe('812 prog_detach 3 cgroup_inet_egress 4 = 0');
  const second = await read([...TWO, DETACH(812), QUERY(812, '76', 1)]);
  expect(second.told.map(short).at(-2)).toBe('812 prog_detach 3 cgroup_inet_egress 5 = 0');
  for (const { summary } of [first, second]) {
    expect(summary).toMatchObject({ ambiguous: [], divergences: { count: 0 } });
  }
});

it('says that nothing tells which program was detached', async () => {
  const { summary, told } = await read([...TWO, DETACH(812)]);
  expect(summary.ambiguous).toEqual([8]);
  expect(told.map(short).at(-1)).toBe('812 prog_detach 3 cgroup_inet_egress 4 = 0');
});

it('fields that a strace does not know are read from the bytes that -v prints', async () => {
  const { told } = await read([
    ...TWO,
    LOAD(812, 6),
    `812 bpf(BPF_PROG_ATTACH, {target_fd=3<${CG}/a>, attach_bpf_fd=6<anon_inode:bpf-prog>, attach_type=BPF_CGROUP_INET_EGRESS, attach_flags=BPF_F_ALLOW_MULTI|0x8, replace_bpf_fd=0</dev/null>, extra_data="\\x05\\x00\\x00\\x00\\x03\\x00\\x00\\x00\\x00\\x00\\x00\\x00" /* bytes 20..31 */}, 32) = 0`,
  ]);
  expect(told.at(-1)?.call).toMatchObject({
    flags: ['multi', 'before'],
    relative_fd: 5,
    expected_revision: 3,
  });
});

it('says where strace left out fields that are not zero', async () => {
  const { summary } = await read([
    ...TWO,
    LOAD(812, 6),
    `812 bpf(BPF_PROG_ATTACH, {target_fd=3<${CG}/a>, attach_bpf_fd=6<anon_inode:bpf-prog>, attach_type=BPF_CGROUP_INET_EGRESS, attach_flags=BPF_F_ALLOW_MULTI, replace_bpf_fd=0</dev/null>, ...}, 32) = 0`,
  ]);
  expect(summary.abbreviated).toEqual({ prog_attach: { count: 1, lines: [9] } });
});

it('what was attached before the recording is found when a query shows it', async () => {
  const { told, summary } = await read([
    OPEN(812, 3),
    LOAD(812, 4),
    ATTACH(812, 4),
    QUERY(812, '41, 77', 2),
  ]);
  expect(told.map(short)).toEqual([
    '812 open_cgroup /a = 3',
    expect.stringContaining('prog_load'),
    '812 prog_attach 3 4 cgroup_inet_egress ["multi"] = 0',
    '812 found {"id":41,"prog_type":"cgroup_skb"}',
    '812 found {"cgroup":"/a","attach_type":"cgroup_inet_egress","mode":"multi","prog_id":41,"index":0}',
    expect.stringContaining('prog_query'),
  ]);
  expect(summary.divergences.count).toBe(0);
});

it('a query with ids that no kernel gives cannot be read, and the rest is told', async () => {
  const { told, summary } = await read([OPEN(812, 3), QUERY(812, '-1', 1), LOAD(812, 4)]);
  expect(told.map(({ call }) => call.name)).toEqual(['open_cgroup', 'prog_load']);
  expect(summary.unreadable).toMatchObject({ 'prog_ids has what is no id': { count: 1 } });
});

it.each([
  ['a process id that no kernel gives', OPEN(99_999_999, 3), /^a process id is not from 1/],
  ['a path that leads up', OPEN(812, 3).replaceAll('/a', '/a/../b'), /^call\.path/],
])('%s cannot be read, and the rest is told', async (_, line, fault) => {
  const { told, summary } = await read([line, OPEN(812, 4), LOAD(812, 5)]);
  expect(told.map(({ call }) => call.name)).toEqual(['open_cgroup', 'prog_load']);
  expect(Object.keys(summary.unreadable)).toEqual([expect.stringMatching(fault)]);
});

it('tells second names and symlinks of the bpffs, and leaves out those that lead out of it', async () => {
  const { told, summary } = await read([
    MKDIR,
    '812 symlink("p", "/sys/fs/bpf/s") = 0',
    '812 symlinkat("/sys/fs/bpf/d/p", AT_FDCWD, "/sys/fs/bpf/t") = 0',
    '812 symlink("/etc/passwd", "/sys/fs/bpf/u") = 0',
    '812 symlink("a", "/etc/b") = 0',
    '812 link("/sys/fs/bpf/s", "/sys/fs/bpf/v") = 0',
  ]);
  expect(told.slice(1).map(({ call }) => call)).toEqual([
    { name: 'symlink', path: '/s', target: 'p' },
    { name: 'symlink', path: '/t', target: '/d/p' },
    { name: 'link', path: '/s', to: '/v' },
  ]);
  expect(summary.left_out).toEqual({ 'symlink out of the bpffs': { count: 1, lines: [4] } });
});

it('counts what it has no word for, by name and line', async () => {
  const { summary } = await read([
    MKDIR,
    '812 bpf(BPF_ENABLE_STATS, {enable_stats={type=BPF_STATS_RUN_TIME}}, 4) = 3',
    '812 getpid() = 812',
    '812 getpid() = 812',
  ]);
  expect(summary.left_out).toEqual({
    getpid: { count: 2, lines: [3, 4] },
    'bpf enable_stats': { count: 1, lines: [2] },
  });
});

it('a line that is too far ahead of the service is refused, with what to do about a file', async () => {
  const ahead = read([MKDIR, '812 close(3) = 0'], 1795337540_100_000 - 300_000_000);
  await expect(ahead).rejects.toThrow(
    'line 2: its time, 2026-11-22T08:52:20.100001Z, is more than 300 s ahead of the clock of the ' +
      'service; correct the clock of the machine that recorded it',
  );
});
