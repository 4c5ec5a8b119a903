/**
 * Opens connections to the server that takes writes, and sets their sessions up. Limits are set by a
 * statement, not as parameters of the start, which poolers refuse.
 */
import { DatabaseAbsent } from '../database-error.ts';
import type { Address, Server } from './address.ts';
import { refuseSharedSessions } from './pooler.ts';
import { type ConnectionEvents, ServerConnection } from './server-connection.ts';
import { CONNECT_MS, KEEPALIVE_S, LIMITS, UNACKNOWLEDGED_MS } from './time-limits.ts';

/** Opens a connection. Throws `DatabaseAbsent` with the reason of each server. */
export type Open = (signal: AbortSignal, events?: ConnectionEvents) => Promise<ServerConnection>;

const SETTINGS: Readonly<Record<string, number | string>> = {
  statement_timeout: LIMITS.request.statementMs,
  lock_timeout: LIMITS.request.lockMs,
  idle_in_transaction_session_timeout: LIMITS.request.idleMs,
  tcp_user_timeout: UNACKNOWLEDGED_MS,
  tcp_keepalives_idle: KEEPALIVE_S,
  tcp_keepalives_interval: KEEPALIVE_S,
  tcp_keepalives_count: 3,
  // Statements over unnested lists are expected to be long ones, and compiled for longer than they run.
  jit: 'off',
};

const SESSION = `select pg_backend_pid() as pid, pg_is_in_recovery() as standby,
  current_setting('transaction_read_only') = 'on' as read_only`;

const SET_UP = `select ${Object.entries(SETTINGS)
  .map(([name, value]) => `set_config('${name}', '${value}', false) as ${name}`)
  .join(', ')}`;

interface Session {
  readonly pid: number;
  readonly standby: boolean;
  readonly read_only: boolean;
}

/** Opens connections to the servers of an address, first to the one that took the last of them. */
export function opener({ servers }: Address): Open {
  let preferred = 0;
  /** A pooler in between was seen to keep sessions. */
  let trusted = false;

  async function connectionTo(
    server: Server,
    signal: AbortSignal,
    events: ConnectionEvents,
  ): Promise<ServerConnection> {
    const { connection, isDirect } = await connect(server, signal, events);
    try {
      if (!isDirect && !trusted) {
        const { connection: other } = await connect(server, signal, {});
        await refuseSharedSessions(connection, other).finally(() => other.close());
        trusted = true;
      }
      // Not earlier: when a pooler gives the session away, the limits would be somebody else's.
      await connection.query(SET_UP);
      return connection;
    } catch (error) {
      connection.destroy(error);
      throw error;
    }
  }

  return async (signal, events = {}) => {
    const failed: string[] = [];
    let cause: unknown;
    for (const i of servers.keys()) {
      const at = (preferred + i) % servers.length;
      const server = servers[at] as Server;
      try {
        const connection = await connectionTo(server, signal, events);
        preferred = at;
        return connection;
      } catch (error) {
        cause = error;
        const said = sentenceOf(error);
        failed.push(said.includes(server.name) ? said : `${server.name}: ${said}`);
      }
    }
    throw new DatabaseAbsent(failed.join('; '), { cause });
  };
}

/** A connection to a server that takes writes; `isDirect` when no pooler stands in between. */
async function connect(
  server: Server,
  signal: AbortSignal,
  events: ConnectionEvents,
): Promise<{ readonly connection: ServerConnection; readonly isDirect: boolean }> {
  signal.throwIfAborted();
  const connection = new ServerConnection(server, events);
  const abort = () => connection.destroy(signal.reason);
  signal.addEventListener('abort', abort);
  const late = setTimeout(
    () => connection.destroy(new Error(`no session within ${CONNECT_MS / 1000} s`)),
    CONNECT_MS,
  );
  try {
    const [session] = await connection.query<Session>(SESSION);
    if (session === undefined) throw new Error('it gave no session');
    if (session.standby) throw new Error('it is a standby, which takes no writes');
    if (session.read_only) throw new Error('it is read-only');
    return { connection, isDirect: session.pid === connection.toldPid };
  } catch (error) {
    connection.destroy(error);
    throw error;
  } finally {
    clearTimeout(late);
    signal.removeEventListener('abort', abort);
  }
}

/** The root cause of a connection's error, in words. */
function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof DatabaseAbsent && error.cause !== undefined) return sentenceOf(error.cause);
  if (error instanceof AggregateError) return error.errors.map(sentenceOf).join(', ');
  return error.message;
}
