/** Bounds how much of something costly is done at once. */
import { RETRY_AFTER_S } from '../limits.ts';
import { ProblemError } from '../problem.ts';

/** The problem of a request for one more when there is room for none. */
export function tooMany(limit: number, what: string): ProblemError {
  const detail = `${limit} ${what} are under way`;
  return new ProblemError('busy', { detail, limit, retry_after: RETRY_AFTER_S });
}

/**
 * A gate that lets `limit` of the works through at a time; one more is refused as busy.
 *
 * @param what their name in the plural, for the message
 */
export function atMost(limit: number, what: string): <T>(work: () => Promise<T>) => Promise<T> {
  let inside = 0;
  return async (work) => {
    if (inside >= limit) throw tooMany(limit, what);
    inside++;
    try {
      return await work();
    } finally {
      inside--;
    }
  };
}
