/**
 * Time limits for a PostgreSQL server, in milliseconds. The server ends what takes
 * too long, as long as it answers; the connection to a silent database is closed here, a little
 * later. docs/postgresql.md says what this means for requests.
 */
import type { Patience } from '../database.ts';

/** To reach a server, log in and have the session set up. */
export const CONNECT_MS = 5_000;
/** The wait of a statement for a free connection. */
export const WAIT_MS = 10_000;
/** The wait of a pool for running statements when it is closed. */
export const CLOSE_MS = 5_000;
/** The time for an orderly end of a connection. */
export const PARTING_MS = 1_000;

/** The time limits of a statement and of a transaction. */
export interface Limits {
  /** Until the server ends a statement. */
  readonly statementMs: number;
  /** Until the server gives up on a lock that somebody else holds. */
  readonly lockMs: number;
  /** Until the server ends a transaction whose client says nothing, which frees its locks. */
  readonly idleMs: number;
  /** Until a connection with pending statements and no incoming bytes counts as silent. */
  readonly silenceMs: number;
}

/** By what is done; what is asked outside of a transaction is done for a request. */
export const LIMITS: Readonly<Record<Patience, Limits>> = {
  request: { statementMs: 8_000, lockMs: 5_000, idleMs: 5_000, silenceMs: 10_000 },
  job: { statementMs: 600_000, lockMs: 60_000, idleMs: 90_000, silenceMs: 610_000 },
};

/** Until the server closes the connection to a client that acknowledges nothing. */
export const UNACKNOWLEDGED_MS = 10_000;
/** Seconds of silence after which each end sends a keepalive. */
export const KEEPALIVE_S = 10;
