/**
 * The kernel's names and numbers, for arguments that strace prints either way (`-Xraw`):
 * include/uapi/linux/bpf.h, fcntl.h, sched.h and close_range.h, x86-64.
 */
import { ATTACH_TYPE_NUMBERS, type AttachType, attachTypeOf } from '../../domain/attach-type.ts';
import { MAP_TYPE_NAMES, type MapType, mapTypeOf } from '../../domain/map-type.ts';
import { PROG_TYPE_NAMES, type ProgType, progTypeOf } from '../../domain/prog-type.ts';
import { Malformed, numberOf, type Value } from './value.ts';

/** Bits by name. */
export type Bits = Readonly<Record<string, number>>;

/** `enum bpf_cmd`. */
const BPF_COMMANDS = [
  'map_create',
  'map_lookup_elem',
  'map_update_elem',
  'map_delete_elem',
  'map_get_next_key',
  'prog_load',
  'obj_pin',
  'obj_get',
  'prog_attach',
  'prog_detach',
  'prog_test_run',
  'prog_get_next_id',
  'map_get_next_id',
  'prog_get_fd_by_id',
  'map_get_fd_by_id',
  'obj_get_info_by_fd',
  'prog_query',
  'raw_tracepoint_open',
  'btf_load',
  'btf_get_fd_by_id',
  'task_fd_query',
  'map_lookup_and_delete_elem',
  'map_freeze',
  'btf_get_next_id',
  'map_lookup_batch',
  'map_lookup_and_delete_batch',
  'map_update_batch',
  'map_delete_batch',
  'link_create',
  'link_update',
  'link_get_fd_by_id',
  'link_get_next_id',
  'enable_stats',
  'iter_create',
  'link_detach',
  'prog_bind_map',
  'token_create',
] as const;

export const ATTACH_BITS: Bits = {
  BPF_F_ALLOW_OVERRIDE: 1,
  BPF_F_ALLOW_MULTI: 2,
  BPF_F_REPLACE: 4,
  BPF_F_BEFORE: 8,
  BPF_F_AFTER: 16,
  BPF_F_ID: 32,
  BPF_F_PREORDER: 64,
  BPF_F_LINK: 8192,
};
export const QUERY_BITS: Bits = { BPF_F_QUERY_EFFECTIVE: 1 };
export const PROG_BITS: Bits = {
  BPF_F_STRICT_ALIGNMENT: 1,
  BPF_F_ANY_ALIGNMENT: 2,
  BPF_F_TEST_RND_HI32: 4,
  BPF_F_TEST_STATE_FREQ: 8,
  BPF_F_SLEEPABLE: 16,
  BPF_F_XDP_HAS_FRAGS: 32,
  BPF_F_XDP_DEV_BOUND_ONLY: 64,
  BPF_F_TEST_REG_INVARIANTS: 128,
  BPF_F_TOKEN_FD: 65_536,
};
/** What the verifier prints; straces before 6.x print the number. */
export const LOG_BITS: Bits = {
  BPF_LOG_LEVEL1: 1,
  BPF_LOG_LEVEL2: 2,
  BPF_LOG_STATS: 4,
  BPF_LOG_FIXED: 8,
};
export const MAP_BITS: Bits = {
  BPF_F_NO_PREALLOC: 1,
  BPF_F_NO_COMMON_LRU: 2,
  BPF_F_NUMA_NODE: 4,
  BPF_F_RDONLY: 8,
  BPF_F_WRONLY: 16,
  BPF_F_STACK_BUILD_ID: 32,
  BPF_F_ZERO_SEED: 64,
  BPF_F_RDONLY_PROG: 128,
  BPF_F_WRONLY_PROG: 256,
  BPF_F_CLONE: 512,
  BPF_F_MMAPABLE: 1024,
  BPF_F_PRESERVE_ELEMS: 2048,
  BPF_F_INNER_MAP: 4096,
  BPF_F_LINK: 8192,
  BPF_F_PATH_FD: 16_384,
  BPF_F_VTYPE_BTF_OBJ_FD: 32_768,
  BPF_F_TOKEN_FD: 65_536,
  BPF_F_SEGV_ON_FAULT: 131_072,
  BPF_F_NO_USER_CONV: 262_144,
};
export const OPEN_BITS: Bits = {
  O_RDONLY: 0,
  O_WRONLY: 1,
  O_RDWR: 2,
  O_DIRECTORY: 0o200000,
  O_CLOEXEC: 0o2000000,
  O_PATH: 0o10000000,
};
export const CLONE_BITS: Bits = {
  CLONE_FILES: 0x400,
  CLONE_VFORK: 0x4000,
  CLONE_THREAD: 0x10000,
};
export const CLOSE_RANGE_BITS: Bits = { CLOSE_RANGE_UNSHARE: 2, CLOSE_RANGE_CLOEXEC: 4 };
export const FD_BITS: Bits = { FD_CLOEXEC: 1 };
/** Flags of calls that take a directory's fd. */
export const AT_BITS: Bits = { AT_REMOVEDIR: 0x200, AT_EMPTY_PATH: 0x1000 };
/** Flags of mount(2), umount2(2) and move_mount(2) that are asked for. */
export const MOUNT_BITS: Bits = {
  MS_REMOUNT: 0x20,
  MS_BIND: 0x1000,
  MS_MOVE: 0x2000,
  MS_UNBINDABLE: 0x20000,
  MS_PRIVATE: 0x40000,
  MS_SLAVE: 0x80000,
  MS_SHARED: 0x100000,
};
export const UMOUNT_BITS: Bits = { MNT_FORCE: 1, MNT_DETACH: 2, MNT_EXPIRE: 4, UMOUNT_NOFOLLOW: 8 };
export const MOVE_MOUNT_BITS: Bits = { MOVE_MOUNT_F_EMPTY_PATH: 4 };
export const FCNTL_COMMANDS: Bits = {
  F_DUPFD: 0,
  F_GETFD: 1,
  F_SETFD: 2,
  F_DUPFD_CLOEXEC: 1030,
};
export const SCM_RIGHTS: Bits = { SCM_RIGHTS: 1 };

/**
 * A flag word: names that are asked for, and numbers. Names that nobody asks for are passed over.
 */
export function wordOf(value: Value | undefined, bits: Bits): number {
  if (value === undefined) return 0;
  if (value.kind === 'number') return value.value;
  if (value.kind !== 'word') throw new Malformed('a flag word is expected');
  let word = 0;
  for (const part of value.text.split('|')) {
    const bit = /^\d/.test(part) ? numberOf(part) : (bits[part] ?? 0);
    // Bits above 31 would be lost by `|`.
    if (Math.floor(word / (bit || 1)) % 2 === 0) word += bit;
  }
  return word;
}

function readNamed<T>(
  value: Value | undefined,
  what: string,
  { prefix, names, ofNumber }: NamedValues<T>,
): T {
  if (value?.kind === 'number') return ofNumber(value.value);
  if (value?.kind === 'word') {
    const name = value.text
      .slice(prefix.length)
      .toLowerCase()
      .replace(/_deprecated$/, '');
    if (value.text.startsWith(prefix) && names.has(name)) return name as T;
    throw new Malformed(`${value.text} is no ${what} that is known`);
  }
  throw new Malformed(`a ${what} is expected`);
}

interface NamedValues<T> {
  readonly prefix: string;
  readonly names: ReadonlySet<string>;
  readonly ofNumber: (n: number) => T;
}

const ATTACH_TYPES: NamedValues<AttachType> = {
  prefix: 'BPF_',
  names: new Set(Object.keys(ATTACH_TYPE_NUMBERS)),
  ofNumber: attachTypeOf,
};
const PROG_TYPES: NamedValues<ProgType> = {
  prefix: 'BPF_PROG_TYPE_',
  names: new Set(PROG_TYPE_NAMES),
  ofNumber: progTypeOf,
};
const MAP_TYPES: NamedValues<MapType> = {
  prefix: 'BPF_MAP_TYPE_',
  names: new Set(MAP_TYPE_NAMES),
  ofNumber: mapTypeOf,
};
const COMMANDS: NamedValues<string> = {
  prefix: 'BPF_',
  names: new Set(BPF_COMMANDS),
  ofNumber: (n) => BPF_COMMANDS[n] ?? `command ${n}`,
};

export function attachTypeIn(value: Value | undefined): AttachType {
  return readNamed(value, 'attach type', ATTACH_TYPES);
}
export function progTypeIn(value: Value | undefined): ProgType {
  return readNamed(value, 'program type', PROG_TYPES);
}
export function mapTypeIn(value: Value | undefined): MapType {
  return readNamed(value, 'map type', MAP_TYPES);
}

/** The command's name in lower case, known here or not. */
export function bpfCommandIn(value: Value | undefined): string {
  if (value?.kind === 'word' && value.text.startsWith(COMMANDS.prefix)) {
    return value.text.slice(COMMANDS.prefix.length).toLowerCase();
  }
  return readNamed(value, 'bpf command', COMMANDS);
}
