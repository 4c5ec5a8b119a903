/**
 * Whether a log is still the known one: a database may go back under a running service,
 * when a standby that was behind is promoted or a copy is restored. Then the same positions get
 * other events. The chain shows it: its value at a position covers all events up to there.
 */
import { isBefore } from '../cuts.ts';
import { sameBytes } from '../encoding/hex.ts';
import type { Head } from '../head.ts';
import { type Deletion, isRemoved, missing } from '../log-refusal.ts';
import type { Queryable } from '../storage/database.ts';
import { headAt } from './head-at.ts';

/** A known point of a log. */
export type KnownHead = Pick<Head, 'position' | 'hash'>;

/** A log is no longer the known one: events after some position are lost, or the host was deleted. */
export interface HistoryChange {
  readonly host_id: number;
  /** The name of the host; left out when it was not looked up by name. */
  readonly host?: string;
  /** The last position that was known. */
  readonly known: number;
  /** The head position now; 0 when the host is gone. */
  readonly head: number;
  /** Set when its owner deleted the host. */
  readonly deletion?: Deletion;
}

/** How a log changed whose head could not be read; undefined unless its host is gone. */
export function changeFromError(
  error: unknown,
): Pick<HistoryChange, 'head' | 'deletion'> | undefined {
  const gone = missing(error);
  return gone && { head: 0, ...(gone.deletion && { deletion: gone.deletion }) };
}

/** Whether two points have the same position and the same events before it. */
export function isSamePoint(one: KnownHead, other: KnownHead): boolean {
  return one.position === other.position && sameBytes(one.hash, other.hash);
}

/**
 * Whether a log with this `head` continues from the point that was known before `head` was read. Asks the
 * database only when the log has grown. Where the log was cut after the known point, nothing can tell:
 * undefined, and what is known must be read anew.
 */
export async function continues(
  database: Queryable,
  hostId: number,
  known: KnownHead,
  head: KnownHead & { readonly oldest: number },
): Promise<boolean | undefined> {
  if (head.position <= known.position) return isSamePoint(known, head);
  if (isBefore(known.position, head.oldest)) return undefined;
  try {
    return isSamePoint(known, await headAt(database, hostId, known.position));
  } catch (error) {
    // It was cut just now.
    if (isRemoved(error)) return undefined;
    throw error;
  }
}
