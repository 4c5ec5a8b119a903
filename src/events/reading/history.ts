/**
 * Whether a log still is the one that was known: a database may go back under a service that runs,
 * when a standby that was behind is promoted or a copy is restored. Positions then come again with
 * other events. The chain says so: its value at a position stands for everything up to there.
 */
import { sameBytes } from '../encoding/hex.ts';
import type { Head } from '../head.ts';
import type { Queryable } from '../storage/database.ts';
import { headAt } from './head-at.ts';

/** A point of a log as somebody knew it. */
export type Known = Pick<Head, 'position' | 'hash'>;

/** A log is not the one that was known. What came after some position of it is lost. */
export interface HistoryChange {
  readonly host_id: number;
  /** What it is called here; left out when it was not asked for by name. */
  readonly host?: string;
  /** The last position that was known. */
  readonly known: number;
  /** Where the log ends now; 0 when the host is gone. */
  readonly head: number;
}

/** Whether two points have the same position and the same events before it. */
export function isSamePoint(one: Known, other: Known): boolean {
  return one.position === other.position && sameBytes(one.hash, other.hash);
}

/**
 * Whether a log that ends at `head` goes on from what was known before `head` was read. Asks the
 * database only when the log has moved on.
 */
export async function continues(
  database: Queryable,
  hostId: number,
  known: Known,
  head: Known,
): Promise<boolean> {
  if (head.position <= known.position) return isSamePoint(known, head);
  return isSamePoint(known, await headAt(database, hostId, known.position));
}
