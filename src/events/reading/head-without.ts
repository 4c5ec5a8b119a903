/** Whether a log still has a point of its history that somebody knows. */
import { markOf } from '../encoding/mark.ts';
import { type Head, readHead } from '../head.ts';
import type { Queryable } from '../storage/database.ts';
import { DamagedLog } from './damaged-log.ts';
import { markAt } from './mark-at.ts';

/**
 * The position of the head, when the log does not have this mark at this position.
 *
 * @param known.head as it was read just now
 * @returns undefined when the log has it
 * @throws DamagedLog when the log reaches the position, and cannot tell its mark
 */
export async function headWithout(
  database: Queryable,
  { hostId, host }: { readonly hostId: number; readonly host?: string | undefined },
  {
    position,
    mark,
    head,
  }: { readonly position: number; readonly mark: string; readonly head: Head },
): Promise<number | undefined> {
  if (head.position < position) return head.position;
  if (head.position === position) return markOf(head.hash) === mark ? undefined : position;
  try {
    return (await markAt(database, hostId, position)) === mark ? undefined : head.position;
  } catch (error) {
    if (!(error instanceof DamagedLog)) throw error;
    // A standby that was behind may have taken over since the head was read.
    const now = await readHead(database, hostId, host);
    if (now.position < position) return now.position;
    throw error;
  }
}
