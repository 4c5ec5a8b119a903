/** A transaction on a connection that it has to itself. */
import type { Queryable } from './database.ts';

export interface TransactionEnds {
  /** The statement that begins it. */
  readonly begin: string;
  /** Undoes it; the caller gets the error that made it fail, not an error of the undoing. */
  readonly rollback: () => Promise<unknown>;
}

/**
 * Runs `work` between a begin and a commit. A failed statement ends the transaction, whatever `work`
 * does: the server would answer the commit and commit nothing. No statement may be
 * sent after the end: it would commit by itself, or run in somebody else's transaction.
 */
export async function transact<T>(
  connection: Queryable,
  work: (tx: Queryable) => Promise<T>,
  { begin, rollback }: TransactionEnds,
): Promise<T> {
  let failure: { readonly error: unknown } | undefined;
  let isOver = false;
  const tx: Queryable = {
    async query<Row extends object>(text: string, params?: readonly unknown[]) {
      if (isOver) throw new Error('the transaction is over');
      if (failure !== undefined) throw failure.error;
      try {
        return await connection.query<Row>(text, params);
      } catch (error) {
        failure ??= { error };
        throw error;
      }
    },
  };
  try {
    await connection.query(begin);
    const done = await work(tx);
    isOver = true;
    if (failure !== undefined) throw failure.error;
    await connection.query('commit');
    return done;
  } catch (error) {
    isOver = true;
    await rollback();
    throw error;
  }
}
