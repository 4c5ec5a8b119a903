/**
 * The rows that hold at a cut, compared with the state there. The events that they came of were removed,
 * so that is all that can be compared: what each row says, and not since when.
 */

import type { Kernel } from '../domain/kernel.ts';
import { isPrefix } from '../domain/maps/prefixes.ts';
import type { ProjectionRow, ProjectionTable } from '../events/projector.ts';
import type { Reached } from '../events/reading/host-state.ts';
import type { Queryable } from '../events/storage/database.ts';
import { insertRows } from '../events/storage/insert-rows.ts';
import { projectState } from './projector.ts';
import type { Touched } from './touched.ts';
import { HOLDERS, KEYS } from './version-keys.ts';

/** Says how a value came about, and not what it is: no state has it. */
const HISTORIC: ReadonlySet<string> = new Set(['position_from', 'made']);

/** How many rows of a table the state has, and how many only one of the two has. */
export interface AtCut {
  readonly rows: number;
  readonly differing: number;
}

/** All that lives in a state, as keys of the projections. */
function everythingOf(kernel: Kernel): Touched {
  const lists = new Map();
  for (const { id: cgroup_id, lists: own } of kernel.cgroups.values()) {
    for (const attach_type of own.keys()) {
      lists.set(`${cgroup_id}|${attach_type}`, { cgroup_id, attach_type });
    }
  }
  const storages = new Map();
  const elements = new Map();
  for (const { id: map_id, elements: own } of kernel.maps.values()) {
    for (const { key } of own) {
      if (isPrefix(key)) continue;
      if (typeof key === 'object') {
        const { cgroup_id, attach_type = '' } = key;
        const place = { map_id, cgroup_id, attach_type, made: false };
        storages.set(`${map_id}|${cgroup_id}|${attach_type}`, place);
      } else elements.set(`${map_id}|${key}`, { map_id, key });
    }
  }
  return {
    cgroups: new Set(kernel.cgroups.keys()),
    programs: new Set(kernel.programs.keys()),
    links: new Set(kernel.links.keys()),
    pins: new Set(
      [...kernel.bpffs.entries()].filter(([, { kind }]) => kind !== 'dir').map(([path]) => path),
    ),
    maps: new Set(kernel.maps.keys()),
    ...{ lists, storages, elements },
  };
}

/** Rows that are put into the shadow by one statement. */
const PIECE_ROWS = 1000;

/** Compares the stored rows that hold at a cut with those that the state gives, by table. */
export async function compareAtCut(
  tx: Queryable,
  host_id: number,
  { kernel, position }: Reached,
): Promise<Map<string, AtCut>> {
  const found = new Map<string, AtCut>();
  const given = projectState(kernel, everythingOf(kernel), position);
  for (const { table, rows } of given) {
    if (KEYS[table.name] === undefined) continue;
    found.set(table.name, await compare(tx, table, { host_id, position, kernel, rows }));
  }
  return found;
}

async function compare(
  tx: Queryable,
  table: ProjectionTable,
  {
    host_id,
    position,
    kernel,
    rows,
  }: {
    readonly host_id: number;
    readonly position: number;
    readonly kernel: Kernel;
    readonly rows: readonly ProjectionRow[];
  },
): Promise<AtCut> {
  const shadow = { ...table, name: `cut_${table.name}` };
  await tx.query(`create temporary table ${shadow.name} (like ${table.name}) on commit drop`);
  for (let i = 0; i < rows.length; i += PIECE_ROWS) {
    await insertRows(tx, shadow, { host_id, rows: rows.slice(i, i + PIECE_ROWS) });
  }
  const columns = table.columns
    .filter(({ name }) => !HISTORIC.has(name))
    .map(({ name }) => `"${name}"`)
    .join(', ');
  const key = (KEYS[table.name] ?? []).map((name) => `v."${name}"`).join(', ');
  const [counts] = await tx.query<AtCut>(
    `with stored as (
       select ${columns} from (
         select distinct on (${key}) v.* from ${table.name}_of_line v
         where v.host_id = $1 and v.boot = $2 and v.position_from <= $3
         order by ${key}, v.position_from desc) newest
       where not gone ${stillHeldClause(table)}),
     given as (select ${columns} from ${shadow.name})
     select (select count(*) from given)::int8 as rows, (select count(*) from (
       (table stored except all table given) union all (table given except all table stored)) one_sided
     )::int8 as differing`,
    [host_id, kernel.boot.number, position],
  );
  if (counts === undefined) throw new Error('a count has one row');
  return counts;
}

/** Storages and elements end with their map, and lists with their cgroup, without versions of their own. */
function stillHeldClause({ name }: ProjectionTable): string {
  const kind = HOLDERS[name];
  if (kind === undefined) return '';
  return `and not exists (select from ${kind}_versions_of_line g
    where g.host_id = $1 and g.boot = $2 and g.${kind}_id = newest.${kind}_id and g.gone
      and g.position_from > newest.position_from and g.position_from <= $3)`;
}
