/**
 * Cuts a log: at a position that a checkpoint signed, the state becomes what the log begins with, and what
 * is before goes (docs/adr/0034). The row of the cut is the commit point: from then on every reader is
 * refused what is before, so that the rows may go piece by piece, while writers and readers go on. A trim
 * that is stopped leaves a whole log, or one whose removed rows the next trim takes away.
 */
import { emptyKernel } from '../../domain/boot.ts';
import { type Cut, hasItsState, type NewCut, readCut, storeCut } from '../../events/cuts.ts';
import { decodeEvent } from '../../events/encoding/codec.ts';
import { chainHash } from '../../events/encoding/hash-chain.ts';
import { sameBytes } from '../../events/encoding/hex.ts';
import { missingHost } from '../../events/host-deletions.ts';
import { latestCheckpoint } from '../../events/proof/checkpoints.ts';
import { CompactRange, leafHash } from '../../events/proof/merkle.ts';
import { genesisOf, identityOf } from '../../events/reading/birth.ts';
import { fold, loadCutState } from '../../events/reading/host-state.ts';
import { readUnbroken } from '../../events/reading/log-reader.ts';
import { snapshotText } from '../../events/reading/snapshots.ts';
import type { Database, Queryable } from '../../events/storage/database.ts';
import { Pace } from '../../events/turns.ts';
import { GROWN_CHANNEL } from '../../events/writing/notifier.ts';
import {
  CannotTrim,
  findCut,
  type PossibleCut,
  requireUnread,
  type TrimQuestion,
} from './find-cut.ts';
import { type Removed, removeBefore } from './remove.ts';

/** A cut that can be made, and what would go. */
export interface Trimmable extends PossibleCut {
  /** Events that lie before the position, and their bytes as text. */
  readonly events: number;
  readonly bytes: number;
}

export interface TrimRequest extends TrimQuestion {
  /** Who asks. */
  readonly actor: string;
  /** In words; may be empty. */
  readonly reason: string;
  /** Microseconds since the epoch. */
  readonly now: number;
  /** Hears how far it is with a part of the work. */
  readonly progress?: (part: 'reading' | 'removing', done: number, of: number) => void;
}

export interface Trimmed {
  readonly name: string;
  /** The oldest position that is kept. */
  readonly oldest: number;
  readonly removed: Removed;
}

/**
 * What a trim would remove.
 *
 * @throws LogRefusal `no-such-host`
 * @throws CannotTrim
 */
export async function readTrimmable(
  database: Database,
  question: TrimQuestion,
): Promise<Trimmable> {
  const found = await findCut(database, question);
  const text = `select count(*)::int8 as events, coalesce(sum(octet_length(body)), 0)::int8 as bytes
    from events where host_id = $1 and position < $2`;
  const before = [found.host_id, found.checkpoint.position];
  const [size] = await database.transaction(
    (tx) => tx.query<{ readonly events: number; readonly bytes: number }>(text, before),
    'job',
  );
  return { ...found, ...(size ?? { events: 0, bytes: 0 }) };
}

/**
 * Cuts a log, or goes on with a trim that was stopped.
 *
 * @throws LogRefusal `no-such-host`
 * @throws CannotTrim
 */
export async function trim(database: Database, request: TrimRequest): Promise<Trimmed> {
  const { name, progress = () => undefined } = request;
  const found = await findCut(database, request);
  const { host_id, checkpoint, cut } = found;
  const oldest = checkpoint.position;
  if (cut?.position !== oldest) {
    const made = await readUpTo(database, found, (done, of) => progress('reading', done, of));
    const { actor, reason, now: cut_at } = request;
    await commitCut(database, found, { ...made, actor, reason, cut_at });
  }
  const removed = await removeBefore(database, { host_id, oldest }, (done, of) =>
    progress('removing', done, of),
  );
  return { name, oldest, removed };
}

/** Reads all that would go, and the state after it; what it gives must be what was signed. */
async function readUpTo(
  database: Queryable,
  { host_id, name, checkpoint, cut }: PossibleCut,
  progress: (done: number, of: number) => void,
): Promise<Omit<NewCut, 'actor' | 'reason' | 'cut_at'>> {
  const { position, hash: signed, recorded_at, chained } = checkpoint;
  if (cut !== undefined) await requireState(database, { host_id, name, cut });
  const { kernel } = (await loadCutState(database, host_id)) ?? { kernel: emptyKernel() };
  let hash = cut?.hash ?? genesisOf((await identityOf(database, host_id)).born);
  let at_max = cut?.at_max ?? 0;
  const tree = new CompactRange(cut?.position ?? 0, cut?.tree);
  const pace = new Pace();
  while (tree.size < position) {
    const range = { from: tree.size + 1, limit: position - tree.size };
    const rows = await readUnbroken(database, host_id, range);
    if (rows.length === 0) break;
    for (const row of rows) {
      hash = chainHash(hash, row);
      tree.append(leafHash(hash));
      const event = decodeEvent(row);
      fold(kernel, [event]);
      at_max = Math.max(at_max, event.at);
    }
    if (pace.isDue) await pace.turn();
    progress(tree.size, position);
  }
  if (!sameBytes(hash, signed) || !sameBytes(tree.root(), chained?.root ?? new Uint8Array())) {
    throw new CannotTrim(
      `the log of ${name} is not what was signed at position ${position}, so nothing was removed; ` +
        `bpfledger verify ${name} shows where it is damaged`,
    );
  }
  const text = snapshotText(kernel);
  return { position, hash, recorded_at, at_max, tree: tree.roots, text };
}

/** A changed state at a cut would live on in the state at the next one. */
async function requireState(
  database: Queryable,
  { host_id, name, cut }: Pick<PossibleCut, 'host_id' | 'name'> & { readonly cut: Cut },
): Promise<void> {
  const { checkpoint } = await latestCheckpoint(database, host_id);
  const signed = checkpoint?.chained?.cut;
  const isOther =
    signed?.position === cut.position && !sameBytes(signed.state_hash, cut.state_hash);
  if (!isOther && (await hasItsState(database, host_id, cut))) return;
  throw new CannotTrim(
    `the state at the cut of ${name} is not the one that ${isOther ? 'was signed' : 'it was cut with'}: ` +
      'nothing was removed; bpfledger verify shows what else is wrong',
  );
}

/** Records the cut, unless something came in its way since it was looked for. */
function commitCut(database: Database, found: PossibleCut, cut: NewCut): Promise<void> {
  const { host_id, name, cut: before } = found;
  return database.transaction(async (tx) => {
    // Whoever makes a branch, a snapshot, a segment or a checkpoint of it holds this row (`holdHosts`).
    const there = await tx.query('select host_id from hosts where host_id = $1 for update', [
      host_id,
    ]);
    if (there.length === 0) throw await missingHost(tx, { host_id });
    await requireUnread(tx, { host_id, name });
    if ((await readCut(tx, host_id))?.position !== before?.position) {
      throw new CannotTrim(`${name} was cut by somebody else meanwhile; try again`);
    }
    await storeCut(tx, host_id, cut);
    // Followers that are behind look, and are refused.
    await tx.query(`select pg_notify('${GROWN_CHANNEL}', $1::text)`, [String(host_id)]);
  });
}
