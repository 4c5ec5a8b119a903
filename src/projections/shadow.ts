/**
 * Shadow tables: a second set of the projection tables that exists for one transaction, is
 * invisible to others, and is gone when the transaction fails.
 */
import type { ProjectionRow, ProjectionTable } from '../events/projector.ts';
import type { Queryable } from '../events/storage/database.ts';
import { insertRows } from '../events/storage/insert-rows.ts';

/** How a table differs from its shadow. */
export interface ShadowDiff {
  readonly name: string;
  /** Rows of the shadow. */
  readonly rows: number;
  /** Rows that only one of the two has. */
  readonly differing: number;
}

const shadowOf = ({ name }: ProjectionTable): string => `rebuilt_${name}`;

const columnsOf = ({ columns }: ProjectionTable): string =>
  ['host_id', ...columns.map(({ name }) => `"${name}"`)].join(', ');

/** Makes the empty shadow of a table, without its indexes. */
export async function createShadow(tx: Queryable, table: ProjectionTable): Promise<void> {
  await tx.query(`create temporary table ${shadowOf(table)} (like ${table.name}) on commit drop`);
}

/** Adds rows to a shadow. */
export async function fillShadow(
  tx: Queryable,
  table: ProjectionTable,
  rows: { readonly host_id: number; readonly rows: readonly ProjectionRow[] },
): Promise<void> {
  await insertRows(tx, { ...table, name: shadowOf(table) }, rows);
}

/** Compares a host's rows of a stretch with the shadow. */
export async function compareTable(
  tx: Queryable,
  table: ProjectionTable,
  { host_id, after, to }: { readonly host_id: number; readonly after: number; readonly to: number },
): Promise<ShadowDiff> {
  const columns = columnsOf(table);
  const kept = `select ${columns} from ${table.name}
    where host_id = $1 and position_from > $2 and position_from <= $3`;
  const derived = `select ${columns} from ${shadowOf(table)}`;
  const text = `
    select (select count(*) from (${derived}) d) as rows, (
      select count(*) from (
        (${kept} except all ${derived}) union all (${derived} except all ${kept})) one_sided
    ) as differing`;
  const [counts] = await tx.query<Omit<ShadowDiff, 'name'>>(text, [host_id, after, to]);
  if (counts === undefined) throw new Error('a count has one row');
  return { name: table.name, ...counts };
}

/** Replaces all rows of a host after a position by the shadow's rows. */
export async function replaceTable(
  tx: Queryable,
  table: ProjectionTable,
  { host_id, after }: { readonly host_id: number; readonly after: number },
): Promise<void> {
  await tx.query(`delete from ${table.name} where host_id = $1 and position_from > $2`, [
    host_id,
    after,
  ]);
  const columns = columnsOf(table);
  await tx.query(`insert into ${table.name} (${columns})
    select ${columns} from ${shadowOf(table)}`);
}
