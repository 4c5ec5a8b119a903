/**
 * The fields of every effect in the order in which an event's text has them. Append only, and
 * proven complete by the compiler, like those of the calls.
 */
import type { Effects, EffectType, ObjectKind } from '../../domain/effect.ts';
import {
  attachType,
  bool,
  listOf,
  mapKey,
  mapType,
  nameCoder,
  plain,
  progType,
  sortedCoder,
} from './field-coder.ts';
import { type FieldList, fieldList } from './field-list.ts';
import {
  ACCESS_CODES,
  CAPABILITY_CODES,
  KIND_CODES,
  MODE_CODES,
  NAMESPACE_CODES,
  REASON_CODES,
  SYSCTL_CODES,
} from './names.ts';

const caps = listOf(nameCoder(CAPABILITY_CODES));
const reason = nameCoder(REASON_CODES);
const access = nameCoder(ACCESS_CODES);
const namespaceKind = nameCoder(NAMESPACE_CODES);
const fd = fieldList<{ readonly fd: number }>({ fd: plain() });
const path = fieldList<{ readonly path: string }>({ path: plain() });

export const EFFECT_FIELDS: { readonly [T in EffectType]: FieldList<Effects[T]> } = {
  Booted: fieldList<Effects['Booted']>({
    boot: plain(),
    boot_id: plain(),
    release: plain(),
    config: sortedCoder(),
  }),

  ProcessSpawned: fieldList<Effects['ProcessSpawned']>({
    pid: plain(),
    comm: plain(),
    uid: plain(),
    caps,
  }),
  ProcessForked: fieldList<Effects['ProcessForked']>({
    pid: plain(),
    uid: plain(),
    caps,
    clone_files: bool(),
    clone_thread: bool(),
  }),
  ProcessExecuted: fieldList<Effects['ProcessExecuted']>({ comm: plain(), caps, pid: plain() }),
  FilesUnshared: fieldList<Effects['FilesUnshared']>({}),
  FsUnshared: fieldList<Effects['FsUnshared']>({}),
  NamespaceMade: fieldList<Effects['NamespaceMade']>({
    namespace_id: plain(),
    kind: namespaceKind,
    cgroup_id: plain(),
    user_id: plain(),
    uid: plain(),
  }),
  NamespaceEntered: fieldList<Effects['NamespaceEntered']>({
    namespace_id: plain(),
    kind: namespaceKind,
    pid: plain(),
  }),
  ProcessExited: fieldList<Effects['ProcessExited']>({ pid: plain() }),
  CredentialsChanged: fieldList<Effects['CredentialsChanged']>({
    uid: plain(),
    caps,
    bounding: caps,
    inheritable: caps,
    ambient: caps,
  }),
  NofileLimited: fieldList<Effects['NofileLimited']>({ nofile: plain() }),
  MemlockLimited: fieldList<Effects['MemlockLimited']>({ memlock: plain() }),
  SysctlSet: fieldList<Effects['SysctlSet']>({ variable: nameCoder(SYSCTL_CODES), value: plain() }),
  UmaskSet: fieldList<Effects['UmaskSet']>({ mask: plain() }),
  ProcessMoved: fieldList<Effects['ProcessMoved']>({ cgroup_id: plain(), pid: plain() }),

  FdOpened: fieldList<Effects['FdOpened']>({
    fd: plain(),
    kind: nameCoder(KIND_CODES),
    id: plain(),
    access,
    cloexec: bool(),
    btf_size: plain(),
    top: bool(),
  }),
  FdDuplicated: fieldList<Effects['FdDuplicated']>({
    fd: plain(),
    to_fd: plain(),
    cloexec: bool(),
  }),
  FdCopied: fieldList<Effects['FdCopied']>({
    fd: plain(),
    from_pid: plain(),
    from_fd: plain(),
    kind: nameCoder(KIND_CODES),
    id: plain(),
  }),
  FdClosed: fd,
  FdSent: fieldList<Effects['FdSent']>({ fd: plain(), to_pid: plain() }),
  FdReceived: fieldList<Effects['FdReceived']>({
    fd: plain(),
    kind: nameCoder(KIND_CODES),
    id: plain(),
    cloexec: bool(),
  }),
  FdLost: fieldList<Effects['FdLost']>({}),
  CloexecChanged: fieldList<Effects['CloexecChanged']>({ fd: plain(), cloexec: bool() }),
  HoldersForgotten: fieldList<Effects['HoldersForgotten']>({
    kind: nameCoder<ObjectKind>(KIND_CODES),
    id: plain(),
  }),

  ProgLoaded: fieldList<Effects['ProgLoaded']>({
    prog_id: plain(),
    fd: plain(),
    prog_type: progType,
    expected_attach_type: attachType,
    enforced: bool(),
    uid: plain(),
    tag: plain(),
    prog_name: plain(),
    map_ids: plain(),
    storage_map_ids: plain(),
    pages: plain(),
    attach_btf_id: plain(),
    btf_ids: plain(),
    token_user_id: plain(),
  }),
  ProgFreed: fieldList<Effects['ProgFreed']>({ prog_id: plain(), reason }),
  ProgIdBurned: fieldList<Effects['ProgIdBurned']>({ prog_id: plain() }),

  LinkCreated: fieldList<Effects['LinkCreated']>({
    link_id: plain(),
    prog_id: plain(),
    cgroup_id: plain(),
    attach_type: attachType,
    fd: plain(),
  }),
  LinkUpdated: fieldList<Effects['LinkUpdated']>({
    link_id: plain(),
    prog_id: plain(),
    was_prog_id: plain(),
    revision: plain(),
  }),
  LinkSevered: fieldList<Effects['LinkSevered']>({ link_id: plain(), reason }),
  LinkFreed: fieldList<Effects['LinkFreed']>({ link_id: plain(), reason }),
  LinkIdBurned: fieldList<Effects['LinkIdBurned']>({ link_id: plain() }),
  LinkReferenceLeaked: fieldList<Effects['LinkReferenceLeaked']>({ link_id: plain() }),

  EntryInserted: fieldList<Effects['EntryInserted']>({
    cgroup_id: plain(),
    attach_type: attachType,
    index: plain(),
    revision: plain(),
    mode: nameCoder(MODE_CODES),
    link_id: plain(),
    prog_id: plain(),
    preorder: bool(),
  }),
  EntryReplaced: fieldList<Effects['EntryReplaced']>({
    cgroup_id: plain(),
    attach_type: attachType,
    index: plain(),
    revision: plain(),
    was_prog_id: plain(),
    link_id: plain(),
    prog_id: plain(),
    preorder: bool(),
  }),
  EntryRemoved: fieldList<Effects['EntryRemoved']>({
    cgroup_id: plain(),
    attach_type: attachType,
    index: plain(),
    revision: plain(),
    reason,
    link_id: plain(),
    prog_id: plain(),
  }),
  EffectiveSlotWritten: fieldList<Effects['EffectiveSlotWritten']>({
    cgroup_id: plain(),
    attach_type: attachType,
    prog_ids: plain(),
  }),

  PinCreated: fieldList<Effects['PinCreated']>({
    path: plain(),
    kind: nameCoder<ObjectKind>(KIND_CODES),
    id: plain(),
    uid: plain(),
    mode: plain(),
  }),
  PinRemoved: fieldList<Effects['PinRemoved']>({ path: plain(), reason }),
  DirectoryMade: fieldList<Effects['DirectoryMade']>({
    path: plain(),
    uid: plain(),
    mode: plain(),
  }),
  DirectoryRemoved: path,
  PinLinked: fieldList<Effects['PinLinked']>({ path: plain(), to: plain() }),
  PathsExchanged: fieldList<Effects['PathsExchanged']>({ path: plain(), to: plain() }),
  OwnerChanged: fieldList<Effects['OwnerChanged']>({ path: plain(), uid: plain() }),
  PathMoved: fieldList<Effects['PathMoved']>({ path: plain(), to: plain() }),
  ModeChanged: fieldList<Effects['ModeChanged']>({ path: plain(), mode: plain() }),
  BpffsMounted: fieldList<Effects['BpffsMounted']>({
    mount_id: plain(),
    parent_id: plain(),
    at: plain(),
    root: plain(),
    namespace_id: plain(),
  }),
  BpffsUnmounted: fieldList<Effects['BpffsUnmounted']>({ mount_id: plain() }),
  BpffsDelegated: fieldList<Effects['BpffsDelegated']>({
    mount_id: plain(),
    root: plain(),
    user_id: plain(),
    cmds: plain(),
    maps: plain(),
    progs: plain(),
    attachs: plain(),
  }),

  CgroupMade: fieldList<Effects['CgroupMade']>({
    cgroup_id: plain(),
    path: plain(),
    uid: plain(),
    mode: plain(),
  }),
  CgroupOwnerChanged: fieldList<Effects['CgroupOwnerChanged']>({
    cgroup_id: plain(),
    uid: plain(),
    file: plain(),
  }),
  CgroupModeChanged: fieldList<Effects['CgroupModeChanged']>({
    cgroup_id: plain(),
    mode: plain(),
    file: plain(),
  }),
  CgroupThreaded: fieldList<Effects['CgroupThreaded']>({ cgroup_id: plain() }),
  CgroupControllersSet: fieldList<Effects['CgroupControllersSet']>({
    cgroup_id: plain(),
    controllers: plain(),
  }),
  CgroupRemoved: fieldList<Effects['CgroupRemoved']>({ cgroup_id: plain() }),
  CgroupEmptied: fieldList<Effects['CgroupEmptied']>({ cgroup_id: plain() }),

  MapCreated: fieldList<Effects['MapCreated']>({
    map_id: plain(),
    fd: plain(),
    map_type: mapType,
    key_size: plain(),
    value_size: plain(),
    max_entries: plain(),
    map_name: plain(),
    access,
    map_flags: plain(),
    inner_map_id: plain(),
    btf_ids: plain(),
  }),
  MapBound: fieldList<Effects['MapBound']>({ prog_id: plain(), map_id: plain() }),
  MapFrozen: fieldList<Effects['MapFrozen']>({ map_id: plain() }),
  MapFreed: fieldList<Effects['MapFreed']>({ map_id: plain(), reason }),
  MapIdBurned: fieldList<Effects['MapIdBurned']>({ map_id: plain() }),
  SymlinkMade: fieldList<Effects['SymlinkMade']>({ path: plain(), target: plain(), uid: plain() }),
  SymlinkRemoved: path,
  BtfIdBurned: fieldList<Effects['BtfIdBurned']>({ btf_id: plain() }),
  MapOwned: fieldList<Effects['MapOwned']>({
    map_id: plain(),
    prog_type: progType,
    expected_attach_type: attachType,
    storage_map_ids: plain(),
  }),
  RoomMade: fieldList<Effects['RoomMade']>({ map_id: plain() }),
  StorageMade: fieldList<Effects['StorageMade']>({
    map_id: plain(),
    cgroup_id: plain(),
    attach_type: attachType,
  }),
  StorageRemoved: fieldList<Effects['StorageRemoved']>({
    map_id: plain(),
    cgroup_id: plain(),
    attach_type: attachType,
    reason,
  }),
  ElementUpdated: fieldList<Effects['ElementUpdated']>({
    map_id: plain(),
    key: mapKey,
    value: plain(),
    kind: nameCoder<'prog' | 'map'>(KIND_CODES),
  }),
  ElementDeleted: fieldList<Effects['ElementDeleted']>({
    map_id: plain(),
    key: mapKey,
    kind: nameCoder<'prog' | 'map'>(KIND_CODES),
    id: plain(),
  }),
};
