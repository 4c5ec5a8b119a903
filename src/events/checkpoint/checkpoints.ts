/** The checkpoints of a log as they are stored, and the keys that signed them. */
import type { Queryable } from '../database.ts';
import { readHead } from '../head.ts';
import type { Checkpoint } from './checkpoint.ts';
import { signed } from './checkpoint.ts';
import { type PublicKey, publicKeyOf, type SigningKey } from './signing-key.ts';

/** Checkpoints in one read at most. */
const CHECKPOINTS_PAGE_MAX = 1000;
/** Keys that one database may know: one for each time that an operator changes it. */
const KEYS_MAX = 1000;

interface Row extends Omit<Checkpoint, 'hash' | 'signature'> {
  readonly hash: string;
  readonly signature: string;
}

const COLUMNS = `host, position, encode(hash, 'hex') as hash, recorded_at, signed_at, key_id,
  encode(signature, 'hex') as signature`;

function checkpointOf({ hash, signature, ...rest }: Row): Checkpoint {
  const bytes = (hex: string) => Buffer.from(hex, 'hex');
  return { ...rest, hash: bytes(hash), signature: bytes(signature) };
}

export interface CheckpointRange {
  /** Exclusive. */
  readonly after: number;
  /** Inclusive; default: the end of the log. */
  readonly to?: number;
  /** Default and upper bound `CHECKPOINTS_PAGE_MAX`. */
  readonly limit?: number;
}

/** Checkpoints in order of position; all of those of the last position, even beyond the limit. */
export async function readCheckpoints(
  database: Queryable,
  host_id: number,
  { after, to = Number.MAX_SAFE_INTEGER, limit = CHECKPOINTS_PAGE_MAX }: CheckpointRange,
): Promise<Checkpoint[]> {
  const rows = await database.query<Row>(
    `select ${COLUMNS} from checkpoints
     where host_id = $1 and position > $2 and position <= $3
     order by position fetch first $4 rows with ties`,
    [host_id, after, to, Math.min(limit, CHECKPOINTS_PAGE_MAX)],
  );
  return rows.map(checkpointOf);
}

/**
 * Signs where a log stands now. Asked for again at the same position, the first answer stands.
 *
 * @throws LogRefusal `host-unknown`
 */
export async function signHead(
  database: Queryable,
  { host_id, host }: { readonly host_id: number; readonly host: string },
  { key, now }: { readonly key: SigningKey; readonly now: number },
): Promise<Checkpoint> {
  const { position, hash, recorded_at } = await readHead(database, host_id);
  const checkpoint = signed({ host, position, hash, recorded_at, signed_at: now }, key);
  await storeKey(database, key.public);
  await storeCheckpoint(database, host_id, checkpoint);
  const [row] = await database.query<Row>(
    `select ${COLUMNS} from checkpoints where host_id = $1 and position = $2 and key_id = $3`,
    [host_id, position, key.public.key_id],
  );
  if (row === undefined) throw new Error('a stored checkpoint can be read');
  return checkpointOf(row);
}

/** Adds a checkpoint; one that is there already stays as it is. */
export async function storeCheckpoint(
  database: Queryable,
  host_id: number,
  { host, position, hash, recorded_at, signed_at, key_id, signature }: Checkpoint,
): Promise<void> {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  await database.query(
    `insert into checkpoints
       (host_id, host, position, hash, recorded_at, signed_at, key_id, signature)
     values ($1, $2, $3, decode($4, 'hex'), $5, $6, $7, decode($8, 'hex'))
     on conflict do nothing`,
    [host_id, host, position, hex(hash), recorded_at, signed_at, key_id, hex(signature)],
  );
}

/** Makes a public key known. */
export async function storeKey(database: Queryable, { key_id, bytes }: PublicKey): Promise<void> {
  await database.query(
    `insert into signing_keys (key_id, public_key) values ($1, decode($2, 'hex'))
     on conflict do nothing`,
    [key_id, Buffer.from(bytes).toString('hex')],
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
  return rows.map(({ public_key }) => publicKeyOf(Buffer.from(public_key, 'hex')));
}
