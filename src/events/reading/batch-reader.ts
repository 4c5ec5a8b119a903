/** Reads the stored facts about each append: its last position, and the chain's value there. */
import { bytesOf } from '../encoding/hex.ts';
import type { Queryable } from '../storage/database.ts';
import { type Stretch, stretchesOf } from './host-line.ts';

/** Batches in one read at most. */
const PAGE_BATCHES_MAX = 1000;

export interface StoredBatch {
  /** Position of its last event. */
  readonly position_to: number;
  /** Microseconds since the epoch. */
  readonly recorded_at: number;
  /** Latest `at` of all events up to its end, microseconds since the epoch. */
  readonly at_max: number;
  readonly writer: number;
  /** Chain value of its last event. */
  readonly hash: Uint8Array;
}

type BatchRow = Omit<StoredBatch, 'hash'> & { readonly hash: string };

/** The batches that end in [from, to], a page at a time. */
export async function* readBatches(
  database: Queryable,
  hostId: number,
  range: { readonly from: number; readonly to: number },
): AsyncGenerator<StoredBatch[]> {
  for (const stretch of await stretchesOf(database, hostId, range)) {
    yield* batchesOf(database, stretch);
  }
}

/** The batches that end in [from, to], by the position that they end at. */
export async function batchesByEnd(
  database: Queryable,
  hostId: number,
  range: { readonly from: number; readonly to: number },
): Promise<Map<number, StoredBatch>> {
  const batches = new Map<number, StoredBatch>();
  for await (const page of readBatches(database, hostId, range)) {
    for (const batch of page) batches.set(batch.position_to, batch);
  }
  return batches;
}

async function* batchesOf(
  database: Queryable,
  { host_id, from, to }: Stretch,
): AsyncGenerator<StoredBatch[]> {
  let next = from;
  for (;;) {
    const rows = await database.query<BatchRow>(
      `select position_to, recorded_at, at_max, writer, encode(hash, 'hex') as hash from batches
       where host_id = $1 and position_to between $2 and $3 order by position_to limit $4`,
      [host_id, next, to, PAGE_BATCHES_MAX],
    );
    if (rows.length > 0) yield rows.map((row) => ({ ...row, hash: bytesOf(row.hash) }));
    if (rows.length < PAGE_BATCHES_MAX) return;
    next = (rows.at(-1)?.position_to ?? to) + 1;
  }
}
