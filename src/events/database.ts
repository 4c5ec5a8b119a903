/** What the service needs of a SQL database; PGlite and PostgreSQL both provide it. */

export interface Queryable {
  /**
   * Runs one statement; statements are prepared once per text. Parameters are numbers, strings,
   * booleans or null; lists go as array literals (`sql-array.ts`). `int8` comes back as a number.
   */
  query<Row extends object>(text: string, params?: readonly unknown[]): Promise<Row[]>;
}

export interface Database extends Queryable {
  readonly kind: 'pglite' | 'postgresql';
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>;
  /** Calls `wake` after a commit that notified the channel; a hint, never needed for correctness. */
  listen(channel: string, wake: (payload: string) => void): Promise<() => Promise<void>>;
  /** Applies the migrations of a folder that are still missing; safe when several do it at once. */
  migrate(folder: string): Promise<void>;
  close(): Promise<void>;
}
