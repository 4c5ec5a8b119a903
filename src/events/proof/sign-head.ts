/**
 * Signs the head of a log, if the log continues from what was signed before. That is known from
 * the database and from a file outside of it: a log that was cut or rewritten, with its
 * checkpoints gone, is not signed again by the key that signed it as it was.
 */
import { chainHash } from '../encoding/hash-chain.ts';
import { sameBytes } from '../encoding/hex.ts';
import { type Head, readHead } from '../head.ts';
import { LogRefusal } from '../log-refusal.ts';
import { identityOf } from '../reading/birth.ts';
import { DamagedLog } from '../reading/damaged-log.ts';
import { headAt } from '../reading/head-at.ts';
import type { Known } from '../reading/history.ts';
import { readUnbroken } from '../reading/log-reader.ts';
import type { Database, Queryable } from '../storage/database.ts';
import { type Checkpoint, checkpointHash, NO_CHECKPOINT, signStatement } from './checkpoint.ts';
import { latestCheckpoint, storeCheckpoint, storeKey } from './checkpoints.ts';
import type { SignedHeads } from './signed-heads.ts';
import type { SigningKey } from './signing-key.ts';

export interface Signer {
  readonly key: SigningKey;
  /** The signed heads, which are kept outside the database. */
  readonly memory: SignedHeads;
  /** Microseconds since the epoch. */
  readonly now: number;
}

interface Subject {
  readonly host_id: number;
  readonly host: string;
}

/** The head of a log that continues from what was signed before, and the checkpoint before. */
interface Extended {
  readonly head: Head;
  readonly latest: Awaited<ReturnType<typeof latestCheckpoint>>;
}

/** First of the two numbers of the lock under which a host's checkpoints are signed one by one. */
const SIGNING_LOCK = 0x62706c;

/**
 * Signs the head of a log. A second call at the same position gives the first checkpoint again.
 *
 * @throws LogRefusal `no-such-host`; `signing-refused` when the log does not hold what was signed
 */
export async function signHead(
  database: Database,
  subject: Subject,
  signer: Signer,
): Promise<Checkpoint> {
  const { host_id, host } = subject;
  const remembered = await signer.memory.of(host);
  // Before the lock, because it may take long: later events are checked under the lock.
  const seen = await checkExtends(database, subject, remembered ? [remembered] : []);
  const checkpoint = await database.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1, hashint8($2))', [SIGNING_LOCK, host_id]);
    return await signOnce(tx, subject, signer, await checkExtends(tx, subject, [seen.head]));
  });
  await signer.memory.remember(host, checkpoint);
  return checkpoint;
}

/**
 * The head of a log, after a check that it continues from the last checkpoint and from known heads.
 *
 * @throws LogRefusal `signing-refused`
 */
async function checkExtends(
  database: Queryable,
  { host_id, host }: Subject,
  stands: readonly Known[],
): Promise<Extended> {
  const refuse = (position: number, because: string): never => {
    throw new LogRefusal({ why: 'signing-refused', host, position, because });
  };
  const latest = await latestCheckpoint(database, host_id);
  const head = await readHead(database, host_id);
  let base: Known | undefined;
  for (const stand of latest.checkpoint ? [...stands, latest.checkpoint] : stands) {
    const { position, hash } = stand;
    if (position > head.position) {
      refuse(
        position,
        `position ${position} was signed, but the head is at position ${head.position}`,
      );
    }
    const found = await headAt(database, host_id, position).catch(ignoreDamage);
    if (found === undefined || !sameBytes(found.hash, hash)) {
      refuse(position, `position ${position} was signed with another hash than the log has now`);
    }
    if (base === undefined || position >= base.position) base = stand;
  }
  // Nothing was signed yet: the chain begins as that of this host.
  base ??= await headAt(database, host_id, 0);
  const hash = await hashFrom(database, host_id, base, head.position).catch(ignoreDamage);
  if (hash !== undefined && sameBytes(hash, head.hash)) return { head, latest };
  return refuse(head.position, `the events up to ${head.position} do not give the stored hash`);
}

/** Missing events give no position to sign; any other error is thrown again. */
function ignoreDamage(error: unknown): undefined {
  if (!(error instanceof DamagedLog)) throw error;
}

/** The chain's value at `to`, computed from the events since `base`. Throws `DamagedLog`. */
async function hashFrom(
  database: Queryable,
  host_id: number,
  { position, hash }: Known,
  to: number,
): Promise<Uint8Array> {
  let [reached, value] = [position, hash];
  while (reached < to) {
    const range = { from: reached + 1, limit: to - reached };
    const rows = await readUnbroken(database, host_id, range);
    if (rows.length === 0) throw new DamagedLog(range.from, 'missing from the log');
    for (const row of rows) value = chainHash(value, row);
    reached += rows.length;
  }
  return value;
}

/** The checkpoint of a head: the one that is there, or a new one. */
async function signOnce(
  tx: Queryable,
  { host_id, host }: Subject,
  { key, now }: Signer,
  { head: { position, hash, recorded_at }, latest: { checkpoint: before, number } }: Extended,
): Promise<Checkpoint> {
  if (before?.position === position && before.key_id === key.public.key_id) return before;
  const { log_id, recorded_from } = await identityOf(tx, host_id);
  const previous = before === undefined ? NO_CHECKPOINT : checkpointHash(before);
  const chained = { number: number + 1, previous, log_id, recorded_from };
  const checkpoint = signStatement(
    { host, position, hash, recorded_at, signed_at: now, chained },
    key,
  );
  await storeKey(tx, key.public);
  await storeCheckpoint(tx, host_id, checkpoint);
  return checkpoint;
}
