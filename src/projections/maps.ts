/** Maps: the third kind of object. `storages.ts` and `elements.ts` have their content. */
import type { Kernel } from '../domain/kernel.ts';
import type { MapType } from '../domain/map-type.ts';
import { queryLine } from '../events/reading/host-line.ts';
import type { Queryable } from '../events/storage/database.ts';
import { sqlArray } from '../events/storage/sql-array.ts';
import { someOf } from './line.ts';
import { at, type Moment } from './moment.ts';
import { projection } from './projection.ts';
import { mapVersions } from './schema.ts';
import { parseType, spellType } from './spelling.ts';

export interface MapRow {
  readonly map_id: number;
  readonly map_type: MapType;
  readonly key_size: number;
  readonly value_size: number;
  readonly max_entries: number;
  readonly map_name: string;
  /** Position at which it was made. */
  readonly position_from: number;
}

export const maps = projection(mapVersions, (kernel: Kernel, map_id: number) => {
  const map = kernel.maps.get(map_id);
  return {
    map_id,
    map_type: map === undefined ? null : spellType(map.map_type),
    key_size: map?.key_size ?? null,
    value_size: map?.value_size ?? null,
    max_entries: map?.max_entries ?? null,
    map_name: map?.map_name ?? null,
    gone: map === undefined,
  };
});

const COLUMNS = `map_id, map_type, key_size, value_size, max_entries, map_name, position_from`;

/** The maps among `$4` that are there, by id. */
const SOME = someOf({ table: 'map_versions', columns: COLUMNS, key: 'map_id' });

type StoredMap = Omit<MapRow, 'map_type'> & { readonly map_type: string };

/** Those of some maps that are there, by id. */
export async function mapsByIds(
  database: Queryable,
  moment: Moment,
  mapIds: readonly number[],
): Promise<MapRow[]> {
  const rows = await queryLine<StoredMap>(database, SOME, [...at(moment), sqlArray(mapIds)]);
  return rows.map((row) => ({ ...row, map_type: parseType(row.map_type) }));
}
