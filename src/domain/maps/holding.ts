/**
 * Maps whose elements hold objects (`map_fd_get_ptr`): a prog_array holds programs, a map of maps
 * holds maps. Which ones fit is a matter of the first program that had to do with the prog_array
 * (`bpf_prog_map_compatible`), or of the map that the map of maps was made like
 * (`bpf_map_meta_equal`).
 */
import type { EffectOf } from '../effect.ts';
import type { BpfMap, Kernel } from '../kernel.ts';
import type { MapMeta, MapOwner } from '../map-likeness.ts';
import type { MapType } from '../map-type.ts';
import type { Switches } from '../release/switches.ts';
import { isStorageMap } from '../storage.ts';

/** What the elements of a map of this type hold; undefined when they are mere numbers. */
export function heldKind(type: MapType): 'prog' | 'map' | undefined {
  if (type === 'prog_array') return 'prog';
  return type === 'array_of_maps' || type === 'hash_of_maps' ? 'map' : undefined;
}

/** What of a program the other programs of its prog_array must be alike in. */
export function ownerOf(
  kernel: Kernel,
  program: Omit<MapOwner, 'xdp_has_frags'> & { readonly xdp_has_frags?: boolean },
): MapOwner {
  const { prog_type, expected_attach_type, xdp_has_frags = false } = program;
  const ids = program.storage_map_ids.filter((id) => {
    const map = kernel.maps.get(id);
    return map !== undefined && isStorageMap(map);
  });
  const owner = { prog_type, expected_attach_type, storage_map_ids: ids };
  return xdp_has_frags ? { ...owner, xdp_has_frags } : owner;
}

/** Whether a program may be in, or use, a prog_array with this owner. */
export function fitsOwner(switches: Switches, owner: MapOwner, program: MapOwner): boolean {
  if (owner.prog_type !== program.prog_type) return false;
  if (owner.xdp_has_frags !== program.xdp_has_frags) return false;
  if (
    switches.prog_array_compares_hook &&
    owner.expected_attach_type !== program.expected_attach_type
  ) {
    return false;
  }
  if (!switches.prog_array_compares_storage) return true;
  return program.storage_map_ids.every((id) => owner.storage_map_ids.includes(id));
}

/** Most programs use no prog_array. */
const NOTHING_ASKED: ReturnType<typeof askOwners> = { unlike: undefined, owned: [] };

/**
 * The maps of a program that is about to be loaded, asked one after the other whether they take it
 * (`bpf_check_tail_call`). A prog_array that had to do with no program is this one's from then on,
 * also when the load is refused afterwards.
 *
 * @returns the first map that does not take it, and which became the program's before it was asked
 */
export function askOwners(
  switches: Switches,
  maps: readonly BpfMap[],
  program: Omit<MapOwner, 'storage_map_ids'>,
): { readonly unlike: BpfMap | undefined; readonly owned: readonly EffectOf<'MapOwned'>[] } {
  if (!maps.some(({ map_type }) => map_type === 'prog_array')) return NOTHING_ASKED;
  const owned: EffectOf<'MapOwned'>[] = [];
  const storages = maps.filter((map) => isStorageMap(map));
  const like = { ...program, storage_map_ids: storages.map(({ id }) => id) };
  for (const map of maps) {
    if (map.owner !== undefined && !fitsOwner(switches, map.owner, like)) {
      return { unlike: map, owned };
    }
    if (map.map_type === 'prog_array' && map.owner === undefined) {
      owned.push({ type: 'MapOwned', map_id: map.id, ...like });
    }
  }
  return { unlike: undefined, owned };
}

/** What of a map the maps in a map of maps must be alike in. */
export function metaOf(map: BpfMap): MapMeta {
  const { map_type, key_size, value_size, max_entries, map_flags } = map;
  return { map_type, key_size, value_size, max_entries, map_flags };
}

/** `BPF_F_INNER_MAP`: arrays of any number of entries. */
const INNER_MAP = 4096;
/** Types whose number of entries is compared in every release (`array_map_meta_equal`, `xsk_map_meta_equal`). */
const ENTRIES_COMPARED: readonly MapType[] = ['array', 'xskmap', 'bloom_filter'];

/** Whether a map is like the one that a map of maps was made with. */
export function isLike(switches: Switches, meta: MapMeta, map: MapMeta): boolean {
  const { map_type, map_flags } = meta;
  if (map_type !== map.map_type || map_flags !== map.map_flags) return false;
  if (meta.key_size !== map.key_size || meta.value_size !== map.value_size) return false;
  const anyNumber =
    (map_flags & INNER_MAP) !== 0 ||
    (switches.inner_maps_of_any_entries && !ENTRIES_COMPARED.includes(map_type));
  return anyNumber || meta.max_entries === map.max_entries;
}

/** References on a map by programs and by other maps; all others are fds and pins. */
export function countObjectRefs(kernel: Kernel, id: number): number {
  let count = 0;
  for (const { map_ids } of kernel.programs.values()) if (map_ids.includes(id)) count++;
  for (const { map_type, elements } of kernel.maps.values()) {
    if (heldKind(map_type) !== 'map') continue;
    for (const { value } of elements) if (value === id) count++;
  }
  return count;
}
