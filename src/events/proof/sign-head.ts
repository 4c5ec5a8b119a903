/**
 * Signs the head of a log, if the log continues from what was signed before. That is known from
 * the database and from a file outside of it: a log that lost its end or was rewritten, with its
 * checkpoints gone, is not signed again by the key that signed it as it was.
 */
import { isBefore } from '../cuts.ts';
import { sameBytes } from '../encoding/hex.ts';
import { type Head, readHead } from '../head.ts';
import { holdHosts } from '../host-deletions.ts';
import { LogRefusal } from '../log-refusal.ts';
import { identityOf } from '../reading/birth.ts';
import { DamagedLog } from '../reading/damaged-log.ts';
import { headAt } from '../reading/head-at.ts';
import type { KnownHead } from '../reading/history.ts';
import type { Database, Queryable } from '../storage/database.ts';
import { type Checkpoint, checkpointHash, NO_CHECKPOINT, signStatement } from './checkpoint.ts';
import { latestCheckpoint, storeCheckpoint, storeKey } from './checkpoints.ts';
import { cutToSign } from './cut-to-sign.ts';
import { GrowingTree } from './growing-tree.ts';
import { storeNodes } from './merkle-nodes.ts';
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
  const tree = await GrowingTree.asSigned(database, host_id, signer.key.public);
  const stands = remembered ? [remembered, tree.stand] : [tree.stand];
  // Before the lock, because it may take long: later events are checked under the lock.
  const seen = await checkExtends(database, subject, { stands, tree });
  const checkpoint = await database.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1, hashint8($2))', [SIGNING_LOCK, host_id]);
    // Of a host that is deleted meanwhile, the next statement finds no head.
    await holdHosts(tx, [host_id]);
    const extended = await checkExtends(tx, subject, { stands: [seen.head], tree });
    return await signOnce(tx, subject, signer, { ...extended, tree });
  });
  await signer.memory.remember(host, checkpoint);
  return checkpoint;
}

/**
 * The head of a log, after a check that it continues from the last checkpoint, from known heads and
 * from the tree, which grows up to it.
 *
 * @throws LogRefusal `signing-refused`
 */
async function checkExtends(
  database: Queryable,
  { host_id, host }: Subject,
  { stands, tree }: { readonly stands: readonly KnownHead[]; readonly tree: GrowingTree },
): Promise<Extended> {
  const refuse = (position: number, because: string): never => {
    throw new LogRefusal({ why: 'signing-refused', host, position, because });
  };
  const latest = await latestCheckpoint(database, host_id);
  const head = await readHead(database, host_id);
  for (const { position, hash } of latest.checkpoint ? [...stands, latest.checkpoint] : stands) {
    if (position > head.position) {
      refuse(
        position,
        `position ${position} was signed, but the head is at position ${head.position}`,
      );
    }
    if (isBefore(position, head.oldest)) {
      refuse(
        position,
        `position ${position} was signed, and the log was cut at ${head.oldest}: nothing here tells ` +
          'whether it goes on from there',
      );
    }
    const found = await headAt(database, host_id, position).catch(ignoreDamage);
    if (found === undefined || !sameBytes(found.hash, hash)) {
      refuse(position, `position ${position} was signed with another hash than the log has now`);
    }
  }
  const hash = await tree.grow(database, head.position).catch(ignoreDamage);
  if (hash !== undefined && sameBytes(hash, head.hash)) return { head, latest };
  return refuse(head.position, `the events up to ${head.position} do not give the stored hash`);
}

/** Missing events give no position to sign; any other error is thrown again. */
function ignoreDamage(error: unknown): undefined {
  if (!(error instanceof DamagedLog)) throw error;
}

/** The checkpoint of a head: the one that is there, or a new one. */
async function signOnce(
  tx: Queryable,
  { host_id, host }: Subject,
  { key, now }: Signer,
  extended: Extended & { readonly tree: GrowingTree },
): Promise<Checkpoint> {
  const { head, latest, tree } = extended;
  const { position, hash, recorded_at } = head;
  const { checkpoint: before, number } = latest;
  if (before?.position === position && before.key_id === key.public.key_id) return before;
  const { log_id, recorded_from } = await identityOf(tx, host_id);
  const previous = before === undefined ? NO_CHECKPOINT : checkpointHash(before);
  const cut = await cutToSign(tx, host_id, before?.chained?.cut).catch((error: unknown) => {
    if (!(error instanceof DamagedLog)) throw error;
    const because = error.message;
    throw new LogRefusal({ why: 'signing-refused', host, position: error.position, because });
  });
  const chained = {
    ...{ number: number + 1, previous, log_id, recorded_from, root: tree.root },
    ...(cut !== undefined && { cut }),
  };
  const checkpoint = signStatement(
    { host, position, hash, recorded_at, signed_at: now, chained },
    key,
  );
  await storeKey(tx, key.public);
  await storeNodes(tx, host_id, tree.added);
  await storeCheckpoint(tx, host_id, checkpoint);
  return checkpoint;
}
