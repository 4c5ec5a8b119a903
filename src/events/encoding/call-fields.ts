/**
 * The fields of every call in the order in which an event's text has them. Append only: a new
 * field goes to the end of its line. The compiler refuses a call without a line, and a line that
 * misses or invents a field.
 */
import type { CallName, Calls } from '../../domain/call.ts';
import type {
  FoundThings,
  GoneThings,
  Lost,
  SightingName,
} from '../../domain/observed/sighting.ts';
import type { BootCall } from '../event.ts';
import {
  attachFlags,
  attachType,
  bool,
  type FieldCoder,
  type Json,
  listOf,
  nameCoder,
  plain,
  progType,
  queryFlags,
  sortedCoder,
} from './field-coder.ts';
import { type FieldList, fieldList } from './field-list.ts';
import { MAP_CALL_FIELDS } from './map-call-fields.ts';
import { CAPABILITY_CODES, FCNTL_CODES, OTHER_FILE_CODES, SYSCTL_CODES } from './names.ts';

type AnyCalls = Calls & {
  boot: Omit<BootCall, 'name'>;
  found: Partial<FoundThings>;
  gone: Partial<GoneThings>;
  lost: Omit<Lost, 'name'>;
};

const caps = listOf(nameCoder(CAPABILITY_CODES));

const tag: FieldCoder<{ readonly sha1: string; readonly sha256: string }> = {
  encode: ({ sha1, sha256 }) => [sha1, sha256],
  decode(json) {
    const [sha1, sha256] = json as readonly Json[];
    return { sha1: sha1 as string, sha256: sha256 as string };
  },
};

const attach = fieldList<Calls['prog_attach']>({
  attach_type: attachType,
  attach_bpf_fd: plain(),
  flags: attachFlags,
  target_path: plain(),
  target_fd: plain(),
  replace_bpf_fd: plain(),
  relative_fd: plain(),
  relative_id: plain(),
  expected_revision: plain(),
  attr_size: plain(),
});

const path = fieldList<{ readonly path: string }>({ path: plain() });
const startId = fieldList<Calls['prog_get_next_id']>({ start_id: plain(), attr_size: plain() });

export const CALL_FIELDS: {
  readonly [N in CallName | 'boot' | SightingName]: FieldList<AnyCalls[N]>;
} = {
  boot: fieldList<AnyCalls['boot']>({ release: plain(), boot_id: plain(), config: sortedCoder() }),

  found: fieldList<AnyCalls['found']>({
    process: sortedCoder(),
    cgroup: sortedCoder(),
    prog: sortedCoder(),
    map: sortedCoder(),
    entry: sortedCoder(),
    link: sortedCoder(),
    pin: sortedCoder(),
    fd: sortedCoder(),
  }),
  gone: fieldList<AnyCalls['gone']>({
    process: sortedCoder(),
    cgroup: sortedCoder(),
    prog: sortedCoder(),
    map: sortedCoder(),
    link: sortedCoder(),
    entry: sortedCoder(),
    pin: sortedCoder(),
    fd: sortedCoder(),
  }),
  lost: fieldList<AnyCalls['lost']>({
    events: plain(),
    from: plain(),
    to: plain(),
    cause: plain(),
  }),

  spawn: fieldList<Calls['spawn']>({ child_pid: plain(), comm: plain(), uid: plain(), caps }),
  fork: fieldList<Calls['fork']>({
    child_pid: plain(),
    uid: plain(),
    caps,
    clone_files: bool(),
    clone_thread: bool(),
    clone_newns: bool(),
    clone_newcgroup: bool(),
    clone_newuser: bool(),
  }),
  unshare: fieldList<Calls['unshare']>({
    clone_files: bool(),
    clone_newns: bool(),
    clone_newcgroup: bool(),
    clone_newuser: bool(),
  }),
  setns: fieldList<Calls['setns']>({
    target_pid: plain(),
    clone_newns: bool(),
    clone_newcgroup: bool(),
  }),
  exec: fieldList<Calls['exec']>({ comm: plain() }),
  exit: fieldList<Calls['exit']>({ thread: bool() }),
  kill: fieldList<Calls['kill']>({ to_pid: plain() }),
  capset: fieldList<Calls['capset']>({
    caps,
    uid: plain(),
    bounding: caps,
    inheritable: caps,
    ambient: caps,
  }),
  setrlimit: fieldList<Calls['setrlimit']>({ nofile: plain(), memlock: plain() }),
  umask: fieldList<Calls['umask']>({ mask: plain() }),
  sysctl: fieldList<Calls['sysctl']>({ variable: nameCoder(SYSCTL_CODES), value: plain() }),
  join: fieldList<Calls['join']>({ path: plain(), target_pid: plain() }),

  open_cgroup: fieldList<Calls['open_cgroup']>({ path: plain(), cloexec: bool() }),
  open_other: fieldList<Calls['open_other']>({
    kind: nameCoder(OTHER_FILE_CODES),
    cloexec: bool(),
    path: plain(),
  }),
  close: fieldList<Calls['close']>({ fd: plain() }),
  dup: fieldList<Calls['dup']>({ fd: plain() }),
  dup2: fieldList<Calls['dup2']>({ fd: plain(), to_fd: plain() }),
  dup3: fieldList<Calls['dup3']>({ fd: plain(), to_fd: plain(), flags: plain() }),
  fcntl: fieldList<Calls['fcntl']>({ fd: plain(), cmd: nameCoder(FCNTL_CODES), arg: plain() }),
  close_range: fieldList<Calls['close_range']>({
    first: plain(),
    last: plain(),
    flags: plain(),
  }),
  pidfd_getfd: fieldList<Calls['pidfd_getfd']>({
    target_pid: plain(),
    target_fd: plain(),
    flags: plain(),
  }),
  send_fd: fieldList<Calls['send_fd']>({ fd: plain(), to_pid: plain() }),
  recv_fd: fieldList<Calls['recv_fd']>({ cloexec: bool() }),

  mkdir: path,
  rmdir: path,
  bpffs_mkdir: fieldList<Calls['bpffs_mkdir']>({ path: plain(), mode: plain() }),
  bpffs_rmdir: path,
  unlink: path,
  rename: fieldList<Calls['rename']>({ path: plain(), to: plain(), flags: plain() }),
  link: fieldList<Calls['link']>({ path: plain(), to: plain() }),
  symlink: fieldList<Calls['symlink']>({ path: plain(), target: plain() }),
  chown: fieldList<Calls['chown']>({ path: plain(), uid: plain() }),
  cgroup_chown: fieldList<Calls['cgroup_chown']>({ path: plain(), uid: plain() }),
  cgroup_chmod: fieldList<Calls['cgroup_chmod']>({ path: plain(), mode: plain() }),
  cgroup_write: fieldList<Calls['cgroup_write']>({ path: plain(), value: plain() }),
  chmod: fieldList<Calls['chmod']>({ path: plain(), mode: plain() }),
  mount: fieldList<Calls['mount']>({ path: plain(), from: plain(), mode: plain() }),
  umount: fieldList<Calls['umount']>({ path: plain(), flags: plain() }),
  fsmount: fieldList<Calls['fsmount']>({
    by_pid: plain(),
    mode: plain(),
    delegate_cmds: plain(),
    delegate_maps: plain(),
    delegate_progs: plain(),
    delegate_attachs: plain(),
  }),
  token_create: fieldList<Calls['token_create']>({
    bpffs_fd: plain(),
    flags: plain(),
    attr_size: plain(),
  }),

  prog_load: fieldList<Calls['prog_load']>({
    prog_type: progType,
    expected_attach_type: attachType,
    prog_name: plain(),
    prog_flags: plain(),
    ret: plain(),
    insns: plain(),
    insn_cnt: plain(),
    tag,
    map_fds: plain(),
    map_ref_only: bool(),
    fd_array: plain(),
    fd_array_cnt: plain(),
    attr_size: plain(),
    attach_btf_id: plain(),
    prog_btf_fd: plain(),
    func_info_cnt: plain(),
    line_info_cnt: plain(),
    attach_prog_fd: plain(),
    prog_token_fd: plain(),
    log_level: plain(),
    log_size: plain(),
    log_buf: bool(),
    log_true_size: plain(),
    signature: bool(),
    signature_size: plain(),
    keyring_id: plain(),
  }),
  prog_attach: attach,
  prog_detach: attach,
  prog_query: fieldList<Calls['prog_query']>({
    attach_type: attachType,
    query_flags: queryFlags,
    target_path: plain(),
    target_fd: plain(),
    prog_cnt: plain(),
    null_prog_ids: bool(),
    prog_attach_flags: bool(),
    attr_size: plain(),
  }),
  prog_bind_map: fieldList<Calls['prog_bind_map']>({
    prog_fd: plain(),
    map_fd: plain(),
    flags: plain(),
    attr_size: plain(),
  }),

  link_create: fieldList<Calls['link_create']>({
    attach_type: attachType,
    prog_fd: plain(),
    flags: attachFlags,
    target_path: plain(),
    target_fd: plain(),
    relative_fd: plain(),
    relative_id: plain(),
    expected_revision: plain(),
    attr_size: plain(),
  }),
  link_update: fieldList<Calls['link_update']>({
    link_fd: plain(),
    new_prog_fd: plain(),
    flags: attachFlags,
    old_prog_fd: plain(),
    attr_size: plain(),
  }),
  link_detach: fieldList<Calls['link_detach']>({ link_fd: plain(), attr_size: plain() }),

  foreign_link_create: fieldList<Calls['foreign_link_create']>({
    attach_type: attachType,
    prog_fd: plain(),
    attr_size: plain(),
  }),
  iter_create: fieldList<Calls['iter_create']>({
    link_fd: plain(),
    flags: plain(),
    attr_size: plain(),
  }),
  prog_test_run: fieldList<Calls['prog_test_run']>({
    prog_fd: plain(),
    data_size_in: plain(),
    attr_size: plain(),
  }),
  btf_load: fieldList<Calls['btf_load']>({
    btf_size: plain(),
    btf_flags: plain(),
    btf_token_fd: plain(),
    attr_size: plain(),
  }),
  enable_stats: fieldList<Calls['enable_stats']>({ type: plain(), attr_size: plain() }),

  obj_pin: fieldList<Calls['obj_pin']>({
    path: plain(),
    bpf_fd: plain(),
    file_flags: plain(),
    attr_size: plain(),
    path_fd: plain(),
  }),
  obj_get: fieldList<Calls['obj_get']>({
    path: plain(),
    file_flags: plain(),
    bpf_fd: plain(),
    attr_size: plain(),
    path_fd: plain(),
  }),
  obj_get_info_by_fd: fieldList<Calls['obj_get_info_by_fd']>({
    bpf_fd: plain(),
    info_len: plain(),
    attr_size: plain(),
  }),
  prog_get_fd_by_id: fieldList<Calls['prog_get_fd_by_id']>({
    prog_id: plain(),
    attr_size: plain(),
    open_flags: plain(),
  }),
  link_get_fd_by_id: fieldList<Calls['link_get_fd_by_id']>({
    link_id: plain(),
    attr_size: plain(),
    open_flags: plain(),
  }),
  map_get_fd_by_id: fieldList<Calls['map_get_fd_by_id']>({
    map_id: plain(),
    attr_size: plain(),
    open_flags: plain(),
  }),
  prog_get_next_id: startId,
  link_get_next_id: startId,
  map_get_next_id: startId,
  btf_get_next_id: startId,
  btf_get_fd_by_id: fieldList<Calls['btf_get_fd_by_id']>({
    btf_id: plain(),
    open_flags: plain(),
    attr_size: plain(),
    token_fd: plain(),
  }),

  task_fd_query: fieldList<Calls['task_fd_query']>({
    target_pid: plain(),
    target_fd: plain(),
    flags: plain(),
    attr_size: plain(),
  }),
  bpf: fieldList<Calls['bpf']>({ cmd: plain(), attr_size: plain() }),

  ...MAP_CALL_FIELDS,
};
