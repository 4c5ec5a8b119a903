/**
 * The form that MAP_CREATE wants of each type of map: its sizes, its entries and its flags
 * (`map_alloc_check` and `map_alloc` of the type), measured on 6.18.44,
 * and what other releases have otherwise (`mapFormOf`).
 */
import type { MapType, MapTypeName } from '../map-type.ts';
import type { Switches } from '../release/switches.ts';

export const MAP_FLAGS = {
  noPrealloc: 1,
  noCommonLru: 2,
  numaNode: 4,
  rdonly: 8,
  wronly: 16,
  stackBuildId: 32,
  zeroSeed: 64,
  rdonlyProg: 128,
  wronlyProg: 256,
  clone: 512,
  mmapable: 1024,
  preserveElems: 2048,
  innerMap: 4096,
  link: 8192,
  vtypeBtfObjFd: 32_768,
  segvOnFault: 131_072,
  noUserConversion: 262_144,
  rbOverwrite: 524_288,
} as const;

const F = MAP_FLAGS;
/** Flags about who may read and write by an fd. */
const FD_ACCESS = F.rdonly | F.wronly;
/** The same, and what programs may do. */
const ACCESS = FD_ACCESS | F.rdonlyProg | F.wronlyProg;

/** `KMALLOC_MAX_SIZE`: bytes of the largest piece of memory. */
const KMALLOC_MAX = 4_194_304;
/** `struct htab_elem`, which goes before key and value. */
const HASH_ELEMENT_BYTES = 48;
/** Bytes of a value that lies once on each CPU (`PCPU_MIN_UNIT_SIZE`). */
export const PERCPU_VALUE_MAX = 32_768;
/** Key and value of a hash together; more is E2BIG. */
export const HASH_BYTES_MAX = KMALLOC_MAX - HASH_ELEMENT_BYTES - 1;
/** A stack of a program: the longest key of a sockhash. */
const STACK_BYTES = 512;

export interface MapForm {
  /** Flags that the type takes. */
  readonly flags: number;
  /** Flags without which it is refused. */
  readonly needs?: number;
  /** Sizes of a key: one, any but none, or in bounds. */
  readonly key: number | 'some' | readonly [number, number];
  /** Sizes of a value, `some` is any but none. */
  readonly value: 'some' | readonly number[] | ((size: number, flags: number) => boolean);
  /** Whether a number of entries is good. */
  readonly entries: (count: number) => boolean;
  /** More is E2BIG, once all else is good. */
  readonly keyMax?: number;
  readonly valueMax?: number;
  readonly entriesMax?: number;
  /** Keys and values must be described by BTF. */
  readonly btf?: true;
  /** Looked at before the caller's privileges, in kernels that look at forms before them. */
  readonly early: boolean;
}

const some = (count: number): boolean => count > 0;
/** Room that is mapped: whole pages, a power of two of them. */
const pages = (count: number): boolean =>
  count >= 4096 && count < 2 ** 32 && Number.isInteger(Math.log2(count));

const hash: MapForm = {
  flags: ACCESS | F.noPrealloc | F.zeroSeed | F.numaNode,
  key: 'some',
  value: 'some',
  entries: some,
  entriesMax: 2 ** 27,
  early: true,
};
const lru: MapForm = { ...hash, flags: hash.flags | F.noCommonLru };
const array: MapForm = {
  flags: ACCESS | F.numaNode | F.mmapable | F.innerMap,
  key: 4,
  value: 'some',
  entries: some,
  early: true,
};
/** Arrays whose values are fds. */
const fdArray: MapForm = { ...array, flags: FD_ACCESS | F.numaNode, value: [4] };
const queue: MapForm = {
  flags: ACCESS | F.numaNode,
  key: 0,
  value: 'some',
  entries: some,
  valueMax: KMALLOC_MAX,
  early: true,
};
const sockets: MapForm = {
  flags: FD_ACCESS | F.numaNode,
  key: 4,
  value: [4, 8],
  entries: some,
  early: false,
};
const ring: MapForm = { flags: F.numaNode, key: 0, value: [0], entries: pages, early: false };
const stackDepthMax = 127;
/** `struct bpf_stack_build_id`, of which a frame has one in place of an address. */
const BUILD_ID_BYTES = 32;

/** `BPF_LOCAL_STORAGE_MAX_VALUE_SIZE`. */
const LOCAL_VALUE_MAX = 65_407;
/** Values of sockets, inodes, tasks and cgroups, which stand beside these. */
const local: MapForm = {
  flags: F.noPrealloc | F.clone,
  needs: F.noPrealloc,
  key: 4,
  value: 'some',
  entries: (count) => count === 0,
  valueMax: LOCAL_VALUE_MAX,
  btf: true,
  early: true,
};

const MAP_FORMS: { readonly [T in MapTypeName]?: MapForm } = {
  hash,
  percpu_hash: hash,
  lru_hash: lru,
  lru_percpu_hash: lru,
  array,
  percpu_array: { ...array, flags: ACCESS | F.numaNode },
  prog_array: fdArray,
  cgroup_array: fdArray,
  array_of_maps: fdArray,
  perf_event_array: { ...fdArray, flags: fdArray.flags | F.preserveElems },
  hash_of_maps: { ...hash, value: [4] },
  queue,
  stack: queue,
  bloom_filter: { ...queue, flags: queue.flags | F.zeroSeed, early: false },
  ringbuf: { ...ring, flags: ring.flags | F.rbOverwrite },
  user_ringbuf: ring,
  stack_trace: {
    flags: FD_ACCESS | F.numaNode | F.stackBuildId,
    key: 4,
    value: (size, flags) => {
      const frame = (flags & F.stackBuildId) === 0 ? 8 : BUILD_ID_BYTES;
      return size >= 8 && size % frame === 0 && size / frame <= stackDepthMax;
    },
    entries: some,
    entriesMax: 2 ** 31,
    early: false,
  },
  lpm_trie: {
    flags: ACCESS | F.numaNode | F.noPrealloc,
    needs: F.noPrealloc,
    // The length of the prefix, and 1 to 256 bytes that it is a prefix of.
    key: [5, 260],
    value: (size) => size > 0 && size <= 4_194_024,
    entries: some,
    early: false,
  },
  sockmap: sockets,
  sockhash: {
    ...sockets,
    key: 'some',
    entries: (count) => count > 0 && count <= 2 ** 27,
    keyMax: STACK_BYTES,
  },
  xskmap: { ...sockets, value: [4] },
  devmap: { ...sockets, early: true },
  devmap_hash: { ...sockets, entries: (count) => count > 0 && count <= 2 ** 31, early: true },
  cpumap: { ...sockets, flags: F.numaNode, entriesMax: 8192 },
  reuseport_sockarray: { ...sockets, flags: ACCESS | F.numaNode, early: true },
  arena: {
    flags: F.mmapable | F.segvOnFault | F.noUserConversion,
    needs: F.mmapable,
    key: 0,
    value: [0],
    entries: some,
    entriesMax: 2 ** 20,
    early: false,
  },
  sk_storage: local,
  inode_storage: local,
  task_storage: local,
  cgrp_storage: local,
  // With the type of a structure that can be made of programs; no other is told here.
  struct_ops: {
    flags: F.link | F.vtypeBtfObjFd,
    key: 4,
    value: () => true,
    entries: (count) => count === 1,
    early: true,
  },
};

const HASHES: readonly MapType[] = [
  ...(['hash', 'percpu_hash', 'lru_hash', 'lru_percpu_hash', 'hash_of_maps'] as const),
];

/** The form of a type on a kernel; undefined for one that is not in the table. */
export function mapFormOf(switches: Switches, type: MapType): MapForm | undefined {
  const form = typeof type === 'string' ? MAP_FORMS[type] : undefined;
  if (form === undefined) return undefined;
  return { ...form, flags: form.flags & ~missingFlags(switches), ...whatDiffers(switches, type) };
}

/** Flags that came later, whichever types take them. */
function missingFlags({ late_array_flags, ringbuf_overwrites }: Switches): number {
  const missing = late_array_flags ? 0 : F.innerMap | F.preserveElems;
  return ringbuf_overwrites ? missing : missing | F.rbOverwrite;
}

function whatDiffers(switches: Switches, type: MapType): Partial<MapForm> {
  switch (type) {
    case 'array':
    case 'percpu_array':
      return { valueMax: switches.array_value_max };
    case 'devmap':
    case 'devmap_hash':
      return switches.devmap_programs ? {} : { value: [4] };
    case 'cpumap':
      return switches.cpumap_programs ? {} : { value: [4] };
    default:
      return HASHES.includes(type) && switches.hash_keys_fit_a_stack ? { keyMax: STACK_BYTES } : {};
  }
}

/** Types whose `map_check_btf` refuses every key (`map_check_no_btf`). */
export const TAKES_NO_BTF: readonly MapTypeName[] = [
  ...(['perf_event_array', 'cgroup_array', 'array_of_maps', 'hash_of_maps'] as const),
  ...(['devmap', 'devmap_hash', 'sockmap', 'sockhash', 'xskmap', 'cpumap'] as const),
  ...(['stack_trace'] as const),
];

/** Types that callers without CAP_BPF may create when the sysctl is 0. */
export const UNPRIVILEGED_MAPS: readonly MapTypeName[] = [
  ...(['array', 'percpu_array', 'prog_array', 'perf_event_array', 'cgroup_array'] as const),
  ...(['array_of_maps', 'hash', 'percpu_hash', 'hash_of_maps', 'ringbuf', 'user_ringbuf'] as const),
  ...(['cgroup_storage', 'percpu_cgroup_storage'] as const),
];
/** Types that want CAP_NET_ADMIN, and not CAP_BPF. */
export const NET_ADMIN_MAPS: readonly MapTypeName[] = [
  ...(['sockmap', 'sockhash', 'devmap', 'devmap_hash', 'xskmap'] as const),
];
/** Types whose elements this model knows; others are objects without contents. */
export const FILLED_MAPS: readonly MapTypeName[] = [
  ...(['hash', 'array', 'percpu_hash', 'percpu_array', 'lru_hash', 'lru_percpu_hash'] as const),
  ...(['cgroup_storage', 'percpu_cgroup_storage'] as const),
  ...(['prog_array', 'array_of_maps', 'hash_of_maps', 'queue', 'stack', 'lpm_trie'] as const),
];
