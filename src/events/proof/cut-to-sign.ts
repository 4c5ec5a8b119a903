/** The cut of a log as its next checkpoint states it: from there on, the state at the cut is signed. */
import { hasItsState, readCut } from '../cuts.ts';
import { sameBytes } from '../encoding/hex.ts';
import { DamagedLog } from '../reading/damaged-log.ts';
import type { Queryable } from '../storage/database.ts';
import type { SignedCut } from './checkpoint.ts';

/**
 * What the next checkpoint states of the cut of a log; undefined for a whole log.
 *
 * @param before what the checkpoint before it states
 * @throws DamagedLog when the state is not the one that was signed, or that the log was cut with
 */
export async function cutToSign(
  database: Queryable,
  hostId: number,
  before: SignedCut | undefined,
): Promise<SignedCut | undefined> {
  const cut = await readCut(database, hostId);
  if (before !== undefined && (cut === undefined || cut.position < before.position)) {
    throw new DamagedLog(
      before.position,
      'the log was cut here when it was signed, and is not now',
    );
  }
  if (cut === undefined) return undefined;
  const { position, state_hash } = cut;
  if (before?.position === position) {
    if (sameBytes(before.state_hash, state_hash)) return before;
    throw new DamagedLog(position, 'the state at the cut is not the one that was signed');
  }
  if (await hasItsState(database, hostId, cut)) return { position, state_hash };
  throw new DamagedLog(position, 'the state at the cut is not the one that the log was cut with');
}
