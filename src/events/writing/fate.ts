/**
 * The fate of an append whose answer was lost. The epoch is raised first: that waits for the
 * append if it is still being committed and stops it if it has not begun, so that what the log
 * says afterwards is final.
 */
import type { Clock } from '../clock.ts';
import { hexOf } from '../encoding/hex.ts';
import { type Head, raiseEpoch } from '../head.ts';
import { LogRefusal, missing } from '../log-refusal.ts';
import type { Queryable } from '../storage/database.ts';
import { DatabaseClosed } from '../storage/database-error.ts';

/** How long the database may be silent before callers learn that their fate is unknown. */
const SETTLE_TIMEOUT_US = 10_000_000;
const PAUSE_MS_MIN = 20;
const PAUSE_MS_MAX = 1000;
const RETRY_AFTER_MS = 5000;

export interface LostAppend {
  readonly hostId: number;
  readonly writer: number;
  /** The head that the append would have made; absent when it was not even sent. */
  readonly to?: Head | undefined;
}

/**
 * Whether the append was committed.
 *
 * @throws LogRefusal `fate-unknown` when the database does not answer for too long
 */
export async function settleFate(
  database: Queryable,
  clock: Clock,
  lost: LostAppend,
): Promise<boolean> {
  const deadline = clock.now() + SETTLE_TIMEOUT_US;
  for (let pause = PAUSE_MS_MIN; ; pause = Math.min(pause * 2, PAUSE_MS_MAX)) {
    try {
      await raiseEpoch(database, lost.hostId);
      return await isRecorded(database, lost);
    } catch (cause) {
      // The host was deleted: nothing of it is recorded any more.
      if (missing(cause) !== undefined) throw cause;
      if (clock.now() >= deadline || cause instanceof DatabaseClosed) {
        throw new LogRefusal({ why: 'fate-unknown', retryAfterMs: RETRY_AFTER_MS }, { cause });
      }
      await clock.sleep(pause);
    }
  }
}

async function isRecorded(database: Queryable, { hostId, writer, to }: LostAppend) {
  if (to === undefined) return false;
  const found = await database.query(
    `select 1 as found from batches
     where host_id = $1 and position_to = $2 and writer = $3 and hash = decode($4, 'hex')`,
    [hostId, to.position, writer, hexOf(to.hash)],
  );
  return found.length > 0;
}
