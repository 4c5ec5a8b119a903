/**
 * The calls that a process can make, under the kernel's own names. A field that is absent is zero, as
 * in a zeroed `union bpf_attr`; so an absent fd field names fd 0. `target_path` and the mailbox calls
 * are short sequences that every caller makes (open, call, close; sendmsg with SCM_RIGHTS).
 */
import type { AttachType } from './attach-type.ts';
import type { FileSystemCalls } from './file-system-call.ts';
import type { AttachFlags, QueryFlags } from './flags.ts';
import type { MapType } from './map-type.ts';
import type { ProcessCalls } from './process-call.ts';
import type { ProgType } from './prog-type.ts';

/**
 * Bytes of `union bpf_attr` that the caller passes; absent means all of them. A shorter attr is cut
 * where the command says so; others take none below the whole.
 */
export interface AttrSized {
  readonly attr_size?: number;
}

/** Commands of bpf(2): each passes an attr of some size. */
type Sized<C> = { readonly [N in keyof C]: C[N] & AttrSized };

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

/** The key of a cgroup storage. */
export interface StorageKey {
  readonly cgroup_id: number;
  readonly attach_type?: AttachType;
}

/** The key of a trie (`struct bpf_lpm_trie_key`): the data in hexadecimal digits, all of its bytes. */
export interface PrefixKey {
  readonly prefixlen: number;
  readonly data: string;
}

/** A map element's key: of cgroup storage, of a trie, or the number in a plain map's first bytes. */
export type MapKey = number | StorageKey | PrefixKey;

/** Commands of fcntl(2) that are about the fd rather than what it is open on. */
export type FcntlCommand = 'f_dupfd' | 'f_dupfd_cloexec' | 'f_getfd' | 'f_setfd';

export interface FdCalls {
  /** open(2) of a cgroup directory; `cloexec: false` leaves O_CLOEXEC out. */
  open_cgroup: { readonly path: string; readonly cloexec?: false };
  /** Opens something that is neither a cgroup nor a BPF object; with `path`, a directory of a bpffs. */
  open_other: { readonly kind: 'dir' | 'file'; readonly path?: string; readonly cloexec?: false };
  close: { readonly fd: number };
  dup: { readonly fd: number };
  dup2: { readonly fd: number; readonly to_fd: number };
  /** `flags`: 0 or O_CLOEXEC (0x80000). */
  dup3: { readonly fd: number; readonly to_fd: number; readonly flags?: number };
  fcntl: { readonly fd: number; readonly cmd: FcntlCommand; readonly arg?: number };
  /** `flags`: CLOSE_RANGE_UNSHARE (2), CLOSE_RANGE_CLOEXEC (4). */
  close_range: { readonly first: number; readonly last: number; readonly flags?: number };
  /** A copy of an fd of another process, by a pidfd of it that the caller holds. */
  pidfd_getfd: {
    readonly target_pid: number;
    readonly target_fd: number;
    readonly flags?: number;
  };
  /** sendmsg(2) with SCM_RIGHTS to the mailbox of another process. */
  send_fd: { readonly fd: number; readonly to_pid: number };
  /**
   * recvmsg(2): takes the oldest fd that waits in the caller's mailbox; `cloexec` is
   * MSG_CMSG_CLOEXEC.
   */
  recv_fd: { readonly cloexec?: true };
}

export interface ProgCalls {
  prog_load: {
    readonly prog_type: ProgType;
    readonly expected_attach_type?: AttachType;
    readonly prog_flags?: number;
    readonly prog_name?: string;
    /** Of an lsm program: the function of the hook, by its id in the kernel's BTF. */
    readonly attach_btf_id?: number;
    /** Instructions, base64; absent means `r0 = ret; exit`. */
    readonly insns?: string;
    /** The constant that the program returns, for the verifier's range rules; default 1. */
    readonly ret?: number;
    /** Tags of the instructions, computed outside the model: SHA-1 and SHA-256, 8 bytes in hex. */
    readonly tag?: { readonly sha1: string; readonly sha256: string };
    readonly insn_cnt?: number;
    readonly map_fds?: readonly number[];
    /** The fds that instructions name by their index (5.14). */
    readonly fd_array?: readonly number[];
    /** How many of `fd_array` the program uses whether or not its instructions name them (6.14). */
    readonly fd_array_cnt?: number;
    /** BTF that describes the functions and lines of the program; looked at when it describes any. */
    readonly prog_btf_fd?: number;
    readonly func_info_cnt?: number;
    readonly line_info_cnt?: number;
    /** Another program, or other BTF than the kernel's, that it is attached to. */
    readonly attach_prog_fd?: number;
    /** The program mentions its maps without calling a helper on them. */
    readonly map_ref_only?: boolean;
    /** Counts with the flag TOKEN_FD (65536). */
    readonly prog_token_fd?: number;
    /** What the verifier prints: 1 or 2, and 4 for its statistics; 8 keeps its beginning. */
    readonly log_level?: number;
    /** Bytes of the buffer for the log. */
    readonly log_size?: number;
    /** Pass a buffer for the log. */
    readonly log_buf?: boolean;
    /** The kernel writes it (6.4); what stands there before is not looked at. */
    readonly log_true_size?: number;
    /** Pass a signature of the instructions (6.18). */
    readonly signature?: boolean;
    readonly signature_size?: number;
    /** The keys for the signature. */
    readonly keyring_id?: number;
  };
  prog_attach: Target &
    Anchored & {
      readonly attach_bpf_fd?: number;
      readonly attach_type: AttachType;
      readonly flags?: AttachFlags;
      readonly replace_bpf_fd?: number;
    };
  prog_detach: ProgCalls['prog_attach'];
  prog_query: Target & {
    readonly attach_type: AttachType;
    readonly query_flags?: QueryFlags;
    /** Room in the caller's id buffer; default 128. */
    readonly prog_cnt?: number;
    /** Pass no id buffer at all. */
    readonly null_prog_ids?: boolean;
    /** Pass a buffer for per-program flags. */
    readonly prog_attach_flags?: boolean;
  };
  /** PROG_TEST_RUN; `data_size_in`: bytes of the packet. */
  prog_test_run: { readonly prog_fd?: number; readonly data_size_in?: number };
  prog_bind_map: {
    readonly prog_fd?: number;
    readonly map_fd?: number;
    readonly flags?: number;
  };
}

export interface LinkCalls {
  link_create: Target &
    Anchored & {
      readonly prog_fd?: number;
      readonly attach_type: AttachType;
      readonly flags?: AttachFlags;
    };
  link_update: {
    readonly link_fd?: number;
    readonly new_prog_fd?: number;
    readonly flags?: AttachFlags;
    readonly old_prog_fd?: number;
  };
  link_detach: { readonly link_fd?: number };
  /**
   * A LINK_CREATE or RAW_TRACEPOINT_OPEN of another subsystem, where its target is there: what is
   * outside of cgroups is not modelled, but that such a link has an id, an fd and a program.
   */
  foreign_link_create: { readonly prog_fd?: number; readonly attach_type: AttachType };
  iter_create: { readonly link_fd?: number; readonly flags?: number };
}

export interface ObjectCalls {
  obj_pin: {
    readonly bpf_fd?: number;
    readonly path: string;
    readonly file_flags?: number;
    /** The directory that the path was given relative to (BPF_F_PATH_FD); `path` is absolute. */
    readonly path_fd?: number;
  };
  obj_get: {
    readonly path: string;
    readonly bpf_fd?: number;
    /** 8 = RDONLY, 16 = WRONLY. */
    readonly file_flags?: number;
    readonly path_fd?: number;
  };
  obj_get_info_by_fd: { readonly bpf_fd?: number; readonly info_len?: number };
  prog_get_fd_by_id: { readonly prog_id: number; readonly open_flags?: number };
  link_get_fd_by_id: { readonly link_id: number; readonly open_flags?: number };
  /** `open_flags`: 8 = RDONLY, 16 = WRONLY. */
  map_get_fd_by_id: { readonly map_id: number; readonly open_flags?: number };
  /** `token_fd` counts with the flag TOKEN_FD (65536). */
  btf_get_fd_by_id: {
    readonly btf_id: number;
    readonly open_flags?: number;
    readonly token_fd?: number;
  };
  /** TOKEN_CREATE: `bpffs_fd` is open on the top of a bpffs that delegates. */
  token_create: { readonly bpffs_fd?: number; readonly flags?: number };
  /** TASK_FD_QUERY: which program runs on what another process has open. */
  task_fd_query: {
    readonly target_pid: number;
    readonly target_fd: number;
    readonly flags?: number;
  };
  /**
   * A command of bpf(2) by its number with an attr of zeros, as probes of features make it; those
   * below 36 are called by their names.
   */
  bpf: { readonly cmd: number };
  /**
   * BTF_LOAD of types that the kernel takes; `btf_size`: their bytes. `btf_token_fd` counts with the
   * flag TOKEN_FD (65536).
   */
  btf_load: {
    readonly btf_size?: number;
    readonly btf_flags?: number;
    readonly btf_token_fd?: number;
  };
  /** ENABLE_STATS; `type`: 0 is the run time of programs. */
  enable_stats: { readonly type?: number };
  prog_get_next_id: { readonly start_id: number };
  link_get_next_id: { readonly start_id: number };
  map_get_next_id: { readonly start_id: number };
  btf_get_next_id: { readonly start_id: number };
}

/** The commands on many elements of a map. */
interface Batched {
  readonly map_fd?: number;
  readonly elem_flags?: number;
  readonly flags?: number;
}

/** A look through a map, from its first element on or from where one before it ended. */
interface Walked {
  /** Room for so many elements. */
  readonly count?: number;
  /** Of an array: the last index that was told. */
  readonly in_batch?: number;
}

export interface MapCalls {
  map_create: {
    readonly map_type: MapType;
    readonly key_size?: number;
    readonly value_size?: number;
    readonly max_entries?: number;
    readonly map_flags?: number;
    /** A map like those that a map of maps will hold. */
    readonly inner_map_fd?: number;
    readonly map_name?: string;
    /** BTF that describes keys and values, by the ids of their types in it. */
    readonly btf_fd?: number;
    readonly btf_key_type_id?: number;
    readonly btf_value_type_id?: number;
    /** The type of a structure of the kernel's own. */
    readonly btf_vmlinux_value_type_id?: number;
    /** Of a bloom filter its hash functions, of an arena its address. */
    readonly map_extra?: number;
    /** Counts with the flag NUMA_NODE (4); 4294967295 is any node. */
    readonly numa_node?: number;
    /** Counts with the flag TOKEN_FD (65536). */
    readonly map_token_fd?: number;
    /** Pass the hash of the only program that may use the map (6.18). */
    readonly excl_prog_hash?: boolean;
    readonly excl_prog_hash_size?: number;
  };
  map_freeze: { readonly map_fd?: number };
  map_lookup_elem: { readonly map_fd?: number; readonly key?: MapKey };
  map_update_elem: {
    readonly map_fd?: number;
    readonly key?: MapKey;
    readonly value: number;
    readonly flags?: number;
  };
  map_delete_elem: {
    readonly map_fd?: number;
    readonly key: MapKey;
    /** A value pointer lies after this command's last field, so passing one is EINVAL. */
    readonly value?: number;
  };
  /** `flags`: only F_LOCK (4) is known. */
  map_lookup_and_delete_elem: {
    readonly map_fd?: number;
    readonly key?: MapKey;
    readonly flags?: number;
  };
  /** The elements `keys[i]` with `values[i]`, in this order. */
  map_update_batch: Batched & {
    readonly keys: readonly MapKey[];
    readonly values: readonly number[];
  };
  map_delete_batch: Batched & { readonly keys: readonly MapKey[] };
  map_lookup_batch: Batched & Walked;
  map_lookup_and_delete_batch: Batched & Walked;
  /** Without a key: the first one. */
  map_get_next_key: { readonly map_fd?: number; readonly key?: MapKey };
}

/** Every call and its arguments, by name. */
export type Calls = ProcessCalls &
  FdCalls &
  FileSystemCalls &
  Sized<ProgCalls & LinkCalls & ObjectCalls & MapCalls>;

export type CallName = keyof Calls;

/** The arguments of one call, with its name. */
export type CallOf<N extends CallName> = { readonly name: N } & Calls[N];

/** What a process asks of the kernel. */
export type Call = { [N in CallName]: CallOf<N> }[CallName];
