/**
 * The calls that a process can make, under the kernel's own names.
 *
 * A field that is absent is zero, as in a zeroed `union bpf_attr`; so an absent fd field names
 * fd 0. `target_path` and the mailbox calls are short sequences that every caller makes
 * (open, call, close; sendmsg with SCM_RIGHTS).
 */
import type { AttachType } from './attach-type.ts';
import type { Capability } from './capability.ts';
import type { AttachFlags, QueryFlags } from './flags.ts';
import type { MapType } from './map-type.ts';
import type { ProgType } from './prog-type.ts';

/** Bytes of `union bpf_attr` that the caller passes; absent means all of them. */
interface AttrSized {
  readonly attr_size?: number;
}

/** The cgroup a call is about: an open directory, or a path opened for this call alone. */
export interface Target {
  readonly target_fd?: number;
  readonly target_path?: string;
}

/** The anchor field: one u32, read as an id when the flag `id` is set, else as an fd. */
interface Anchored {
  readonly relative_fd?: number;
  readonly relative_id?: number;
  readonly expected_revision?: number;
}

/** A map element's key: of cgroup storage, or the number in a plain map's first bytes. */
export type MapKey = number | { readonly cgroup_id: number; readonly attach_type?: AttachType };

export interface ProcessCalls {
  /** A new process without a parent's fds: 0, 1 and 2 are open and are not BPF objects. */
  spawn: {
    readonly child_pid?: number;
    readonly comm?: string;
    readonly uid?: number;
    readonly caps?: readonly Capability[];
  };
  /** A child that shares the caller's open file descriptions. */
  fork: {
    readonly child_pid?: number;
    readonly uid?: number;
    readonly caps?: readonly Capability[];
  };
  /** execve(2): close-on-exec fds go. */
  exec: { readonly comm?: string };
  exit: Record<never, never>;
  /** Give up privileges: become `uid` with exactly `caps`. */
  capset: { readonly uid?: number; readonly caps: readonly Capability[] };
  /** The soft limit of RLIMIT_NOFILE. */
  setrlimit: { readonly nofile: number };
  /** Move the caller into a cgroup: a write to its cgroup.procs. */
  join: { readonly path: string };
}

export interface FdCalls {
  /** open(2) of a cgroup directory. */
  open_cgroup: { readonly path: string };
  /** Opens something that is neither a cgroup nor a BPF object. */
  open_other: { readonly kind: 'dir' | 'file' };
  close: { readonly fd: number };
  dup: { readonly fd: number };
  dup2: { readonly fd: number; readonly to_fd: number };
  /** sendmsg(2) with SCM_RIGHTS to the mailbox of another process. */
  send_fd: { readonly fd: number; readonly to_pid: number };
  /** recvmsg(2): takes the oldest fd that waits in the caller's mailbox. */
  recv_fd: Record<never, never>;
}

export interface FileSystemCalls {
  mkdir: { readonly path: string };
  rmdir: { readonly path: string };
  bpffs_mkdir: { readonly path: string };
  bpffs_rmdir: { readonly path: string };
  unlink: { readonly path: string };
  rename: { readonly path: string; readonly to: string };
  chmod: { readonly path: string; readonly mode: number };
}

export interface ProgCalls {
  prog_load: {
    readonly prog_type: ProgType;
    readonly expected_attach_type?: AttachType;
    readonly prog_flags?: number;
    readonly prog_name?: string;
    /** Instructions, base64; absent means `r0 = ret; exit`. */
    readonly insns?: string;
    /** The constant that the program returns, for the verifier's range rules; default 1. */
    readonly ret?: number;
    /** Tags of the instructions, computed outside the model: SHA-1 and SHA-256, 8 bytes in hex. */
    readonly tag?: { readonly sha1: string; readonly sha256: string };
    readonly insn_cnt?: number;
    readonly map_fds?: readonly number[];
    /** The program mentions its maps without calling a helper on them. */
    readonly map_ref_only?: boolean;
  };
  prog_attach: Target &
    Anchored &
    AttrSized & {
      readonly attach_bpf_fd?: number;
      readonly attach_type: AttachType;
      readonly flags?: AttachFlags;
      readonly replace_bpf_fd?: number;
    };
  prog_detach: ProgCalls['prog_attach'];
  prog_query: Target &
    AttrSized & {
      readonly attach_type: AttachType;
      readonly query_flags?: QueryFlags;
      /** Room in the caller's id buffer; default 128. */
      readonly prog_cnt?: number;
      /** Pass no id buffer at all. */
      readonly null_prog_ids?: boolean;
      /** Pass a buffer for per-program flags. */
      readonly prog_attach_flags?: boolean;
    };
  prog_bind_map: { readonly prog_fd?: number; readonly map_fd?: number; readonly flags?: number };
}

export interface LinkCalls {
  link_create: Target &
    Anchored &
    AttrSized & {
      readonly prog_fd?: number;
      readonly attach_type: AttachType;
      readonly flags?: AttachFlags;
    };
  link_update: AttrSized & {
    readonly link_fd?: number;
    readonly new_prog_fd?: number;
    readonly flags?: AttachFlags;
    readonly old_prog_fd?: number;
  };
  link_detach: AttrSized & { readonly link_fd?: number };
}

export interface ObjectCalls {
  obj_pin: AttrSized & {
    readonly bpf_fd?: number;
    readonly path: string;
    readonly file_flags?: number;
  };
  obj_get: AttrSized & {
    readonly path: string;
    readonly bpf_fd?: number;
    /** 8 = RDONLY, 16 = WRONLY. */
    readonly file_flags?: number;
  };
  obj_get_info_by_fd: { readonly bpf_fd?: number; readonly info_len?: number };
  prog_get_fd_by_id: { readonly prog_id: number };
  link_get_fd_by_id: { readonly link_id: number };
  map_get_fd_by_id: { readonly map_id: number };
  prog_get_next_id: { readonly start_id: number };
  link_get_next_id: { readonly start_id: number };
  map_get_next_id: { readonly start_id: number };
}

export interface MapCalls {
  map_create: {
    readonly map_type: MapType;
    readonly key_size?: number;
    readonly value_size?: number;
    readonly max_entries?: number;
    readonly map_flags?: number;
    readonly map_name?: string;
  };
  map_lookup_elem: { readonly map_fd?: number; readonly key: MapKey };
  map_update_elem: {
    readonly map_fd?: number;
    readonly key: MapKey;
    readonly value: number;
    readonly flags?: number;
  };
  map_delete_elem: {
    readonly map_fd?: number;
    readonly key: MapKey;
    /** A value pointer lies after this command's last field, so passing one is EINVAL. */
    readonly value?: number;
  };
  /** Without a key: the first one. */
  map_get_next_key: { readonly map_fd?: number; readonly key?: MapKey };
}

/** Every call and its arguments, by name. */
export type Calls = ProcessCalls &
  FdCalls &
  FileSystemCalls &
  ProgCalls &
  LinkCalls &
  ObjectCalls &
  MapCalls;

export type CallName = keyof Calls;

/** The arguments of one call, with its name. */
export type CallOf<N extends CallName> = { readonly name: N } & Calls[N];

/** What a process asks of the kernel. */
export type Call = { [N in CallName]: CallOf<N> }[CallName];
