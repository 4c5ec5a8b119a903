/**
 * Signs where a log stands, if it goes on from what was signed before. What was signed is known from
 * the database and from a memory outside of it: a log that was cut or rewritten, with its
 * checkpoints gone, is not signed again by the key that signed it as it was.
 */
import { chainHash } from '../encoding/hash-chain.ts';
import { sameBytes } from '../encoding/hex.ts';
import { type Head, readHead } from '../head.ts';
import { LogRefusal } from '../log-refusal.ts';
import { identityOf } from '../reading/birth.ts';
import { DamagedLog } from '../reading/damaged-log.ts';
import { headAt } from '../reading/head-at.ts';
import { readRows } from '../reading/log-reader.ts';
import type { Database, Queryable } from '../storage/database.ts';
import { type Checkpoint, checkpointHash, NO_CHECKPOINT, signed } from './checkpoint.ts';
import { latestCheckpoint, storeCheckpoint, storeKey } from './checkpoints.ts';
import type { SignedHeads } from './signed-heads.ts';
import type { SigningKey } from './signing-key.ts';

export interface Signer {
  readonly key: SigningKey;
  /** What was signed before, outside the database. */
  readonly memory: SignedHeads;
  /** Microseconds since the epoch. */
  readonly now: number;
}

interface Subject {
  readonly host_id: number;
  readonly host: string;
}

/** Where a log stood. */
interface Stand {
  readonly position: number;
  readonly hash: Uint8Array;
}

/** First of the two numbers of the lock under which a host's checkpoints are signed one by one. */
const SIGNING_LOCK = 0x62706c;

/**
 * Signs where a log stands now. Asked for again at the same position, the first answer stands.
 *
 * @throws LogRefusal `host-unknown`; `signing-refused` when the log does not hold what was signed
 */
export async function signHead(
  database: Database,
  subject: Subject,
  signer: Signer,
): Promise<Checkpoint> {
  const { host_id, host } = subject;
  const remembered = await signer.memory.of(host);
  // Before the lock, since it may take long: what came since is looked at under it.
  const seen = await extended(database, subject, remembered ? [remembered] : []);
  const checkpoint = await database.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1, hashint8($2))', [SIGNING_LOCK, host_id]);
    const head = await extended(tx, subject, [seen]);
    return await signedOnce(tx, subject, signer, head);
  });
  await signer.memory.remember(host, checkpoint);
  return checkpoint;
}

/**
 * Where a log stands, after it was shown to go on from the last checkpoint and from other stands.
 *
 * @throws LogRefusal `signing-refused`
 */
async function extended(
  database: Queryable,
  { host_id, host }: Subject,
  stands: readonly Stand[],
): Promise<Head> {
  const refuse = (position: number, because: string): never => {
    throw new LogRefusal({ why: 'signing-refused', host, position, because });
  };
  const { checkpoint } = await latestCheckpoint(database, host_id);
  const head = await readHead(database, host_id);
  let base: Stand = { position: 0, hash: new Uint8Array() };
  for (const stand of checkpoint === undefined ? stands : [...stands, checkpoint]) {
    const { position, hash } = stand;
    if (position > head.position) {
      refuse(position, `position ${position} was signed, and the log ends at ${head.position}`);
    }
    const found = await headAt(database, host_id, position).catch(lostBy);
    if (found === undefined || !sameBytes(found.hash, hash)) {
      refuse(position, `position ${position} was signed with another hash than the log has there`);
    }
    if (position >= base.position) base = stand;
  }
  const hash = await hashFrom(database, host_id, base, head.position);
  if (hash !== undefined && sameBytes(hash, head.hash)) return head;
  return refuse(head.position, `the events up to ${head.position} do not give the stored hash`);
}

/** Missing events are no stand of any log; any other error is thrown again. */
function lostBy(error: unknown): undefined {
  if (!(error instanceof DamagedLog)) throw error;
}

/** The chain's value at `to`, computed from the events since `base`; undefined when some are missing. */
async function hashFrom(
  database: Queryable,
  host_id: number,
  base: Stand,
  to: number,
): Promise<Uint8Array | undefined> {
  let { position } = base;
  // Nothing was signed yet: the chain begins as that of this host.
  let hash = position === 0 ? (await headAt(database, host_id, 0)).hash : base.hash;
  while (position < to) {
    const limit = to - position;
    const rows = await readRows(database, host_id, { from: position + 1, limit });
    for (const row of rows) {
      if (row.position !== position + 1) return undefined;
      hash = chainHash(hash, row);
      position = row.position;
    }
    if (rows.length === 0) return undefined;
  }
  return hash;
}

/** The checkpoint of a head: the one that is there, or a new one. */
async function signedOnce(
  tx: Queryable,
  { host_id, host }: Subject,
  { key, now }: Signer,
  { position, hash, recorded_at }: Head,
): Promise<Checkpoint> {
  const { checkpoint: before, number } = await latestCheckpoint(tx, host_id);
  if (before?.position === position && before.key_id === key.public.key_id) return before;
  const { log_id, recorded_from } = await identityOf(tx, host_id);
  const previous = before === undefined ? NO_CHECKPOINT : checkpointHash(before);
  const chained = { number: number + 1, previous, log_id, recorded_from };
  const checkpoint = signed({ host, position, hash, recorded_at, signed_at: now, chained }, key);
  await storeKey(tx, key.public);
  await storeCheckpoint(tx, host_id, checkpoint);
  return checkpoint;
}
