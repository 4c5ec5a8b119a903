/** What an error of a database driver says about the fate of the statement. */

interface ServerError {
  readonly message: string;
  readonly severity: string;
  readonly code: string;
  /** PGlite names the constraint so, postgres.js `constraint_name`. */
  readonly constraint?: string;
  readonly constraint_name?: string;
}

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

/** The unique constraint that a statement ran against, if that is why it was refused. */
export function violatedUnique(error: unknown): string | undefined {
  if (!isServerError(error)) return undefined;
  if (error.code === '23505') return error.constraint_name ?? error.constraint;
  return SHARD_DUPLICATE.exec(error.message)?.[1];
}

/** How Citus tells of it, as an internal error and with the number of the shard in the name. */
const SHARD_DUPLICATE = /^duplicate key value violates unique constraint "(.+)_\d+"$/u;

/** Whether the server can do no such thing where it is: a database that is distributed, say. */
export function isUnsupported(error: unknown): boolean {
  return isServerError(error) && error.code === '0A000';
}
