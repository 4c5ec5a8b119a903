/** The SQL database, as the service uses it; PGlite and PostgreSQL both provide it. */

export interface Queryable {
  /**
   * Runs one statement; statements are prepared once per text. Parameters are numbers, strings,
   * booleans or null; lists go as array literals (`sql-array.ts`). `int8` comes back as a number.
   */
  query<Row extends object>(text: string, params?: readonly unknown[]): Promise<Row[]>;
}

/**
 * How long the statements of a transaction, and the pauses between them, may take: those of a
 * `request`, which is the default; of a `job`, which reads or writes whole logs.
 */
export type Patience = 'request' | 'job';

export interface Database extends Queryable {
  readonly kind: 'pglite' | 'postgresql';
  /**
   * Runs `work` in a transaction. A failed statement ends it. The time limits depend on
   * `patience`, where the database is a server.
   */
  transaction<T>(work: (tx: Queryable) => Promise<T>, patience?: Patience): Promise<T>;
  /** Calls `wake` after a commit that notified the channel; a hint, never needed for correctness. */
  listen(channel: string, wake: (payload: string) => void): Promise<() => Promise<void>>;
  /**
   * Applies the migrations of a folder that are still missing; safe when several do it concurrently.
   * Returns how many this one applied.
   */
  migrate(folder: string): Promise<number>;
  close(): Promise<void>;
}
