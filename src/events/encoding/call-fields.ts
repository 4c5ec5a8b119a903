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
  coded,
  type FieldCoder,
  type Json,
  listOf,
  mapKey,
  mapType,
  plain,
  progType,
  queryFlags,
  sorted,
} from './field-coder.ts';
import { type FieldList, fieldList } from './field-list.ts';
import { CAPABILITY_CODES, OTHER_FILE_CODES } from './names.ts';

type AnyCalls = Calls & {
  boot: Omit<BootCall, 'name'>;
  found: Partial<FoundThings>;
  gone: Partial<GoneThings>;
  lost: Omit<Lost, 'name'>;
};

const caps = listOf(coded(CAPABILITY_CODES));

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
const startId = fieldList<{ readonly start_id: number }>({ start_id: plain() });

export const CALL_FIELDS: {
  readonly [N in CallName | 'boot' | SightingName]: FieldList<AnyCalls[N]>;
} = {
  boot: fieldList<AnyCalls['boot']>({ release: plain(), boot_id: plain(), config: sorted() }),

  found: fieldList<AnyCalls['found']>({
    process: sorted(),
    cgroup: sorted(),
    prog: sorted(),
    map: sorted(),
    entry: sorted(),
    link: sorted(),
    pin: sorted(),
    fd: sorted(),
  }),
  gone: fieldList<AnyCalls['gone']>({
    process: sorted(),
    cgroup: sorted(),
    prog: sorted(),
    map: sorted(),
    link: sorted(),
    entry: sorted(),
    pin: sorted(),
    fd: sorted(),
  }),
  lost: fieldList<AnyCalls['lost']>({
    events: plain(),
    from: plain(),
    to: plain(),
    cause: plain(),
  }),

  spawn: fieldList<Calls['spawn']>({ child_pid: plain(), comm: plain(), uid: plain(), caps }),
  fork: fieldList<Calls['fork']>({ child_pid: plain(), uid: plain(), caps }),
  exec: fieldList<Calls['exec']>({ comm: plain() }),
  exit: fieldList<Calls['exit']>({}),
  capset: fieldList<Calls['capset']>({ caps, uid: plain() }),
  setrlimit: fieldList<Calls['setrlimit']>({ nofile: plain() }),
  join: path,

  open_cgroup: path,
  open_other: fieldList<Calls['open_other']>({ kind: coded(OTHER_FILE_CODES) }),
  close: fieldList<Calls['close']>({ fd: plain() }),
  dup: fieldList<Calls['dup']>({ fd: plain() }),
  dup2: fieldList<Calls['dup2']>({ fd: plain(), to_fd: plain() }),
  send_fd: fieldList<Calls['send_fd']>({ fd: plain(), to_pid: plain() }),
  recv_fd: fieldList<Calls['recv_fd']>({}),

  mkdir: path,
  rmdir: path,
  bpffs_mkdir: path,
  bpffs_rmdir: path,
  unlink: path,
  rename: fieldList<Calls['rename']>({ path: plain(), to: plain() }),
  chmod: fieldList<Calls['chmod']>({ path: plain(), mode: plain() }),

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

  obj_pin: fieldList<Calls['obj_pin']>({
    path: plain(),
    bpf_fd: plain(),
    file_flags: plain(),
    attr_size: plain(),
  }),
  obj_get: fieldList<Calls['obj_get']>({
    path: plain(),
    file_flags: plain(),
    bpf_fd: plain(),
    attr_size: plain(),
  }),
  obj_get_info_by_fd: fieldList<Calls['obj_get_info_by_fd']>({
    bpf_fd: plain(),
    info_len: plain(),
  }),
  prog_get_fd_by_id: fieldList<Calls['prog_get_fd_by_id']>({ prog_id: plain() }),
  link_get_fd_by_id: fieldList<Calls['link_get_fd_by_id']>({ link_id: plain() }),
  map_get_fd_by_id: fieldList<Calls['map_get_fd_by_id']>({ map_id: plain() }),
  prog_get_next_id: startId,
  link_get_next_id: startId,
  map_get_next_id: startId,

  map_create: fieldList<Calls['map_create']>({
    map_type: mapType,
    key_size: plain(),
    value_size: plain(),
    max_entries: plain(),
    map_flags: plain(),
    map_name: plain(),
  }),
  map_lookup_elem: fieldList<Calls['map_lookup_elem']>({ map_fd: plain(), key: mapKey }),
  map_update_elem: fieldList<Calls['map_update_elem']>({
    map_fd: plain(),
    key: mapKey,
    value: plain(),
    flags: plain(),
  }),
  map_delete_elem: fieldList<Calls['map_delete_elem']>({
    map_fd: plain(),
    key: mapKey,
    value: plain(),
  }),
  map_get_next_key: fieldList<Calls['map_get_next_key']>({ map_fd: plain(), key: mapKey }),
};
