/**
 * A pooler in front of the server may give each transaction another session: PgBouncer with
 * `pool_mode = transaction` or `statement`. Prepared statements, limits, locks and LISTEN belong to
 * a session, so the service cannot run behind such a pooler. Two clients of the pooler detect it.
 */
import { randomBytes } from 'node:crypto';
import type { ServerConnection } from './server-connection.ts';

/** How often the test runs: other users of the pooler may hide the effect. */
const ROUNDS = 10;

const ADVICE =
  'a pooler there gives each transaction another session: name the server itself in DATABASE_URL, ' +
  'or set pool_mode = session (docs/postgresql.md)';

interface ConnectionMark {
  readonly pid: number;
  readonly mark: string | null;
}

const LOOK = `select pg_backend_pid() as pid, current_setting('bpfledger.mark', true) as mark`;

/**
 * Throws an error with advice when two connections through a pooler do not have a session each: when one
 * is given the session of the other, or another one than before while that one is taken.
 */
export async function refuseSharedSessions(
  connection: ServerConnection,
  other: ServerConnection,
): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const mark = randomBytes(8).toString('hex');
    const own = await look(connection, `${LOOK}, set_config('bpfledger.mark', '${mark}', false)`);
    // Holds the session that the pooler may give away, until the next look.
    await other.query('begin').catch((error: unknown) => {
      throw new Error(ADVICE, { cause: error });
    });
    const others = await look(other, LOOK);
    if (others.pid === own.pid) throw new Error(ADVICE);
    const again = await look(connection, LOOK);
    if (again.pid !== own.pid || again.mark !== mark) throw new Error(ADVICE);
    await other.query('rollback');
  }
}

async function look(connection: ServerConnection, text: string): Promise<ConnectionMark> {
  const [seen] = await connection.query<ConnectionMark>(text);
  if (seen === undefined) throw new Error('the pooler gave no answer');
  return seen;
}
