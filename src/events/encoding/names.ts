/**
 * The numbers that stand for names in an event's text. They are written to logs that are kept for
 * ever, so these tables only grow: a number is never changed, reused or removed
 * (`released-encoding.test.ts` holds what has been released). Attach types, program types, map
 * types and errnos need no table here: the kernel numbers them.
 */
import type { CallName, FcntlCommand, FdCalls } from '../../domain/call.ts';
import type { Capability } from '../../domain/capability.ts';
import type { EffectType, FileKind, Reason } from '../../domain/effect.ts';
import type { Mode } from '../../domain/flags.ts';
import type { NamespaceKind } from '../../domain/namespace-row.ts';
import type { SightingName } from '../../domain/observed/sighting.ts';
import type { SysctlName } from '../../domain/sysctls.ts';
import type { Source } from '../event.ts';

type Codes<Name extends string> = Readonly<Record<Name, number>>;

export const SOURCE_CODES: Codes<Source> = { decided: 0, observed: 1, inferred: 2 };

export const CALL_CODES: Codes<CallName | 'boot' | SightingName> = {
  boot: 0,
  spawn: 1,
  fork: 2,
  exec: 3,
  exit: 4,
  capset: 5,
  setrlimit: 6,
  join: 7,
  open_cgroup: 8,
  open_other: 9,
  close: 10,
  dup: 11,
  dup2: 12,
  send_fd: 13,
  recv_fd: 14,
  mkdir: 15,
  rmdir: 16,
  bpffs_mkdir: 17,
  bpffs_rmdir: 18,
  unlink: 19,
  rename: 20,
  chmod: 21,
  prog_load: 22,
  prog_attach: 23,
  prog_detach: 24,
  prog_query: 25,
  prog_bind_map: 26,
  link_create: 27,
  link_update: 28,
  link_detach: 29,
  obj_pin: 30,
  obj_get: 31,
  obj_get_info_by_fd: 32,
  prog_get_fd_by_id: 33,
  link_get_fd_by_id: 34,
  map_get_fd_by_id: 35,
  prog_get_next_id: 36,
  link_get_next_id: 37,
  map_get_next_id: 38,
  map_create: 39,
  map_lookup_elem: 40,
  map_update_elem: 41,
  map_delete_elem: 42,
  map_get_next_key: 43,
  found: 44,
  gone: 45,
  lost: 46,
  unshare: 47,
  kill: 48,
  dup3: 49,
  fcntl: 50,
  close_range: 51,
  pidfd_getfd: 52,
  umask: 53,
  link: 54,
  chown: 55,
  foreign_link_create: 56,
  iter_create: 57,
  prog_test_run: 58,
  btf_load: 59,
  enable_stats: 60,
  map_freeze: 61,
  cgroup_chown: 62,
  cgroup_chmod: 63,
  cgroup_write: 64,
  sysctl: 65,
  map_update_batch: 66,
  map_delete_batch: 67,
  map_lookup_batch: 68,
  map_lookup_and_delete_batch: 69,
  task_fd_query: 70,
  map_lookup_and_delete_elem: 71,
  bpf: 72,
  mount: 73,
  umount: 74,
  btf_get_fd_by_id: 75,
  btf_get_next_id: 76,
  symlink: 77,
  setns: 78,
};

export const EFFECT_CODES: Codes<EffectType> = {
  Booted: 0,
  ProcessSpawned: 1,
  ProcessForked: 2,
  ProcessExecuted: 3,
  ProcessExited: 4,
  CredentialsChanged: 5,
  NofileLimited: 6,
  ProcessMoved: 7,
  FdOpened: 8,
  FdDuplicated: 9,
  FdClosed: 10,
  FdSent: 11,
  FdReceived: 12,
  FdLost: 13,
  ProgLoaded: 14,
  ProgFreed: 15,
  LinkCreated: 16,
  LinkUpdated: 17,
  LinkSevered: 18,
  LinkFreed: 19,
  LinkIdBurned: 20,
  LinkReferenceLeaked: 21,
  EntryInserted: 22,
  EntryReplaced: 23,
  EntryRemoved: 24,
  EffectiveSlotWritten: 25,
  PinCreated: 26,
  PinRemoved: 27,
  DirectoryMade: 28,
  DirectoryRemoved: 29,
  PathMoved: 30,
  ModeChanged: 31,
  CgroupMade: 32,
  CgroupRemoved: 33,
  MapCreated: 34,
  MapBound: 35,
  MapFreed: 36,
  StorageMade: 37,
  StorageRemoved: 38,
  ElementUpdated: 39,
  ElementDeleted: 40,
  CloexecChanged: 41,
  HoldersForgotten: 42,
  CgroupEmptied: 43,
  FilesUnshared: 44,
  FdCopied: 45,
  UmaskSet: 46,
  PinLinked: 47,
  PathsExchanged: 48,
  OwnerChanged: 49,
  MapFrozen: 50,
  ProgIdBurned: 51,
  MapIdBurned: 52,
  CgroupOwnerChanged: 53,
  CgroupModeChanged: 54,
  CgroupThreaded: 55,
  SysctlSet: 56,
  MemlockLimited: 57,
  RoomMade: 58,
  MapOwned: 59,
  BpffsMounted: 60,
  BpffsUnmounted: 61,
  BtfIdBurned: 62,
  SymlinkMade: 63,
  SymlinkRemoved: 64,
  FsUnshared: 65,
  NamespaceMade: 66,
  NamespaceEntered: 67,
};

export const REASON_CODES: Codes<Reason> = {
  last_fd_closed: 0,
  process_exited: 1,
  process_executed: 2,
  in_flight_dropped: 3,
  unpinned: 4,
  pin_replaced: 5,
  cgroup_removed: 6,
  link_detach: 7,
  prog_detach: 8,
  entry_replaced: 9,
  link_updated: 10,
  link_freed: 11,
  prog_freed: 12,
  unseen: 13,
  element_deleted: 14,
  element_replaced: 15,
  map_freed: 16,
  unmounted: 17,
};

export const KIND_CODES: Codes<FileKind> = {
  prog: 0,
  link: 1,
  map: 2,
  cgroup: 3,
  other: 4,
  btf: 5,
};

export const SYSCTL_CODES: Codes<SysctlName> = { unprivileged_bpf_disabled: 0 };

export const OTHER_FILE_CODES: Codes<FdCalls['open_other']['kind']> = { dir: 0, file: 1 };

export const FCNTL_CODES: Codes<FcntlCommand> = {
  f_dupfd: 0,
  f_dupfd_cloexec: 1,
  f_getfd: 2,
  f_setfd: 3,
};

export const ACCESS_CODES: Codes<'read' | 'write'> = { read: 0, write: 1 };

export const NAMESPACE_CODES: Codes<NamespaceKind> = { mount: 0, cgroup: 1 };

export const MODE_CODES: Codes<Mode> = { none: 0, override: 1, multi: 2 };

export const CAPABILITY_CODES: Codes<Capability> = {
  bpf: 0,
  net_admin: 1,
  sys_admin: 2,
  perfmon: 3,
  dac_override: 4,
  sys_resource: 5,
  dac_read_search: 6,
  chown: 7,
  fowner: 8,
  fsetid: 9,
};
