/**
 * Cgroup storages (semantics §25): which (map, cgroup, attach type) have one, and its value. A
 * storage ends with its map, so a read asks whether the map is still there.
 */
import type { AttachType } from '../domain/attach-type.ts';
import type { BpfMap, Kernel } from '../domain/kernel.ts';
import { sameKey } from '../domain/storage.ts';
import { IN_ORDER, writeBothOrders } from '../events/page-order.ts';
import { type LineForm, lineText, queryLine } from '../events/reading/host-line.ts';
import type { Queryable } from '../events/storage/database.ts';
import { at, checkLimit, type Moment, type PageRequest } from './moment.ts';
import { projection } from './projection.ts';
import { storageVersions } from './schema.ts';
import { parseType, spellType } from './spelling.ts';
import type { StorageKey } from './touched.ts';

export interface StorageRow {
  readonly map_id: number;
  readonly cgroup_id: number;
  /** Absent in a map with 8 byte keys, whose storages serve every attach type. */
  readonly attach_type?: AttachType;
  readonly value: number;
  /** Position at which the storage was made. */
  readonly made_at: number;
  /** Position from which it has this value. */
  readonly position_from: number;
}

function valueIn(map: BpfMap | undefined, key: StorageKey): number | undefined {
  const { cgroup_id, attach_type } = key;
  const wanted = attach_type === '' ? { cgroup_id } : { cgroup_id, attach_type };
  return map?.elements.find((element) => sameKey(element.key, wanted))?.value;
}

export const storages = projection(
  storageVersions,
  (kernel: Kernel, key: StorageKey & { readonly made: boolean }) => {
    const value = valueIn(kernel.maps.get(key.map_id), key);
    return {
      map_id: key.map_id,
      cgroup_id: key.cgroup_id,
      attach_type: spellType(key.attach_type),
      value: value ?? null,
      made: key.made && value !== undefined,
      gone: value === undefined,
    };
  },
);

/** The storages that are there. */
const living = ({ rowsOf }: LineForm) => `(
  select map_id, cgroup_id, attach_type, value, made_at, position_from from (
    select distinct on (s.cgroup_id, s.attach_type) s.*, (
      select max(m.position_from) from ${rowsOf('storage_versions')} m
      where m.host_id = $1 and m.boot = $2 and m.map_id = $4 and m.cgroup_id = s.cgroup_id
        and m.attach_type = s.attach_type and m.made and m.position_from <= $3) as made_at
    from ${rowsOf('storage_versions')} s
    where s.host_id = $1 and s.boot = $2 and s.position_from <= $3 and s.map_id = $4
    order by s.cgroup_id, s.attach_type, s.position_from desc) newest
  where not gone
    and not exists (
      select from ${rowsOf('map_versions')} g
      where g.host_id = $1 and g.boot = $2 and g.map_id = $4 and g.gone
        and g.position_from > newest.position_from and g.position_from <= $3)) living`;

const OF_MAP = writeBothOrders((order) => {
  const { beyond, sort } = IN_ORDER[order];
  return lineText(
    (form) => `select * from ${living(form)}
      where $5::int8 is null or made_at ${beyond} $5 order by made_at ${sort} limit $6`,
  );
});

const COUNT = lineText((form) => `select count(*)::int8 as count from ${living(form)}`);

type StoredStorage = Omit<StorageRow, 'attach_type'> & { readonly attach_type: string };

/**
 * A page of a map's storages, by default newest first, as the kernel lists them. One event makes at most
 * one storage in a map, so `made_at` is the key of the page.
 */
export async function storagesOf(
  database: Queryable,
  moment: Moment,
  mapId: number,
  page: PageRequest<number>,
): Promise<StorageRow[]> {
  const params = [...at(moment), mapId, page.after ?? null, checkLimit(page)] as const;
  const rows = await queryLine<StoredStorage>(database, OF_MAP[page.order ?? 'desc'], params);
  return rows.map(({ attach_type, ...row }) =>
    attach_type === '' ? row : { ...row, attach_type: parseType<AttachType>(attach_type) },
  );
}

/** How many storages a map has. */
export async function countStorages(
  database: Queryable,
  moment: Moment,
  mapId: number,
): Promise<number> {
  const params = [...at(moment), mapId] as const;
  const [row] = await queryLine<{ readonly count: number }>(database, COUNT, params);
  return row?.count ?? 0;
}
