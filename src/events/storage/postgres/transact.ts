/** A transaction on a line that it has to itself. */
import type { Queryable } from '../database.ts';
import type { Line } from './line.ts';
import { LIMITS, type Limits } from './time-limits.ts';

/**
 * Runs `work` between a begin and a commit. What was asked in it and failed ends it, whatever `work`
 * makes of that: the server would answer the commit then, and commit nothing. Nor may anything be
 * asked once it is over: it would be committed by itself.
 */
export async function transact<T>(
  line: Line,
  work: (tx: Queryable) => Promise<T>,
  limits: Limits,
): Promise<T> {
  let failure: { readonly error: unknown } | undefined;
  let isOver = false;
  const tx: Queryable = {
    async query<Row extends object>(text: string, params?: readonly unknown[]) {
      if (isOver) throw new Error('the transaction is over');
      if (failure !== undefined) throw failure.error;
      try {
        return await line.query<Row>(text, params);
      } catch (error) {
        failure ??= { error };
        throw error;
      }
    },
  };
  try {
    line.silenceMs = limits.silenceMs;
    await line.query(limits === LIMITS.request ? 'begin' : `begin; ${settingsOf(limits)}`);
    const done = await work(tx);
    isOver = true;
    if (failure !== undefined) throw failure.error;
    await line.query('commit');
    return done;
  } catch (error) {
    isOver = true;
    line.silenceMs = LIMITS.request.silenceMs;
    await line.query('rollback').catch((broken: unknown) => line.destroy(broken));
    throw error;
  } finally {
    line.silenceMs = LIMITS.request.silenceMs;
  }
}

function settingsOf({ statementMs, lockMs, idleMs }: Limits): string {
  return `set local statement_timeout = ${statementMs}; set local lock_timeout = ${lockMs};
    set local idle_in_transaction_session_timeout = ${idleMs}`;
}
