/**
 * The port through which the log writes its projections: an append carries the rows of every
 * projection table in the same statement, so that a read after a write sees it.
 */
import type { Kernel } from '../domain/kernel.ts';
import type { LedgerEvent } from './event.ts';

/** SQL types that a projection column may have; each is sent as one array parameter. */
export type ColumnType = 'int2' | 'int4' | 'int8' | 'text' | 'bool';

export interface ProjectionTable {
  readonly name: string;
  /** Without `host_id`, which every table has first and the append adds. */
  readonly columns: readonly { readonly name: string; readonly type: ColumnType }[];
}

/** One row: a value for each column of its table, in order. */
export type ProjectionRow = readonly (number | string | boolean | null)[];

export interface Projector {
  readonly tables: readonly ProjectionTable[];
  /**
   * The version rows that an event adds.
   *
   * @param kernel the state right after the event
   * @returns rows by index into `tables`
   */
  project(kernel: Kernel, event: LedgerEvent): readonly (readonly ProjectionRow[])[];
}
