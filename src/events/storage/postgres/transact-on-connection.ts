/** A transaction on a connection that it has to itself, with limits of its own. */
import type { Queryable } from '../database.ts';
import { transact } from '../transact.ts';
import type { ServerConnection } from './server-connection.ts';
import { LIMITS, type Limits } from './time-limits.ts';

/** Runs `work` in a transaction, as `transact` does. Closes a connection that cannot be rolled back. */
export async function transactOnConnection<T>(
  connection: ServerConnection,
  work: (tx: Queryable) => Promise<T>,
  limits: Limits,
): Promise<T> {
  connection.silenceMs = limits.silenceMs;
  try {
    return await transact(connection, work, {
      begin: limits === LIMITS.request ? 'begin' : `begin; ${settingsOf(limits)}`,
      rollback() {
        connection.silenceMs = LIMITS.request.silenceMs;
        return connection.query('rollback').catch((broken: unknown) => connection.destroy(broken));
      },
    });
  } finally {
    connection.silenceMs = LIMITS.request.silenceMs;
  }
}

function settingsOf({ statementMs, lockMs, idleMs }: Limits): string {
  return `set local statement_timeout = ${statementMs}; set local lock_timeout = ${lockMs};
    set local idle_in_transaction_session_timeout = ${idleMs}`;
}
