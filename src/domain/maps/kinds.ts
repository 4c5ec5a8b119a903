/** Kinds of map types, as MAP_CREATE tells them apart. */
import type { MapType } from '../map-type.ts';

export function isStorage(type: MapType): boolean {
  return type === 'cgroup_storage' || type === 'percpu_cgroup_storage';
}

/** Types that `htab_map_alloc_check` looks at. */
export function isHash(type: MapType): boolean {
  return type === 'hash' || type === 'hash_of_maps' || isLru(type) || type === 'percpu_hash';
}

export function isLru(type: MapType): boolean {
  return type === 'lru_hash' || type === 'lru_percpu_hash';
}

function isPercpuHash(type: MapType): boolean {
  return type === 'percpu_hash' || type === 'lru_percpu_hash';
}

export function isPercpu(type: MapType): boolean {
  return isPercpuHash(type) || type === 'percpu_array';
}

export function isMapOfMaps(type: MapType): boolean {
  return type === 'array_of_maps' || type === 'hash_of_maps';
}
