/**
 * Cuts a log: at a position that a checkpoint signed, the state becomes what the log begins with, and what
 * is before goes (docs/adr/0034). The row of the cut is the commit point: from then on every reader is
 * refused what is before, so that the rows may go piece by piece, while writers and readers go on. A trim
 * that is stopped leaves a whole log, or one whose removed rows the next trim takes away.
 */
import { emptyKernel } from '../../domain/boot.ts';
import { type Cut, type NewCut, readCut, storeCut } from '../../events/cuts.ts';
import { decodeEvent } from '../../events/encoding/codec.ts';
import { chainHash } from '../../events/encoding/hash-chain.ts';
import { sameBytes } from '../../events/encoding/hex.ts';
import { missingHost } from '../../events/host-deletions.ts';
import { executorOf } from '../../events/kernel-reports/leases.ts';
import { type Checkpoint, isSignedBy } from '../../events/proof/checkpoint.ts';
import { readCheckpoints, readKeys } from '../../events/proof/checkpoints.ts';
import { CompactRange, leafHash } from '../../events/proof/merkle.ts';
import { genesisOf, identityOf } from '../../events/reading/birth.ts';
import { fold, loadCutState } from '../../events/reading/host-state.ts';
import { positionAt, readUnbroken } from '../../events/reading/log-reader.ts';
import { snapshotText } from '../../events/reading/snapshots.ts';
import type { Database, Queryable } from '../../events/storage/database.ts';
import { Pace } from '../../events/turns.ts';
import { GROWN_CHANNEL } from '../../events/writing/notifier.ts';
import { listBoots } from '../boots.ts';
import { type Removed, removeBefore } from './remove.ts';

/** Branches that a refusal names. */
const NAMED_MAX = 10;

/** The log cannot be cut there; the message says why, and what to do. */
export class CannotTrim extends Error {}

/** Before which moment the events may go: a position, or a time in microseconds since the epoch. */
export type Before =
  | { readonly kind: 'position'; readonly position: number }
  | { readonly kind: 'time'; readonly time: number }
  | { readonly kind: 'boot'; readonly boot: number };

export interface TrimQuestion {
  readonly name: string;
  readonly before: Before;
  /** Id of the key whose checkpoints count; left out: any that is stored. */
  readonly key?: string | undefined;
}

/** A cut that can be made, and what would go. */
export interface Trimmable {
  readonly host_id: number;
  readonly name: string;
  /** The checkpoint at whose position the log is cut. */
  readonly checkpoint: Checkpoint;
  /** Where it was cut before; undefined for a whole log. */
  readonly cut: Cut | undefined;
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

type Found = Omit<Trimmable, 'events' | 'bytes'>;

async function findCut(database: Queryable, question: TrimQuestion): Promise<Found> {
  const { name, before, key } = question;
  const [host] = await database.query<{ readonly host_id: number; readonly origin: string | null }>(
    `select h.host_id, o.name as origin from hosts h
     left join hosts o on o.host_id = h.origin_host_id where h.name = $1`,
    [name],
  );
  if (host === undefined) throw await missingHost(database, { name });
  const { host_id, origin } = host;
  if (origin !== null) {
    throw new CannotTrim(
      `${name} is a branch of ${origin}, whose log it reads: a branch is not cut`,
    );
  }
  await requireNoBranches(database, { host_id, name });
  const cut = await readCut(database, host_id);
  const until = await positionOf(database, { host_id, name, cut }, before);
  const checkpoint = await lastSigned(database, { host_id, until, key });
  if (checkpoint === undefined) {
    const ofKey = key === undefined ? '' : ` of the key ${key}`;
    throw new CannotTrim(
      `no checkpoint${ofKey} that states a tree was signed of ${name} up to position ${until}: ` +
        (await firstSigned(database, host_id, key)),
    );
  }
  const { position } = checkpoint;
  if (cut !== undefined && position < cut.position) {
    throw new CannotTrim(
      `${name} is cut already at position ${cut.position}, and the last checkpoint before that ` +
        `moment is of ${position}`,
    );
  }
  await requireReported(database, { host_id, name, position });
  return { host_id, name, checkpoint, cut };
}

/** The last position that is before a moment, or at it. */
async function positionOf(
  database: Queryable,
  {
    host_id,
    name,
    cut,
  }: { readonly host_id: number; readonly name: string; readonly cut: Cut | undefined },
  before: Before,
): Promise<number> {
  switch (before.kind) {
    case 'position':
      return before.position;
    case 'time':
      if (cut !== undefined && before.time < cut.at_max) {
        throw new CannotTrim(
          `${name} is cut already at position ${cut.position}, which is after that moment`,
        );
      }
      return positionAt(database, host_id, before.time);
    case 'boot': {
      const moment = { host_id, position: Number.MAX_SAFE_INTEGER };
      const [boot] = await listBoots(database, moment, { after: before.boot - 1, limit: 1 });
      if (boot === undefined) throw new CannotTrim(`the log of ${name} has no boot ${before.boot}`);
      return boot.position_from;
    }
    default:
      return before satisfies never;
  }
}

/** The last checkpoint up to a position that states a tree and has a valid signature. */
async function lastSigned(
  database: Queryable,
  {
    host_id,
    until,
    key,
  }: { readonly host_id: number; readonly until: number; readonly key: string | undefined },
): Promise<Checkpoint | undefined> {
  const keys = new Map((await readKeys(database, host_id)).map((one) => [one.key_id, one]));
  // Before the first position there is nothing that could go.
  for (let to = until; to > 1; ) {
    const page = await readCheckpoints(database, host_id, { to, order: 'desc', limit: 100 });
    for (const checkpoint of page) {
      const signer = keys.get(checkpoint.key_id);
      if (checkpoint.chained?.root === undefined || signer === undefined) continue;
      if (key !== undefined && signer.key_id !== key) continue;
      if (checkpoint.position > 1 && isSignedBy(checkpoint, signer)) return checkpoint;
    }
    to = (page.at(-1)?.position ?? 1) - 1;
  }
  return undefined;
}

/** What to say of the first checkpoint at which the log could be cut. */
async function firstSigned(
  database: Queryable,
  host_id: number,
  key: string | undefined,
): Promise<string> {
  const [first] = await database.query<{ readonly position: number }>(
    `select position from checkpoints where host_id = $1 and root is not null and position > 1
       and key_id = coalesce($2, key_id)
     order by position limit 1`,
    [host_id, key ?? null],
  );
  return first === undefined
    ? 'there is none at all; sign the head by bpfledger checkpoint HOST'
    : `the first one is of position ${first.position}`;
}

async function requireNoBranches(
  database: Queryable,
  { host_id, name }: { readonly host_id: number; readonly name: string },
): Promise<void> {
  const branches = await database.query<{ readonly name: string; readonly dropped: boolean }>(
    `select h.name, h.dropped_at is not null as dropped from hosts h
     where h.host_id in (select l.host_id from lineages l where l.ancestor_id = $1)
     order by h.name limit $2`,
    [host_id, NAMED_MAX + 1],
  );
  if (branches.length === 0) return;
  const named = branches
    .slice(0, NAMED_MAX)
    .map((branch) => (branch.dropped ? `${branch.name} (dropped)` : branch.name));
  const more = branches.length > NAMED_MAX ? ', …' : '';
  throw new CannotTrim(
    `branches of ${name} read its log: ${named.join(', ')}${more}; delete them first, the youngest ` +
      'first (bpfledger hosts delete)',
  );
}

async function requireReported(
  database: Queryable,
  { host_id, name, position }: { host_id: number; name: string; position: number },
): Promise<void> {
  const executor = await executorOf(database, host_id);
  if (executor === undefined || executor.reported_position >= position) return;
  throw new CannotTrim(
    `the executor ${executor.executor} of ${name} has reported up to position ` +
      `${executor.reported_position}, and not yet ${position}`,
  );
}

/** Reads all that would go, and the state after it; what it gives must be what was signed. */
async function readUpTo(
  database: Queryable,
  { host_id, name, checkpoint, cut }: Found,
  progress: (done: number, of: number) => void,
): Promise<Omit<NewCut, 'actor' | 'reason' | 'cut_at'>> {
  const { position, hash: signed, recorded_at, chained } = checkpoint;
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
      `the log of ${name} does not give what was signed of position ${position}: nothing was removed; ` +
        'bpfledger verify shows where it is damaged',
    );
  }
  const text = snapshotText(kernel);
  return { position, hash, recorded_at, at_max, tree: tree.roots, text };
}

/** Records the cut, unless something came in its way since it was looked for. */
function commitCut(database: Database, found: Found, cut: NewCut): Promise<void> {
  const { host_id, name, cut: before } = found;
  return database.transaction(async (tx) => {
    // Whoever makes a branch, a snapshot, a segment or a checkpoint of it holds this row (`holdHosts`).
    const there = await tx.query('select host_id from hosts where host_id = $1 for update', [
      host_id,
    ]);
    if (there.length === 0) throw await missingHost(tx, { host_id });
    await requireNoBranches(tx, { host_id, name });
    if ((await readCut(tx, host_id))?.position !== before?.position) {
      throw new CannotTrim(`${name} was cut by somebody else meanwhile; try again`);
    }
    await storeCut(tx, host_id, cut);
    // Followers that are behind look, and are refused.
    await tx.query(`select pg_notify('${GROWN_CHANNEL}', $1::text)`, [String(host_id)]);
  });
}
