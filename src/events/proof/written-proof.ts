/**
 * Proofs as text, which are verified from files alone (`src/client/proof`): that an event is in a log
 * (c2sp.org/tlog-proof), and that a log continues an older checkpoint (the request of
 * c2sp.org/tlog-witness, so that any witness takes it). Each ends with the checkpoint that it is about.
 */
import { oldestKept, refuseRemoved } from '../cuts.ts';
import { hashedBytes } from '../encoding/hash-chain.ts';
import { LogRefusal } from '../log-refusal.ts';
import { DamagedLog } from '../reading/damaged-log.ts';
import { headAt } from '../reading/head-at.ts';
import { readUnbroken } from '../reading/log-reader.ts';
import type { Queryable } from '../storage/database.ts';
import { type Checkpoint, noteOf } from './checkpoint.ts';
import { latestOfTree, readKeys } from './checkpoints.ts';
import { MerkleReader } from './merkle-nodes.ts';
import { consistencyHashes, inclusionHashes } from './merkle-proof.ts';

/** Which checkpoint a proof is about: the last one that states a tree up to `to`. */
interface About {
  readonly host_id: number;
  /** Default: the last one of all. */
  readonly to?: number | undefined;
}

export interface WrittenProof {
  /** The position of its checkpoint. */
  readonly checkpoint: number;
  readonly text: string;
}

/**
 * Shows that the event at a position is in the log.
 *
 * @throws LogRefusal `position-removed` for one that is not after the cut of a log
 * @throws LogRefusal `no-such-checkpoint` when none of `about` covers the position
 * @throws DamagedLog when events are missing
 */
export async function writeInclusion(
  database: Queryable,
  { position, ...about }: About & { readonly position: number },
): Promise<WrittenProof> {
  const { host_id } = about;
  const { checkpoint, note } = await findSigned(database, about, position);
  const oldest = await oldestKept(database, host_id);
  refuseRemoved(position, oldest);
  // What its hash follows from is the chain's value before it, which went with the event there.
  refuseRemoved(position - 1, oldest);
  const [event] = await readUnbroken(database, host_id, { from: position, limit: 1 });
  if (event === undefined) throw new DamagedLog(position, 'missing from the log');
  const { hash: previous } = await headAt(database, host_id, position - 1);
  const reader = new MerkleReader(database, host_id);
  const hashes = await inclusionHashes(position - 1, checkpoint.position, (...at) =>
    reader.node(...at),
  );
  const lines = [
    'c2sp.org/tlog-proof@v1',
    `extra ${hashedBytes(previous, event).toString('base64')}`,
    `index ${position - 1}`,
    ...hashes.map(base64),
  ];
  return { checkpoint: checkpoint.position, text: `${lines.join('\n')}\n\n${note}` };
}

/**
 * Shows that the log continues what it was at a position.
 *
 * @throws LogRefusal `position-removed` for one before the log was cut
 * @param from 0: nothing is known yet, and the proof is the checkpoint alone
 * @throws LogRefusal `no-such-checkpoint` when none of `about` covers the position
 * @throws DamagedLog when events are missing
 */
export async function writeConsistency(
  database: Queryable,
  { from, ...about }: About & { readonly from: number },
): Promise<WrittenProof> {
  const { checkpoint, note } = await findSigned(database, about, from);
  const reader = new MerkleReader(database, about.host_id);
  const hashes =
    from === 0
      ? []
      : await consistencyHashes(from, checkpoint.position, (...at) => reader.node(...at));
  const lines = [`old ${from}`, ...hashes.map(base64)];
  return { checkpoint: checkpoint.position, text: `${lines.join('\n')}\n\n${note}` };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

async function findSigned(
  database: Queryable,
  { host_id, to }: About,
  position: number,
): Promise<{ readonly checkpoint: Checkpoint; readonly note: string }> {
  const checkpoint = await latestOfTree(database, host_id, to === undefined ? {} : { to });
  const keys = checkpoint === undefined ? [] : await readKeys(database, host_id);
  const key = keys.find(({ key_id }) => key_id === checkpoint?.key_id);
  const note = checkpoint && key && noteOf(checkpoint, key);
  if (checkpoint === undefined || note === undefined || checkpoint.position < position) {
    const last = checkpoint?.position ?? 0;
    throw new LogRefusal({ why: 'no-such-checkpoint', position: Math.max(1, position), last });
  }
  return { checkpoint, note };
}
