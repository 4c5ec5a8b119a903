/**
 * Cgroup storage (semantics §25): which (map, cgroup, attach type) storages exist and when they
 * are made (`bpf_cgroup_storages_alloc`, `…_assign`, `…_link` in kernel/bpf/cgroup.c).
 */
import type { AttachType } from './attach-type.ts';
import type { MapKey } from './call.ts';
import type { Effect } from './effect.ts';
import type { BpfMap, Cgroup, Kernel, Program } from './kernel.ts';

/** Bytes of a key that is a cgroup id alone. */
const KEY_WITHOUT_TYPE = 8;

export function isStorageMap(map: BpfMap): boolean {
  return map.map_type === 'cgroup_storage' || map.map_type === 'percpu_cgroup_storage';
}

/** The key under which a map holds the storage of a cgroup and attach type. */
export function storageKey(map: BpfMap, cgroupId: number, type: AttachType): MapKey {
  if (map.key_size === KEY_WITHOUT_TYPE) return { cgroup_id: cgroupId };
  return { cgroup_id: cgroupId, attach_type: type };
}

export function sameKey(a: MapKey, b: MapKey): boolean {
  if (typeof a === 'number' || typeof b === 'number') return a === b;
  return a.cgroup_id === b.cgroup_id && a.attach_type === b.attach_type;
}

/** Storages that a successful attach makes: those of the program's maps that are not there yet. */
export function storagesMade(
  kernel: Kernel,
  program: Program,
  cgroup: Cgroup,
  type: AttachType,
): Effect[] {
  const effects: Effect[] = [];
  for (const mapId of program.storage_map_ids) {
    const map = kernel.maps.get(mapId);
    if (map === undefined) continue;
    const key = storageKey(map, cgroup.id, type);
    if (typeof key === 'number' || map.elements.some((e) => sameKey(e.key, key))) continue;
    effects.push({ type: 'StorageMade', map_id: mapId, ...key });
  }
  return effects;
}
