/** A transaction on a line that it has to itself, with limits of its own. */
import type { Queryable } from '../database.ts';
import { transact } from '../transact.ts';
import type { ServerConnection } from './line.ts';
import { LIMITS, type Limits } from './time-limits.ts';

/** Runs `work` in a transaction, as `transact` does. Closes a line that cannot be rolled back. */
export async function transactOnLine<T>(
  line: ServerConnection,
  work: (tx: Queryable) => Promise<T>,
  limits: Limits,
): Promise<T> {
  line.silenceMs = limits.silenceMs;
  try {
    return await transact(line, work, {
      begin: limits === LIMITS.request ? 'begin' : `begin; ${settingsOf(limits)}`,
      rollback() {
        line.silenceMs = LIMITS.request.silenceMs;
        return line.query('rollback').catch((broken: unknown) => line.destroy(broken));
      },
    });
  } finally {
    line.silenceMs = LIMITS.request.silenceMs;
  }
}

function settingsOf({ statementMs, lockMs, idleMs }: Limits): string {
  return `set local statement_timeout = ${statementMs}; set local lock_timeout = ${lockMs};
    set local idle_in_transaction_session_timeout = ${idleMs}`;
}
