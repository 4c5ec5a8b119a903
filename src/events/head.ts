/** The end of a log: what the next append continues from. */
import { bytesOf, hexOf } from './encoding/hex.ts';
import { missingHost } from './host-deletions.ts';
import type { Queryable } from './storage/database.ts';
import { OLDEST } from './storage/oldest.ts';

export interface Head {
  /** Of the last event. */
  readonly position: number;
  readonly epoch: number;
  /** Chain value of the last event. */
  readonly hash: Uint8Array;
  /** Of the last event, microseconds since the epoch. */
  readonly recorded_at: number;
  /** Latest `at` of all events, microseconds since the epoch. */
  readonly at_max: number;
}

/** The head as it is stored. */
export interface StoredHead extends Head {
  /** The oldest position that is kept: 1, or where the log was cut. */
  readonly oldest: number;
}

const COLUMNS = `position, epoch, encode(hash, 'hex') as hash, recorded_at, at_max,
  ${OLDEST} as oldest`;
const SELECT = `select ${COLUMNS} from heads where host_id = $1`;

type HeadRow = Omit<StoredHead, 'hash'> & { readonly hash: string };

// An older copy of a database may have given an id to another host.
const NAMED = `${SELECT} and exists (select from hosts where host_id = $1 and name = $2)`;

/**
 * The head as committed.
 *
 * @param name the name that the host must have, when its id was looked up by name
 * @throws LogRefusal `no-such-host`
 */
export async function readHead(
  database: Queryable,
  hostId: number,
  name?: string,
): Promise<StoredHead> {
  const rows =
    name === undefined
      ? await database.query<HeadRow>(SELECT, [hostId])
      : await database.query<HeadRow>(NAMED, [hostId, name]);
  return headOf(database, rows, hostId, name);
}

/** Adds the row of a head, of a host that is made; its epoch is 0. */
export async function insertHead(
  tx: Queryable,
  hostId: number,
  { position, hash, recorded_at, at_max }: Omit<Head, 'epoch'>,
): Promise<void> {
  await tx.query(
    `insert into heads (host_id, position, epoch, hash, recorded_at, at_max)
     values ($1, $2, 0, decode($3, 'hex'), $4, $5)`,
    [hostId, position, hexOf(hash), recorded_at, at_max],
  );
}

/** The head, which nobody else can move before the transaction ends. */
export async function lockHead(tx: Queryable, hostId: number): Promise<StoredHead> {
  return headOf(tx, await tx.query<HeadRow>(`${SELECT} for update`, [hostId]), hostId);
}

/**
 * Fences off every older append of this log: waits for one that is being committed, and lets no
 * other one through that read the head before.
 */
export async function raiseEpoch(database: Queryable, hostId: number): Promise<StoredHead> {
  const text = `update heads set epoch = epoch + 1 where host_id = $1 returning ${COLUMNS}`;
  return headOf(database, await database.query<HeadRow>(text, [hostId]), hostId);
}

async function headOf(
  database: Queryable,
  [row]: readonly HeadRow[],
  host_id: number,
  name?: string,
): Promise<StoredHead> {
  if (row === undefined) throw await missingHost(database, { host_id, name });
  return { ...row, hash: bytesOf(row.hash) };
}
