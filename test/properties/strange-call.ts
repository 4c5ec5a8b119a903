// Calls as nobody makes them: one field of a generated call is set to something at the edge of what
// the wire lets through. Scenarios cannot say most of it, so only the model is asked.

import type { Call, CallName, CallOf, Calls } from '../../src/domain/call.ts';
import type { Random } from '../../src/recorders/generator/random.ts';

type Values<N extends CallName> = { readonly [F in keyof Calls[N]]?: readonly Calls[N][F][] };
type ValuesOf = { readonly [N in CallName]?: Values<N> };

const FD = [-1, 0, 1, 2, 3, 4, 9, 1023, 1024, 2 ** 31 - 1, -(2 ** 31)] as const;
const U32 = [0, 1, 2, 3, 4, 63, 64, 65, 4096, 4097, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1] as const;
const U64 = [...U32, 2 ** 32, 2 ** 53 - 1] as const;
const PID = [1, 2, 3, 4, 100, 2 ** 22] as const;
const SIZE = [
  0, 1, 4, 7, 8, 11, 12, 13, 15, 16, 17, 20, 24, 26, 28, 31, 32, 33, 56, 64, 4096,
] as const;
/** Of commands whose attr is not cut. */
const WHOLE_SIZE = [168, 169, 4096, 4097, 2 ** 32 - 1] as const;
const TYPE = ['cgroup_inet_egress', 'lsm_cgroup', 'xdp', 56, 99, 2 ** 31, 2 ** 32 - 1] as const;
const FLAGS = [
  [1, 2],
  ['link', 'id', 'before'],
  ['multi', 'replace'],
  [2 ** 31],
  [2 ** 32 - 1],
] as const;
const PATH = [
  '/',
  '/a',
  '/a/a',
  '/a/b/c',
  '/a.b/c',
  `/${'x'.repeat(256)}`,
  `/${'y/'.repeat(120)}y`,
];
const CGROUP_PATH = [
  ...PATH,
  ...['/cgroup.type', '/a/cgroup.type', '/a/a/cgroup.type', '/a/cgroup.kill', '/a/cgroup.procs'],
  ...['/a/cgroup.freeze', '/a/cpu.pressure', '/a/cgroup.procs/x'],
];
const NEWLINE = '/a\nb';
const CAPS = [[], ['bpf'], ['sys_admin'], ['net_admin', 'dac_override']] as const;
const NAME = ['', 'a', 'exactly15bytes_', 'sixteen_letters_', 'no-dash', 'é', '0'];
const KEY = [
  0,
  2 ** 32 - 1,
  { prefixlen: 9, data: 'c0a8' },
  { prefixlen: 2 ** 32 - 1, data: 'ff' },
  { cgroup_id: 0 },
  { cgroup_id: 1, attach_type: 99 },
] as const;

const target = { target_fd: FD, target_path: PATH, attach_type: TYPE, attr_size: SIZE } as const;
const anchor = { relative_fd: FD, relative_id: U32, expected_revision: U64, flags: FLAGS } as const;

const VALUES: ValuesOf = {
  spawn: { child_pid: PID, uid: U32, caps: CAPS },
  fork: {
    ...{ child_pid: PID, uid: U32, caps: CAPS, clone_files: [true], clone_thread: [true] },
    ...{ clone_newns: [true], clone_newcgroup: [true] },
  },
  unshare: { clone_files: [true], clone_newns: [true], clone_newcgroup: [true] },
  setns: { target_pid: [...PID, 0, -1], clone_newns: [true], clone_newcgroup: [true] },
  kill: { to_pid: [...PID, 0, -1] },
  exit: { thread: [true] },
  capset: { uid: U32, caps: CAPS, bounding: CAPS, inheritable: CAPS, ambient: CAPS },
  setrlimit: { nofile: U64, memlock: U64 },
  join: { path: PATH, target_pid: [...PID, 0, -1] },
  open_cgroup: { path: PATH, cloexec: [false] },
  open_other: { cloexec: [false], path: PATH },
  recv_fd: { cloexec: [true] },
  close: { fd: FD },
  dup: { fd: FD },
  dup2: { fd: FD, to_fd: FD },
  dup3: { fd: FD, to_fd: FD, flags: U32 },
  fcntl: { fd: FD, cmd: ['f_dupfd', 'f_dupfd_cloexec', 'f_getfd', 'f_setfd'], arg: U32 },
  close_range: { first: U32, last: U32, flags: U32 },
  pidfd_getfd: { target_pid: [...PID, 0, -1], target_fd: FD, flags: U32 },
  send_fd: { fd: FD, to_pid: [...PID, 0, -1] },
  mkdir: { path: [...PATH, NEWLINE] },
  rmdir: { path: PATH },
  bpffs_mkdir: { path: PATH, mode: [0, 0o7777, 0o1777] },
  bpffs_rmdir: { path: PATH },
  symlink: { path: PATH, target: ['a', '../b', '/a', 'loop', './'] },
  unlink: { path: PATH },
  rename: { path: PATH, to: PATH, flags: [0, 1, 2, 3] },
  link: { path: PATH, to: PATH },
  cgroup_chown: { path: CGROUP_PATH, uid: U32 },
  cgroup_chmod: { path: CGROUP_PATH, mode: [0, 0o7777, 0o111, 0o1755] },
  cgroup_write: {
    path: CGROUP_PATH,
    value: ['', '0', '1', '2', 'threaded', 'domain', '-1', '9'.repeat(20)],
  },
  chown: { path: PATH, uid: U32 },
  mount: { path: PATH, from: PATH, mode: [0, 0o7777, 0o1777] },
  umount: { path: PATH, flags: [0, 1, 2, 3, 8, 16, 2 ** 31] },
  sysctl: { value: [-1, 0, 1, 2, 3] },
  umask: { mask: [0, 0o7777, 0o777] },
  chmod: { path: PATH, mode: [0, 0o7777, 0o111, 0o4000] },
  prog_load: {
    prog_type: [0, 'unspec', 'cgroup_skb', 'lsm', 32, 33, 2 ** 32 - 1],
    expected_attach_type: TYPE,
    prog_flags: U32,
    attach_btf_id: [0, 1, 104, 2 ** 20, 2 ** 32 - 1],
    prog_name: NAME,
    ret: [...FD, ...U32],
    insn_cnt: [...U32, 1_000_000, 1_000_001],
    map_fds: [FD, [3, 3, 4, 5], [0]],
    map_ref_only: [true, false],
    log_level: [...U32, 8, 9, 16],
    log_size: [...U32, 128, 2 ** 30 - 1, 2 ** 30],
    log_buf: [true, false],
    log_true_size: U32,
    signature: [true, false],
    signature_size: U32,
    keyring_id: FD,
    attr_size: WHOLE_SIZE,
  },
  prog_attach: { ...target, ...anchor, attach_bpf_fd: FD, replace_bpf_fd: FD },
  prog_detach: { ...target, ...anchor, attach_bpf_fd: FD, replace_bpf_fd: FD },
  prog_query: {
    ...target,
    query_flags: [[], ['effective'], [3], [2 ** 32 - 1]],
    prog_cnt: U32,
    null_prog_ids: [true],
    prog_attach_flags: [true],
  },
  prog_bind_map: { prog_fd: FD, map_fd: FD, flags: U32 },
  link_create: { ...target, ...anchor, prog_fd: FD },
  link_update: { link_fd: FD, new_prog_fd: FD, old_prog_fd: FD, flags: FLAGS, attr_size: SIZE },
  link_detach: { link_fd: FD, attr_size: SIZE },
  obj_pin: { bpf_fd: FD, path: PATH, file_flags: U32, path_fd: FD, attr_size: SIZE },
  obj_get: { bpf_fd: FD, path: PATH, file_flags: U32, path_fd: FD, attr_size: SIZE },
  obj_get_info_by_fd: { bpf_fd: FD, info_len: U32 },
  prog_get_fd_by_id: { prog_id: U32, open_flags: U32 },
  link_get_fd_by_id: { link_id: U32, open_flags: U32 },
  map_get_fd_by_id: { map_id: U32, open_flags: [...U32, 8, 16, 24] },
  prog_get_next_id: { start_id: U32 },
  link_get_next_id: { start_id: U32 },
  map_get_next_id: { start_id: U32 },
  btf_get_next_id: { start_id: U32 },
  map_create: {
    map_type: ['array', 'hash', 'percpu_array', 'lpm_trie', 0, 99, 2 ** 32 - 1],
    key_size: U32,
    value_size: U32,
    max_entries: U32,
    map_flags: U32,
    map_name: NAME,
    excl_prog_hash: [true, false],
    excl_prog_hash_size: [0, 31, 32, 2 ** 32 - 1],
    attr_size: WHOLE_SIZE,
  },
  map_lookup_elem: { map_fd: FD, key: KEY },
  map_update_elem: { map_fd: FD, key: KEY, value: U64, flags: U32 },
  map_delete_elem: { map_fd: FD, key: KEY, value: U64 },
  map_get_next_key: { map_fd: FD, key: KEY },
  map_lookup_and_delete_elem: { map_fd: FD, key: KEY, flags: U32 },
  map_freeze: { map_fd: FD, attr_size: WHOLE_SIZE },
  task_fd_query: {
    target_pid: [...PID, 0, -1],
    target_fd: FD,
    flags: U32,
    attr_size: WHOLE_SIZE,
  },
  bpf: { cmd: U32, attr_size: WHOLE_SIZE },
  btf_load: { btf_size: U32, attr_size: WHOLE_SIZE },
  enable_stats: { type: U32, attr_size: WHOLE_SIZE },
  iter_create: { link_fd: FD, flags: U32, attr_size: WHOLE_SIZE },
  prog_test_run: { prog_fd: FD, data_size_in: [0, 13, 14, 4096], attr_size: WHOLE_SIZE },
  foreign_link_create: { prog_fd: FD, attr_size: WHOLE_SIZE },
  map_update_batch: {
    ...{ map_fd: FD, keys: [KEY, []], elem_flags: U32, flags: U32 },
    attr_size: WHOLE_SIZE,
  },
  map_delete_batch: {
    ...{ map_fd: FD, keys: [KEY, []], elem_flags: U32, flags: U32 },
    attr_size: WHOLE_SIZE,
  },
  map_lookup_batch: {
    ...{ map_fd: FD, count: [0, 1, 4096], in_batch: U32, elem_flags: U32, flags: U32 },
    attr_size: WHOLE_SIZE,
  },
};

/** The call with one field as nobody sets it; a call without fields stays as it is. */
export function strangeCall(random: Random, call: Call): Call {
  // A recorder always passes a value here, which is refused; without it elements are deleted.
  if (call.name === 'map_delete_elem' && random.chance(0.7)) return withoutValue(call);
  const fields = Object.entries(VALUES[call.name] ?? {}) as [string, readonly unknown[]][];
  if (fields.length === 0) return call;
  const [field, values] = random.pick(fields);
  return { ...call, [field]: random.pick(values) };
}

function withoutValue({ name, map_fd = 0, key }: CallOf<'map_delete_elem'>): Call {
  return { name, map_fd, key };
}
