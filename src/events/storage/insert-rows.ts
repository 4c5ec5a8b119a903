/** Adds rows of one host to a projection's table, or to one of the same columns. */
import type { ProjectionRow, ProjectionTable } from '../projector.ts';
import type { Queryable } from './database.ts';
import { sqlArray } from './sql-array.ts';

/** Adds rows; the statement's text depends on the table alone. */
export async function insertRows(
  tx: Queryable,
  { name, columns }: ProjectionTable,
  { host_id, rows }: { readonly host_id: number; readonly rows: readonly ProjectionRow[] },
): Promise<void> {
  if (rows.length === 0) return;
  const names = columns.map((column) => `"${column.name}"`).join(', ');
  const lists = columns.map(({ type }, i) => `$${i + 2}::${type}[]`).join(', ');
  const text = `insert into "${name}" (host_id, ${names})
    select $1::int8, r.* from unnest(${lists}) as r`;
  const values = columns.map((_, i) => sqlArray(rows.map((row) => row[i] ?? null)));
  await tx.query(text, [host_id, ...values]);
}
