/**
 * A projection: one question about the state, answered by one table of versions. It names the
 * table and reads the version of a key from a kernel; the projector does the rest.
 */
import { getTableColumns, getTableName } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import type { Kernel } from '../domain/kernel.ts';
import type { ColumnType, ProjectionTable } from '../events/projector.ts';

/** What the projector fills in itself. */
type RowPlace = 'host_id' | 'boot' | 'position_from';

/** The columns that a projection fills for a key, by name. */
export type VersionOf<T extends PgTable> = Omit<T['$inferSelect'], RowPlace>;

export interface Projection<K> {
  readonly table: ProjectionTable;
  /** The version of `key` that holds from the state `kernel` on. */
  readonly versionOf: (kernel: Kernel, key: K) => RowVersion;
}

export type Value = number | string | boolean | null;
export type RowVersion = Readonly<Record<string, Value>>;

const COLUMN_TYPES: Readonly<Record<string, ColumnType>> = {
  bigint: 'int8',
  integer: 'int4',
  text: 'text',
  boolean: 'bool',
};

function columnType(sqlType: string): ColumnType {
  const type = COLUMN_TYPES[sqlType];
  if (type === undefined) throw new Error(`no projection column may have the type ${sqlType}`);
  return type;
}

/** Joins a table with the function that reads its versions from a kernel. */
export function projection<T extends PgTable, K>(
  table: T,
  versionOf: (kernel: Kernel, key: K) => VersionOf<T>,
): Projection<K> {
  const columns = Object.values(getTableColumns(table))
    .map((column) => ({ name: column.name, type: columnType(column.getSQLType()) }))
    .filter(({ name }) => name !== 'host_id');
  return {
    table: { name: getTableName(table), columns },
    versionOf: versionOf as Projection<K>['versionOf'],
  };
}
