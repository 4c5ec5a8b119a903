/** Maps: the third kind of object. What they hold stands in `storages.ts` and `elements.ts`. */
import type { Kernel } from '../domain/kernel.ts';
import type { MapType } from '../domain/map-type.ts';
import type { Queryable } from '../events/database.ts';
import { at, checkedLimit, type Moment, type Page } from './moment.ts';
import { projection } from './projection.ts';
import { mapVersions } from './schema.ts';
import { spelled, unspelled } from './spelling.ts';

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
    map_type: map === undefined ? null : spelled(map.map_type),
    key_size: map?.key_size ?? null,
    value_size: map?.value_size ?? null,
    max_entries: map?.max_entries ?? null,
    map_name: map?.map_name ?? null,
    gone: map === undefined,
  };
});

const COLUMNS = `map_id, map_type, key_size, value_size, max_entries, map_name, position_from`;

const ONE = `
  select ${COLUMNS} from (
    select * from map_versions_of_line
    where host_id = $1 and boot = $2 and position_from <= $3 and map_id = $4
    order by position_from desc limit 1) newest
  where not gone`;

const LIST = `
  select ${COLUMNS} from (
    select distinct on (map_id) * from map_versions_of_line
    where host_id = $1 and boot = $2 and position_from <= $3 and map_id > $4
    order by map_id, position_from desc) newest
  where not gone order by map_id limit $5`;

type Stored = Omit<MapRow, 'map_type'> & { readonly map_type: string };

function read(row: Stored): MapRow {
  return { ...row, map_type: unspelled(row.map_type) };
}

/** The living map with this id, or undefined. */
export async function mapById(
  database: Queryable,
  moment: Moment,
  mapId: number,
): Promise<MapRow | undefined> {
  const [row] = await database.query<Stored>(ONE, [...at(moment), mapId]);
  return row && read(row);
}

/** A page of the living maps by id. */
export async function listMaps(
  database: Queryable,
  moment: Moment,
  page: Page<number>,
): Promise<MapRow[]> {
  const params = [...at(moment), page.after ?? 0, checkedLimit(page)];
  return (await database.query<Stored>(LIST, params)).map(read);
}
