/** What the commands share that only the owner of the database may type. */
import { isDenied } from '../events/storage/database-error.ts';
import { UsageError } from './exit-code.ts';

/** Characters of a reason. */
const REASON_MAX = 500;

/**
 * Refuses a reason that is not a line.
 *
 * @throws UsageError
 */
export function requireLine(reason: string): void {
  if (reason.length > REASON_MAX || /[\r\n]/u.test(reason)) {
    throw new UsageError(`--reason takes one line of ${REASON_MAX} characters at most`);
  }
}

/** Passes an error on, and tells who is not the owner how to be. @param deed `cut no log` */
export const unlessDenied =
  (deed: string) =>
  (cause: unknown): never => {
    if (!isDenied(cause)) throw cause;
    const who = 'name the owner of its tables, who migrates, by --database-url';
    throw new Error(`this user of the database may ${deed}; ${who}`, { cause });
  };
