/** What an error of a database, or of its driver, says: about the statement's fate, and why. */

interface ServerError {
  readonly message: string;
  readonly severity: string;
  readonly code: string;
  /** PGlite names the constraint so, postgres.js `constraint_name`. */
  readonly constraint?: string;
  readonly constraint_name?: string;
}

/** There is no connection to the database, or it broke or became silent during the statement. */
export class DatabaseAbsent extends Error {}

/** The database was closed here, or broke down: a retry is useless. */
export class DatabaseClosed extends DatabaseAbsent {}

function isServerError(error: unknown): error is ServerError {
  return error instanceof Error && 'severity' in error && 'code' in error;
}

/**
 * Whether the server itself refused the statement, so that it surely changed nothing. Anything
 * else (a lost connection, a server that shuts down) leaves open whether it was committed.
 */
export function wasRefused(error: unknown): boolean {
  return isServerError(error) && error.severity === 'ERROR';
}

/**
 * Whether the connection of an error is useless from now on: it broke, or the server behind
 * it became a standby, and the next statement must find the new primary.
 */
export function endsConnection(error: unknown): boolean {
  return !isServerError(error) || error.code === READ_ONLY_CODE;
}

/** The unique constraint that a statement ran against, if that is why it was refused. */
export function findViolatedUnique(error: unknown): string | undefined {
  if (!isServerError(error)) return undefined;
  if (error.code === '23505') return error.constraint_name ?? error.constraint;
  return SHARD_DUPLICATE.exec(error.message)?.[1];
}

/** How Citus reports it: as an internal error, with the number of the shard in the name. */
const SHARD_DUPLICATE = /^duplicate key value violates unique constraint "(.+)_\d+"$/u;

/** Whether the server does not support this here, such as on a distributed database. */
export function isUnsupported(error: unknown): boolean {
  return isServerError(error) && error.code === '0A000';
}

/** Whether the server refused because the user of the database may not do this. */
export function isDenied(error: unknown): boolean {
  return isServerError(error) && error.code === '42501';
}

const READ_ONLY_CODE = '25006';

/** Why a database cannot do now what it could do later. */
export interface Trouble {
  /** Without a capital and a full stop, like the `detail` of a problem. */
  readonly sentence: string;
  /** Milliseconds after which a retry makes sense. */
  readonly retryAfterMs: number;
}

const SOON_MS = 1_000;
/** Errors that last until an operator makes room. */
const LATER_MS = 30_000;

const ABSENT: Trouble = { sentence: 'the database does not answer', retryAfterMs: SOON_MS };
export const READ_ONLY: Trouble = {
  sentence: 'the database takes no writes now: it is a standby, or read-only',
  retryAfterMs: SOON_MS,
};
const DISK_FULL: Trouble = { sentence: "the database's disk is full", retryAfterMs: LATER_MS };

/** By SQLSTATE or its beginning; the longest match counts. */
const TROUBLES: Readonly<Record<string, Trouble>> = {
  '08': ABSENT,
  [READ_ONLY_CODE]: READ_ONLY,
  '25P03': { sentence: 'the database ended a transaction that stood still', retryAfterMs: SOON_MS },
  '26000': {
    sentence: 'a pooler before the database gives away its sessions (docs/postgresql.md)',
    retryAfterMs: SOON_MS,
  },
  '40': { sentence: "two transactions stood in each other's way", retryAfterMs: SOON_MS },
  '53': { sentence: 'the database lacks resources', retryAfterMs: SOON_MS },
  '53100': DISK_FULL,
  '53200': { sentence: 'the database is out of memory', retryAfterMs: SOON_MS },
  '53300': { sentence: 'the database has no more connections', retryAfterMs: SOON_MS },
  '55P03': { sentence: 'somebody else holds a lock that this takes', retryAfterMs: SOON_MS },
  '57014': { sentence: 'this took the database too long', retryAfterMs: SOON_MS },
  '57P': ABSENT,
  '58030': { sentence: 'the database cannot use its disk', retryAfterMs: LATER_MS },
};

/** Errors of a socket, or of the driver about its connection, that mean that no server answers. */
const UNREACHABLE =
  /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|CONNECTION_|CONNECT_TIMEOUT)/;
const NO_SPACE = /^(ENOSPC|EDQUOT)$/;

/** The trouble of the database, when it is the reason of an error. */
export function troubleOf(error: unknown): Trouble | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error ? String(error.code) : '';
  if (isServerError(error)) {
    for (const length of [5, 3, 2]) {
      const trouble = TROUBLES[code.slice(0, length)];
      if (trouble !== undefined) return trouble;
    }
  }
  if (NO_SPACE.test(code)) return DISK_FULL;
  const deeper = troubleOf(error.cause);
  if (deeper !== undefined) return deeper;
  return error instanceof DatabaseAbsent || UNREACHABLE.test(code) ? ABSENT : undefined;
}
