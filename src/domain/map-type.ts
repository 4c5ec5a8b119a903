/** The map types of the UAPI, in number order (`enum bpf_map_type`). */
export const MAP_TYPE_NAMES = [
  'unspec',
  'hash',
  'array',
  'prog_array',
  'perf_event_array',
  'percpu_hash',
  'percpu_array',
  'stack_trace',
  'cgroup_array',
  'lru_hash',
  'lru_percpu_hash',
  'lpm_trie',
  'array_of_maps',
  'hash_of_maps',
  'devmap',
  'sockmap',
  'cpumap',
  'xskmap',
  'sockhash',
  'cgroup_storage',
  'reuseport_sockarray',
  'percpu_cgroup_storage',
  'queue',
  'stack',
  'sk_storage',
  'devmap_hash',
  'struct_ops',
  'ringbuf',
  'inode_storage',
  'task_storage',
  'bloom_filter',
  'user_ringbuf',
  'cgrp_storage',
  'arena',
] as const;

export type MapTypeName = (typeof MAP_TYPE_NAMES)[number];

/** A known map type by its name, any other 32-bit value by its number. */
export type MapType = MapTypeName | number;

/** The UAPI number of a map type. */
export function mapTypeNumber(type: MapType): number {
  return typeof type === 'number' ? type : MAP_TYPE_NAMES.indexOf(type);
}

/** The canonical spelling of a map type: its name where it has one, else the number. */
export function mapTypeOf(n: number): MapType {
  return MAP_TYPE_NAMES[n] ?? n;
}
