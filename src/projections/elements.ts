/** Elements of plain maps, by the number in their key. They end with their map. */
import { elementOf } from '../domain/elements.ts';
import type { Kernel } from '../domain/kernel.ts';
import { IN_ORDER, writeBothOrders } from '../events/page-order.ts';
import { type LineForm, lineText, queryLine } from '../events/reading/host-line.ts';
import type { Queryable } from '../events/storage/database.ts';
import { at, checkLimit, type Moment, type PageRequest } from './moment.ts';
import { projection } from './projection.ts';
import { elementVersions } from './schema.ts';
import type { ElementKey } from './touched.ts';

export interface ElementRow {
  readonly key: number;
  readonly value: number;
  /** Position from which it has this value. */
  readonly position_from: number;
}

export const elements = projection(
  elementVersions,
  (kernel: Kernel, { map_id, key }: ElementKey) => {
    const map = kernel.maps.get(map_id);
    const element = map && elementOf(map, key);
    return { map_id, key, value: element?.value ?? null, gone: element === undefined };
  },
);

/** The elements that are there, by key. */
const living = ({ rowsOf }: LineForm, { more = '', sort = 'asc' }) => `(
  select key, value, position_from from (
    select distinct on (key) * from ${rowsOf('element_versions')}
    where host_id = $1 and boot = $2 and position_from <= $3 and map_id = $4 ${more}
    order by key ${sort}, position_from desc) newest
  where not gone and not exists (
    select from ${rowsOf('map_versions')} g
    where g.host_id = $1 and g.boot = $2 and g.map_id = $4 and g.gone
      and g.position_from > newest.position_from and g.position_from <= $3)) living`;

const OF_MAP = writeBothOrders((order) => {
  const { beyond, sort } = IN_ORDER[order];
  return lineText(
    (form) => `select * from ${living(form, { more: `and key ${beyond} $5`, sort })}
      order by key ${sort} limit $6`,
  );
});

const COUNT = lineText((form) => `select count(*)::int8 as count from ${living(form, {})}`);

/** Before the first key of each order. */
const BEFORE = { asc: -1, desc: Number.MAX_SAFE_INTEGER } as const;

/** A page of a plain map's elements by key. */
export function elementsOf(
  database: Queryable,
  moment: Moment,
  mapId: number,
  page: PageRequest<number>,
): Promise<ElementRow[]> {
  const { order = 'asc' } = page;
  const params = [...at(moment), mapId, page.after ?? BEFORE[order], checkLimit(page)] as const;
  return queryLine<ElementRow>(database, OF_MAP[order], params);
}

/** How many elements a plain map has. */
export async function countElements(
  database: Queryable,
  moment: Moment,
  mapId: number,
): Promise<number> {
  const params = [...at(moment), mapId] as const;
  const [row] = await queryLine<{ readonly count: number }>(database, COUNT, params);
  return row?.count ?? 0;
}
