/** The checkpoints of a log as they are stored, and the keys that signed them. */
import { bytesOf, hexOf } from '../encoding/hex.ts';
import { IN_ORDER, type PageOrder } from '../page-order.ts';
import type { Queryable } from '../storage/database.ts';
import type { Chained, Checkpoint } from './checkpoint.ts';
import { type PublicKey, publicKeyOf } from './signing-key.ts';

/** Checkpoints in one read at most. */
const CHECKPOINTS_PAGE_MAX = 1000;
/** Keys that one database may know: one for each time that an operator changes it. */
const KEYS_MAX = 1000;

interface CheckpointRow extends Omit<Checkpoint, 'hash' | 'signature' | 'chained'> {
  readonly hash: string;
  readonly signature: string;
  readonly number: number | null;
  readonly previous: string | null;
  readonly log_id: string | null;
  readonly recorded_from: number | null;
  readonly root: string | null;
  readonly cut_position: number | null;
  readonly cut_state_hash: string | null;
}

const COLUMNS = `host, position, encode(hash, 'hex') as hash, recorded_at, signed_at, key_id,
  encode(signature, 'hex') as signature, number, encode(previous, 'hex') as previous,
  log_id::text as log_id, recorded_from, encode(root, 'hex') as root, cut_position,
  encode(cut_state_hash, 'hex') as cut_state_hash`;

function chainOf(row: CheckpointRow): Chained | null {
  const { number, previous, log_id, recorded_from, root, cut_position, cut_state_hash } = row;
  if (number === null || previous === null || recorded_from === null) return null;
  return {
    ...{ number, previous: bytesOf(previous), log_id, recorded_from },
    ...(root !== null && { root: bytesOf(root) }),
    ...(cut_position !== null &&
      cut_state_hash !== null && {
        cut: { position: cut_position, state_hash: bytesOf(cut_state_hash) },
      }),
  };
}

function checkpointOf(row: CheckpointRow): Checkpoint {
  const { host, position, recorded_at, signed_at, key_id } = row;
  return {
    host,
    position,
    hash: bytesOf(row.hash),
    recorded_at,
    signed_at,
    chained: chainOf(row),
    key_id,
    signature: bytesOf(row.signature),
  };
}

/** Several of one position in the order in which they were signed. */
function inOrder(a: Checkpoint, b: Checkpoint): number {
  return a.position - b.position || (a.chained?.number ?? 0) - (b.chained?.number ?? 0);
}

export interface CheckpointRange {
  /** Exclusive; default: the beginning of the log. */
  readonly after?: number | undefined;
  /** Inclusive; default: the end of the log. */
  readonly to?: number;
  /** Default: ascending, after `after`; descending: before `after`. */
  readonly order?: PageOrder | undefined;
  /** Default and upper bound `CHECKPOINTS_PAGE_MAX`. */
  readonly limit?: number;
}

/** Checkpoints in order of position; all of those of the last position, even beyond the limit. */
export async function readCheckpoints(
  database: Queryable,
  host_id: number,
  {
    after,
    to = Number.MAX_SAFE_INTEGER,
    order = 'asc',
    limit = CHECKPOINTS_PAGE_MAX,
  }: CheckpointRange,
): Promise<Checkpoint[]> {
  const { beyond, sort } = IN_ORDER[order];
  const rows = await database.query<CheckpointRow>(
    `select ${COLUMNS} from checkpoints
     where host_id = $1 and ($2::int8 is null or position ${beyond} $2) and position <= $3
     order by position ${sort} fetch first $4 rows with ties`,
    [host_id, after ?? null, to, Math.min(limit, CHECKPOINTS_PAGE_MAX)],
  );
  const sorted = rows.map(checkpointOf).sort(inOrder);
  return order === 'asc' ? sorted : sorted.reverse();
}

/** How many checkpoints a log has. */
export async function countCheckpoints(database: Queryable, host_id: number): Promise<number> {
  const [row] = await database.query<{ readonly count: number }>(
    'select count(*)::int8 as count from checkpoints where host_id = $1',
    [host_id],
  );
  return row?.count ?? 0;
}

/** All checkpoints of a range, a page at a time. */
export async function* checkpointPages(
  database: Queryable,
  host_id: number,
  { after, to }: { readonly after: number; readonly to: number },
): AsyncGenerator<Checkpoint[]> {
  for (let reached = after; reached < to; ) {
    const page = await readCheckpoints(database, host_id, { after: reached, to });
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    reached = last.position;
  }
}

/** The last checkpoint of a host, and the last number that one of them has; 0 when none has. */
export async function latestCheckpoint(
  database: Queryable,
  host_id: number,
): Promise<{ readonly checkpoint: Checkpoint | undefined; readonly number: number }> {
  const rows = await database.query<CheckpointRow & { readonly last: number | null }>(
    `select ${COLUMNS}, (select max(number) from checkpoints where host_id = $1) as last
     from checkpoints where host_id = $1 and position =
       (select max(position) from checkpoints where host_id = $1)`,
    [host_id],
  );
  return { checkpoint: rows.map(checkpointOf).sort(inOrder).at(-1), number: rows[0]?.last ?? 0 };
}

/**
 * The last checkpoint that states a Merkle tree, up to a position.
 *
 * @param range.key_id only of this key
 */
export async function latestOfTree(
  database: Queryable,
  host_id: number,
  { to = Number.MAX_SAFE_INTEGER, key_id }: { readonly to?: number; readonly key_id?: string } = {},
): Promise<Checkpoint | undefined> {
  const rows = await database.query<CheckpointRow>(
    `select ${COLUMNS} from checkpoints
     where host_id = $1 and position <= $2 and root is not null
       and ($3::text is null or key_id = $3::text)
     order by position desc, number desc limit 1`,
    [host_id, to, key_id ?? null],
  );
  return rows.map(checkpointOf)[0];
}

/** Adds a checkpoint; one that is there already stays as it is. */
export async function storeCheckpoint(
  database: Queryable,
  host_id: number,
  { host, position, hash, recorded_at, signed_at, key_id, signature, chained }: Checkpoint,
): Promise<void> {
  await database.query(
    `insert into checkpoints (host_id, host, position, hash, recorded_at, signed_at, key_id,
       signature, number, previous, log_id, recorded_from, root, cut_position, cut_state_hash)
     values ($1, $2, $3, decode($4, 'hex'), $5, $6, $7, decode($8, 'hex'), $9, decode($10, 'hex'),
       $11, $12, decode($13, 'hex'), $14, decode($15, 'hex'))
     on conflict do nothing`,
    [
      host_id,
      host,
      position,
      hexOf(hash),
      recorded_at,
      signed_at,
      key_id,
      hexOf(signature),
      chained?.number ?? null,
      chained === null ? null : hexOf(chained.previous),
      chained?.log_id ?? null,
      chained?.recorded_from ?? null,
      chained?.root === undefined ? null : hexOf(chained.root),
      chained?.cut?.position ?? null,
      chained?.cut === undefined ? null : hexOf(chained.cut.state_hash),
    ],
  );
}

/** Makes a public key known. */
export async function storeKey(database: Queryable, { key_id, bytes }: PublicKey): Promise<void> {
  await database.query(
    `insert into signing_keys (key_id, public_key) values ($1, decode($2, 'hex'))
     on conflict do nothing`,
    [key_id, hexOf(bytes)],
  );
}

/**
 * The keys that signed checkpoints of this database.
 *
 * @param host_id only those that signed checkpoints of this host
 */
export async function readKeys(database: Queryable, host_id?: number): Promise<PublicKey[]> {
  const rows = await database.query<{ readonly public_key: string }>(
    `select encode(public_key, 'hex') as public_key from signing_keys k
     where $1::int8 is null or exists
       (select from checkpoints c where c.host_id = $1::int8 and c.key_id = k.key_id)
     order by key_id limit $2`,
    [host_id ?? null, KEYS_MAX],
  );
  return rows.map(({ public_key }) => publicKeyOf(bytesOf(public_key)));
}
