/**
 * How long anything may take on a PostgreSQL server, in milliseconds. The server ends what takes
 * too long as long as it can be heard; a database that has fallen silent is given up here, a little
 * later, and its connection with it. docs/postgresql.md states what follows for requests.
 */
import type { Patience } from '../database.ts';

/** To reach a server, log in and have the session set up. */
export const CONNECT_MS = 5_000;
/** What a statement waits for a connection that is free. */
export const WAIT_MS = 10_000;
/** What a pool waits for statements under way when it is closed. */
export const CLOSE_MS = 5_000;
/** What a connection that is closed has to say goodbye. */
export const PARTING_MS = 1_000;

/** What the statements of a transaction, or one by itself, may take. */
export interface Limits {
  /** Until the server ends a statement. */
  readonly statementMs: number;
  /** Until the server gives up on a lock that somebody else holds. */
  readonly lockMs: number;
  /** Until the server ends a transaction whose client says nothing, which frees its locks. */
  readonly idleMs: number;
  /** Until a connection with statements under way, on which nothing comes, counts as silent. */
  readonly silenceMs: number;
}

/** By what is done; what is asked outside of a transaction is done for a request. */
export const LIMITS: Readonly<Record<Patience, Limits>> = {
  request: { statementMs: 8_000, lockMs: 5_000, idleMs: 5_000, silenceMs: 10_000 },
  job: { statementMs: 600_000, lockMs: 60_000, idleMs: 90_000, silenceMs: 610_000 },
};

/** Until the server gives up on a client that acknowledges nothing, whatever it waits for. */
export const UNACKNOWLEDGED_MS = 10_000;
/** Seconds of quiet after which each end asks whether the other one is still there. */
export const KEEPALIVE_S = 10;
