/**
 * How much memory a map locks for its maker on kernels that charge it (up to 5.10): the `cost` that
 * the `map_alloc` of each type works out before it asks for memory. Sizes of structures are those of
 * x86-64 without debugging; what lies once on each CPU is counted for one.
 */
import type { MapMeta } from '../map-likeness.ts';
import { MAP_FLAGS } from './forms.ts';

const PAGE = 4096;
const POINTER = 8;
/** `struct bpf_map` with what a type adds to it, in whole cache lines: nearly every type's. */
const TYPED_MAP = 320;
/** `struct bpf_map`, before which a row of pointers begins. */
const BARE_MAP = 256;
/** `struct htab_elem`, and `struct bucket`; a sockhash has the same. */
const HASH_ELEMENT = 48;
const BUCKET = 16;
/** `struct lpm_trie_node`, and the bytes of a key that tell how much of it counts. */
const TRIE_NODE = 40;
const PREFIX_LENGTH = 4;
/** `struct stack_map_bucket`. */
const STACK_BUCKET = 16;
/** `struct bpf_ringbuf`: a page of its own, and one for each end. */
const RING = 3 * PAGE;
/** `struct bpf_cgroup_storage` and `struct bpf_storage_buffer`. */
const STORAGE = 104 + 16;

/** Pages that a number of bytes lies on. */
export function pagesOf(bytes: number): number {
  return Math.ceil(bytes / PAGE);
}

/**
 * Bytes that creating a map locks; 0 for types that charge nothing then.
 *
 * @param rounded an array of a caller without CAP_PERFMON has a power of two of places
 */
export function lockedBytes(map: MapMeta, rounded: boolean): number {
  const { map_type, key_size, value_size, max_entries } = map;
  switch (map_type) {
    case 'array':
    case 'percpu_array':
    case 'prog_array':
    case 'perf_event_array':
    case 'cgroup_array':
    case 'array_of_maps':
      return arrayBytes(map, rounded);
    case 'hash':
    case 'lru_hash':
    case 'percpu_hash':
    case 'lru_percpu_hash':
    case 'hash_of_maps':
      return hashBytes(map);
    case 'sockhash':
      return powerOfTwo(max_entries) * BUCKET + (HASH_ELEMENT + whole(key_size)) * max_entries;
    case 'lpm_trie':
      return TYPED_MAP + (TRIE_NODE + value_size + key_size - PREFIX_LENGTH) * max_entries;
    case 'stack_trace': {
      const buckets = powerOfTwo(max_entries);
      return TYPED_MAP + buckets * (POINTER + STACK_BUCKET + value_size);
    }
    case 'queue':
    case 'stack':
      return TYPED_MAP + (max_entries + 1) * value_size;
    case 'ringbuf':
      return TYPED_MAP + RING + max_entries;
    case 'cgroup_storage':
    case 'percpu_cgroup_storage':
      return TYPED_MAP;
    case 'xskmap':
      return TYPED_MAP + max_entries * POINTER;
    case 'reuseport_sockarray':
      return BARE_MAP + max_entries * POINTER;
    case 'devmap_hash':
      return powerOfTwo(max_entries) * POINTER;
    case 'devmap':
    case 'cpumap':
    case 'sockmap':
      return max_entries * POINTER;
    default:
      return 0;
  }
}

function arrayBytes({ map_type, map_flags, value_size, max_entries }: MapMeta, rounded: boolean) {
  const places = rounded ? powerOfTwo(max_entries) : max_entries;
  const values = places * whole(value_size);
  if (map_type === 'percpu_array') {
    return TYPED_MAP + places * POINTER + max_entries * whole(value_size);
  }
  if ((map_flags & MAP_FLAGS.mmapable) === 0) return TYPED_MAP + values;
  return PAGE + pagesOf(values) * PAGE;
}

/** Each CPU has an element in reserve, unless the values lie once on each. */
function hashBytes({ map_type, key_size, value_size, max_entries }: MapMeta): number {
  const buckets = powerOfTwo(max_entries) * BUCKET;
  if (map_type === 'percpu_hash' || map_type === 'lru_percpu_hash') {
    const element = HASH_ELEMENT + whole(key_size) + POINTER;
    return buckets + (element + whole(value_size)) * max_entries;
  }
  const element = HASH_ELEMENT + whole(key_size) + whole(value_size);
  return buckets + element * (max_entries + 1);
}

/** Pages that each storage of a storage map locks beside the map. */
export function storagePages({ map_type, value_size }: MapMeta): number {
  if (map_type === 'cgroup_storage') return pagesOf(STORAGE + value_size);
  return map_type === 'percpu_cgroup_storage' ? pagesOf(whole(value_size)) : 0;
}

/** In whole words of eight bytes. */
function whole(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

function powerOfTwo(entries: number): number {
  return entries <= 1 ? 1 : 2 ** Math.ceil(Math.log2(entries));
}
