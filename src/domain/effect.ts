/**
 * Effects: the facts that a call made true, in order. They hold everything that `evolve` needs,
 * so a log keeps its meaning when the rules that decided it are corrected later.
 *
 * An fd in an effect is one of the process that made the call.
 */
import type { AttachType } from './attach-type.ts';
import type { MapKey } from './call.ts';
import type { Controller } from './controller-names.ts';
import type { Mode } from './flags.ts';
import type { MapType } from './map-type.ts';
import type { ProcessEffects } from './process-effect.ts';
import type { ProgType } from './prog-type.ts';
import type { BootConfig } from './release/config.ts';

export type ObjectKind = 'prog' | 'link' | 'map';

/** What an fd is open on. */
export type FileKind = ObjectKind | 'cgroup' | 'btf' | 'other' | 'token';

/** Whether it is an object, on which references are counted. */
export function isObjectKind(kind: FileKind): kind is ObjectKind {
  return kind === 'prog' || kind === 'link' || kind === 'map';
}

/** Whether what is open keeps the mount that it is in, when it is in one. */
export function keepsMount(kind: FileKind): kind is 'other' | 'token' {
  return kind === 'other' || kind === 'token';
}

/** Why something ended. */
export type Reason =
  | 'last_fd_closed'
  | 'process_exited'
  | 'process_executed'
  | 'in_flight_dropped'
  | 'unpinned'
  | 'pin_replaced'
  | 'cgroup_removed'
  | 'link_detach'
  | 'prog_detach'
  | 'entry_replaced'
  | 'link_updated'
  | 'link_freed'
  | 'prog_freed'
  /** An element held it, and was deleted, or cleared with its map's last fd and pin. */
  | 'element_deleted'
  | 'element_replaced'
  | 'map_freed'
  /** The last mount of its bpffs ended. */
  | 'unmounted'
  /** It is not there any more, and nobody saw how it went. */
  | 'unseen';

/** The content of an entry: a program attached directly, or a link. */
export type EntryHolder = { readonly prog_id: number } | { readonly link_id: number };

interface ListPlace {
  readonly cgroup_id: number;
  readonly attach_type: AttachType;
}

/** Which storage of a map; those of maps with 8 byte keys have no attach type (§25.3). */
interface StoragePlace {
  readonly map_id: number;
  readonly cgroup_id: number;
  readonly attach_type?: AttachType;
}

interface Listed extends ListPlace {
  readonly index: number;
  /** The list's revision after the change. */
  readonly revision: number;
}

export interface Effects extends ProcessEffects {
  Booted: {
    readonly boot: number;
    readonly boot_id: string;
    readonly release: string;
    readonly config: BootConfig;
  };

  /** A new open file description on a BPF object, a cgroup directory or something else. */
  FdOpened: {
    readonly fd: number;
    readonly kind: FileKind;
    /**
     * Of `other` the mount that an open directory of a bpffs keeps, or 0; of `token` the mount of the
     * bpffs that it is of; of `btf` 0 in logs that kept no ids of BTF.
     */
    readonly id: number;
    /** What a map fd may do, when it is restricted. */
    readonly access?: 'read' | 'write';
    /** Of types that are loaded: their bytes. */
    readonly btf_size?: number;
    /** Exec keeps it. */
    readonly cloexec?: false;
    /** Of a directory of a bpffs: it is the top of its instance. */
    readonly top?: true;
  };
  FdDuplicated: { readonly fd: number; readonly to_fd: number; readonly cloexec?: true };
  /** An fd on an open file description of another process (pidfd_getfd). */
  FdCopied: {
    readonly fd: number;
    readonly from_pid: number;
    readonly from_fd: number;
    readonly kind: FileKind;
    readonly id: number;
  };
  FdClosed: { readonly fd: number };
  FdSent: { readonly fd: number; readonly to_pid: number };
  FdReceived: {
    readonly fd: number;
    readonly kind: FileKind;
    readonly id: number;
    readonly cloexec?: true;
  };
  /** The oldest waiting fd was taken and dropped: no number was free. */
  FdLost: Record<never, never>;
  /** Whether execve closes the fd. */
  CloexecChanged: { readonly fd: number; readonly cloexec: boolean };
  /** Nothing holds the object any more: fds on it are open on something that nobody knows. */
  HoldersForgotten: { readonly kind: ObjectKind; readonly id: number };

  ProgLoaded: {
    readonly prog_id: number;
    /** Absent when it was found, and not seen to be loaded. */
    readonly fd?: number;
    readonly prog_type: ProgType;
    readonly expected_attach_type: AttachType;
    /** The program may return 2 or 3, so its expected attach type binds it (§2.3). */
    readonly enforced: boolean;
    readonly prog_name: string;
    readonly tag: string;
    readonly uid: number;
    readonly map_ids: readonly number[];
    /** Those of `map_ids` that are storage maps it calls the helper on: attaching makes storages. */
    readonly storage_map_ids: readonly number[];
    /** The kernel's function that it is attached to, by its BTF; absent for none. */
    readonly attach_btf_id?: number;
    /** BTF that it holds, each once: of its functions and lines, and of a counted `fd_array`. */
    readonly btf_ids?: readonly number[];
    /** Pages that its instructions lock, where they are more than one (kernels up to 5.10). */
    readonly pages?: number;
    /** The user namespace of the token that it was loaded with, and holds; absent for none. */
    readonly token_user_id?: number;
    /** It was loaded with `BPF_F_XDP_HAS_FRAGS`, of whatever type it is. */
    readonly xdp_has_frags?: true;
  };
  ProgFreed: { readonly prog_id: number; readonly reason: Reason };
  /** A program id was taken by a PROG_LOAD that then found no free fd (§16). */
  ProgIdBurned: { readonly prog_id: number };

  /** In another subsystem `cgroup_id` is 0. */
  LinkCreated: ListPlace & {
    readonly link_id: number;
    readonly prog_id: number;
    /** Absent when it was found, and not seen to be made; it may be defunct then. */
    readonly fd?: number;
  };
  LinkUpdated: {
    readonly link_id: number;
    readonly prog_id: number;
    readonly was_prog_id: number;
    /** The list's revision after the change; 0 in another subsystem. */
    readonly revision: number;
  };
  /** The link lost its cgroup and is defunct from now on. */
  LinkSevered: { readonly link_id: number; readonly reason: Reason };
  LinkFreed: { readonly link_id: number; readonly reason: Reason };
  /** A link id was taken by a LINK_CREATE that then failed (§11). */
  LinkIdBurned: { readonly link_id: number };
  /** v2-series: LINK_UPDATE never gave back the reference that it took (§19.4). */
  LinkReferenceLeaked: { readonly link_id: number };

  EntryInserted: Listed & EntryHolder & { readonly mode: Mode; readonly preorder?: true };
  EntryReplaced: Listed & EntryHolder & { readonly was_prog_id: number; readonly preorder?: true };
  EntryRemoved: Listed & EntryHolder & { readonly reason: Reason };
  /** Kernel bug of some releases: an effective array differs from its lists (D25). */
  EffectiveSlotWritten: ListPlace & { readonly prog_ids: readonly number[] };

  PinCreated: {
    readonly path: string;
    readonly kind: ObjectKind;
    readonly id: number;
    readonly uid: number;
    readonly mode: number;
  };
  PinRemoved: { readonly path: string; readonly reason: Reason };
  /** A second name of a pin. */
  PinLinked: { readonly path: string; readonly to: string };
  /** Of root and 0755 where nothing else is said. */
  DirectoryMade: { readonly path: string; readonly uid?: number; readonly mode?: number };
  DirectoryRemoved: { readonly path: string };
  /** A pin or a bpffs directory with all below it. */
  PathMoved: { readonly path: string; readonly to: string };
  /** Two names with all below them change places. */
  PathsExchanged: { readonly path: string; readonly to: string };
  OwnerChanged: { readonly path: string; readonly uid: number };
  /** A symlink; an absolute target is a path of this log. */
  SymlinkMade: { readonly path: string; readonly target: string; readonly uid?: number };
  SymlinkRemoved: { readonly path: string };
  /** A mount of a bpffs: `root` is seen at the name `at` from now on. */
  BpffsMounted: {
    readonly mount_id: number;
    /** The mount that it stands on; 0 is outside of every bpffs, where `at` is `/`. */
    readonly parent_id: number;
    readonly at: string;
    readonly root: string;
    /** The mount namespace of a mount that stands outside; absent for that of the host. */
    readonly namespace_id?: number;
  };
  /**
   * An instance of a bpffs with a mount that no path leads to (fsmount). Its user namespace, 0 for the
   * host's, and what it delegates: sets of commands and types by their numbers, as hexadecimal numbers.
   */
  BpffsDelegated: {
    readonly mount_id: number;
    readonly root: string;
    readonly user_id: number;
    readonly cmds: string;
    readonly maps: string;
    readonly progs: string;
    readonly attachs: string;
  };
  /** No path leads into the mount any more; it ends with the last directory that is open in it. */
  BpffsUnmounted: { readonly mount_id: number };
  ModeChanged: { readonly path: string; readonly mode: number };

  CgroupMade: {
    readonly cgroup_id: number;
    readonly path: string;
    /** Of root and 0755 where nothing else is said; its control files have the same owner. */
    readonly uid?: number;
    readonly mode?: number;
  };
  CgroupRemoved: { readonly cgroup_id: number };
  /** No process is in the cgroup any more; those that were are counted as in the root. */
  CgroupEmptied: { readonly cgroup_id: number };
  /** Of the directory, or of one of its control files. */
  CgroupOwnerChanged: { readonly cgroup_id: number; readonly file?: string; readonly uid: number };
  CgroupModeChanged: { readonly cgroup_id: number; readonly file?: string; readonly mode: number };
  /** It is part of its parent's domain from now on. */
  CgroupThreaded: { readonly cgroup_id: number };
  /** What it hands to the cgroups below from now on. */
  CgroupControllersSet: { readonly cgroup_id: number; readonly controllers: readonly Controller[] };

  MapCreated: {
    readonly map_id: number;
    /** Absent when it was found, and not seen to be made. */
    readonly fd?: number;
    readonly map_type: MapType;
    readonly key_size: number;
    readonly value_size: number;
    readonly max_entries: number;
    readonly map_name: string;
    readonly access?: 'read' | 'write';
    /** Without those that are about the fd alone; absent when there are none. */
    readonly map_flags?: number;
    /** The map that the maps in this map of maps are like. */
    readonly inner_map_id?: number;
    /** BTF that it holds, each once: of its keys and values, and of the maps that it is for. */
    readonly btf_ids?: readonly number[];
  };
  MapBound: { readonly prog_id: number; readonly map_id: number };
  /** No call changes its elements any more. */
  MapFrozen: { readonly map_id: number };
  MapFreed: { readonly map_id: number; readonly reason: Reason };
  /** A prog_array takes only programs like one that was refused for the sake of another (§25.8). */
  MapOwned: {
    readonly map_id: number;
    readonly prog_type: ProgType;
    readonly expected_attach_type: AttachType;
    readonly storage_map_ids: readonly number[];
    readonly xdp_has_frags?: true;
  };
  /** A map id was taken by a MAP_CREATE that then found no free fd (§16). */
  MapIdBurned: { readonly map_id: number };
  /** An id of BTF was taken by a BTF_LOAD that then found no free fd (§16). */
  BtfIdBurned: { readonly btf_id: number };
  StorageMade: StoragePlace;
  StorageRemoved: StoragePlace & { readonly reason: Reason };
  /** An LRU map looked for room for an element; what it lets go of is deleted (§25.10). */
  RoomMade: { readonly map_id: number };
  ElementUpdated: {
    readonly map_id: number;
    readonly key: MapKey;
    readonly value: number;
    /** The element holds an object, whose id is its value. */
    readonly kind?: 'prog' | 'map';
  };
  ElementDeleted: {
    readonly map_id: number;
    readonly key: MapKey;
    /** What the element held, if it held an object. */
    readonly kind?: 'prog' | 'map';
    readonly id?: number;
  };
}

export type EffectType = keyof Effects;
export type EffectOf<T extends EffectType> = { readonly type: T } & Effects[T];

/** One fact that a call made true. */
export type Effect = { [T in EffectType]: EffectOf<T> }[EffectType];
