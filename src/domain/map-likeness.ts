/** What the programs of a prog_array, and the maps of a map of maps, must be alike in (§25.8). */
import type { AttachType } from './attach-type.ts';
import type { MapType } from './map-type.ts';
import type { ProgType } from './prog-type.ts';

/** What a map is like, as far as a map of maps compares it (`bpf_map_meta_equal`). */
export interface MapMeta {
  readonly map_type: MapType;
  readonly key_size: number;
  readonly value_size: number;
  readonly max_entries: number;
  readonly map_flags: number;
}

/** Which programs a prog_array takes: those like the first that used it or was put into it. */
export interface MapOwner {
  readonly prog_type: ProgType;
  readonly expected_attach_type: AttachType;
  readonly storage_map_ids: readonly number[];
  readonly xdp_has_frags?: true;
}
