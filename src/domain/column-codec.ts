/** How the rows of a table stand as columns of values, and how a row is made of them. */

/** What stands for each field of a row. */
export type Values<V> = { readonly [F in keyof V]-?: (row: V) => unknown };
/** The values of all rows by field; index `i` of each is the row with the `i`th key. */
export type Columns<C> = {
  readonly [F in keyof C]: C[F] extends (row: never) => infer Value ? readonly Value[] : never;
};

export interface ColumnCodec<V, C extends Values<V>> {
  readonly values: C;
  /**
   * The row at an index, its fields in the order in which `evolve` sets them
   * (docs/performance.md#one-order-of-fields).
   */
  readonly row: (columns: Columns<C>, i: number) => V;
}

/** Ties the types of a codec's two directions together. */
export const codecOf =
  <V>() =>
  <C extends Values<V>>(codec: ColumnCodec<V, C>): ColumnCodec<V, C> =>
    codec;

export const at = <T>(column: readonly T[], i: number): T => column[i] as T;

/** Stands for the usual sets, for root's access, and for no BTF. */
export const NONE = 0;
