/** A database for one reader, as long as somebody waits for the answer. */
import type { Database, Queryable } from './database.ts';

/**
 * The database until `signal` is aborted: then each statement is refused, also one that was under
 * way, with the reason of the signal, and so whatever reads page by page ends.
 */
export function whileWanted(database: Database, signal: AbortSignal): Database {
  return {
    ...database,
    ...queryWhileWanted(database, signal),
    transaction: (work, ...rest) =>
      database.transaction((tx) => work(queryWhileWanted(tx, signal)), ...rest),
  };
}

function queryWhileWanted(queryable: Queryable, signal: AbortSignal): Queryable {
  return {
    async query<Row extends object>(text: string, params?: readonly unknown[]) {
      signal.throwIfAborted();
      const rows = await queryable.query<Row>(text, params);
      signal.throwIfAborted();
      return rows;
    },
  };
}
