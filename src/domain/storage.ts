/**
 * Cgroup storage (semantics §25): which (map, cgroup, attach type) storages exist, when they are
 * made and when they go (`bpf_cgroup_storages_alloc`, `…_assign`, `…_link`, `…_free` in
 * kernel/bpf/cgroup.c). From 5.9 on they outlive an entry; up to 5.8 they belong to it (§25.6).
 */
import type { AttachType } from './attach-type.ts';
import type { MapKey, StorageKey } from './call.ts';
import type { Effect, Reason } from './effect.ts';
import type { BpfMap, Cgroup, Entry, Kernel, Program } from './kernel.ts';
import { comparePrefixes, isPrefix } from './maps/prefixes.ts';

/** Bytes of a key that is a cgroup id alone. */
const KEY_WITHOUT_TYPE = 8;

/** The place of an entry: its storages have this cgroup and attach type. */
interface StoragePlace {
  readonly cgroup: Cgroup;
  readonly type: AttachType;
}

export function isStorageMap(map: BpfMap): boolean {
  return map.map_type === 'cgroup_storage' || map.map_type === 'percpu_cgroup_storage';
}

/** The key under which a map holds the storage of a cgroup and attach type. */
export function storageKey(map: BpfMap, cgroupId: number, type: AttachType): StorageKey {
  if (map.key_size === KEY_WITHOUT_TYPE) return { cgroup_id: cgroupId };
  return { cgroup_id: cgroupId, attach_type: type };
}

export function sameKey(a: MapKey, b: MapKey): boolean {
  if (typeof a === 'number' || typeof b === 'number') return a === b;
  if (isPrefix(a) || isPrefix(b)) return isPrefix(a) && isPrefix(b) && comparePrefixes(a, b) === 0;
  return a.cgroup_id === b.cgroup_id && a.attach_type === b.attach_type;
}

/**
 * Storages that a successful attach makes: those of the program's maps that are not there yet.
 *
 * @param others the entries that stand beside the new one
 */
export function storagesMade(
  kernel: Kernel,
  program: Program,
  { cgroup, type }: StoragePlace,
  others: readonly Entry[],
): Effect[] {
  const effects: Effect[] = [];
  for (const mapId of program.storage_map_ids) {
    const map = kernel.maps.get(mapId);
    if (map === undefined) continue;
    const key = storageKey(map, cgroup.id, type);
    const isThere = kernel.switches.storage_is_shared
      ? map.elements.some((element) => sameKey(element.key, key))
      : others.some((entry) => mapsOf(kernel, entry).includes(mapId));
    if (!isThere) effects.push({ type: 'StorageMade', map_id: mapId, ...key });
  }
  return effects;
}

/**
 * The effects on an entry's storages when it is removed: none, unless they belong to it (§25.6).
 * Entries of one program at one place have one key, which shows the storage of the oldest. On
 * those kernels entries are only appended, so the oldest is the first.
 *
 * @param entries the list before the entry at `index` goes
 */
export function storagesFreed(
  kernel: Kernel,
  { cgroup, type }: StoragePlace,
  entries: readonly Entry[],
  index: number,
  reason: Reason,
): Effect[] {
  const entry = entries[index];
  if (kernel.switches.storage_is_shared || entry === undefined) return [];
  const effects: Effect[] = [];
  for (const mapId of mapsOf(kernel, entry)) {
    const map = kernel.maps.get(mapId);
    if (map === undefined) continue;
    const key = storageKey(map, cgroup.id, type);
    const holds = (other: Entry) => mapsOf(kernel, other).includes(mapId);
    if (entries.slice(0, index).some(holds)) continue;
    if (entries.slice(index + 1).some(holds)) {
      // The key shows the next entry's own storage from now on, which user space never reached.
      effects.push({ type: 'ElementUpdated', map_id: mapId, key, value: 0 });
    } else {
      effects.push({ type: 'StorageRemoved', map_id: mapId, ...key, reason });
    }
  }
  return effects;
}

/** Storages that end with their cgroup; up to 5.8 they have gone with their entries. */
export function storagesOrphaned(kernel: Kernel, cgroup: Cgroup): Effect[] {
  if (!kernel.switches.storage_is_shared || kernel.maps.size === 0) return [];
  const effects: Effect[] = [];
  for (const map of kernel.maps.values()) {
    for (const { key } of map.elements) {
      if (typeof key === 'number' || isPrefix(key) || key.cgroup_id !== cgroup.id) continue;
      const place = { type: 'StorageRemoved', map_id: map.id, ...key } as const;
      effects.push({ ...place, reason: 'cgroup_removed' });
    }
  }
  return effects;
}

/** The maps in which an entry has a storage; a link keeps those it was made with. */
function mapsOf(kernel: Kernel, entry: Entry): readonly number[] {
  const holder =
    'link_id' in entry ? kernel.links.get(entry.link_id) : kernel.programs.get(entry.prog_id);
  return holder?.storage_map_ids ?? [];
}
