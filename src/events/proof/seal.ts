/** Seals the events of a log in segments, as soon as there are enough, and stores them. */
import type { EncodedEvent } from '../encoding/codec.ts';
import { chainHash } from '../encoding/hash-chain.ts';
import { hexOf, sameBytes } from '../encoding/hex.ts';
import { readHead } from '../head.ts';
import { holdHosts } from '../host-deletions.ts';
import { readBatches } from '../reading/batch-reader.ts';
import { headAt } from '../reading/head-at.ts';
import { readUnbroken } from '../reading/log-reader.ts';
import { type StoredSegment, segmentHash } from '../reading/segment-reader.ts';
import { packSegment, SEGMENT_EVENTS, SEGMENT_TEXT_MAX } from '../segment/segment.ts';
import type { Database, Queryable } from '../storage/database.ts';

/** The last sealed position; 0 when nothing is. */
async function readSealedTo(database: Queryable, host_id: number): Promise<number> {
  const [row] = await database.query<{ readonly position_to: number }>(
    `select position_to from segments where host_id = $1 order by position_from desc limit 1`,
    [host_id],
  );
  return row?.position_to ?? 0;
}

/** The log has a fault, so it is not sealed: `verify` shows where. */
class UnsealableLog extends Error {}

/**
 * Seals as many whole segments as there are. Several processes may do it concurrently.
 *
 * @returns how many segments were made
 * @throws UnsealableLog when the rows do not give the hashes that are stored for them
 */
export async function sealSegments(
  database: Database,
  { host_id, events = SEGMENT_EVENTS, signal }: SealOptions,
): Promise<number> {
  const { position: head, oldest } = await readHead(database, host_id);
  // Of a log that was cut, from the event after the cut on.
  const cut = oldest === 1 ? 0 : oldest;
  let made = 0;
  for (;;) {
    const from = Math.max(await readSealedTo(database, host_id), cut) + 1;
    if (head - from + 1 < events || signal?.aborted) return made;
    await sealRun(database, host_id, await runOf(database, host_id, { from, events }));
    made++;
  }
}

export interface SealOptions {
  readonly host_id: number;
  /** Events of a segment; default `SEGMENT_EVENTS`. */
  readonly events?: number;
  /** Stops after the current segment. */
  readonly signal?: AbortSignal;
}

/** The rows of the next segment. */
async function runOf(
  database: Queryable,
  hostId: number,
  { from, events }: { readonly from: number; readonly events: number },
): Promise<EncodedEvent[]> {
  const rows: EncodedEvent[] = [];
  let text = 0;
  while (rows.length < events && text < SEGMENT_TEXT_MAX) {
    const limit = events - rows.length;
    const page = await readUnbroken(database, hostId, { from: from + rows.length, limit });
    if (page.length === 0) throw new UnsealableLog('the log ends before its head');
    for (const row of page) text += row.body.length;
    rows.push(...page);
  }
  return rows;
}

async function sealRun(
  database: Database,
  host_id: number,
  rows: readonly EncodedEvent[],
): Promise<void> {
  const position_from = (rows[0] as EncodedEvent).position;
  const position_to = (rows.at(-1) as EncodedEvent).position;
  const { hash: hash_before } = await headAt(database, host_id, position_from - 1);
  const ends = new Map<number, Uint8Array>();
  const batches = [];
  for await (const page of readBatches(database, host_id, {
    from: position_from,
    to: position_to,
  })) {
    for (const { position_to: end, writer, hash } of page) {
      batches.push({ position_to: end, writer });
      ends.set(end, hash);
    }
  }
  let hash_after = hash_before;
  for (const row of rows) {
    hash_after = chainHash(hash_after, row);
    const stored = ends.get(row.position);
    if (stored !== undefined && !sameBytes(stored, hash_after)) {
      throw new UnsealableLog(`the hash of the batch up to ${row.position} is another`);
    }
  }
  const bytes = await packSegment({ rows, batches, hash_before, hash_after });
  const segment = { position_from, position_to, hash: segmentHash(bytes), bytes };
  await database.transaction(async (tx) => {
    // A host that is deleted meanwhile gets none.
    if ((await holdHosts(tx, [host_id])).has(host_id)) await storeSegment(tx, host_id, segment);
  });
}

/** Adds a segment; one that is there already stays as it is. */
export async function storeSegment(
  database: Queryable,
  host_id: number,
  { position_from, position_to, hash, bytes }: StoredSegment,
): Promise<void> {
  await database.query(
    `insert into segments (host_id, position_from, position_to, hash, bytes)
     values ($1, $2, $3, decode($4, 'hex'), decode($5, 'base64')) on conflict do nothing`,
    [host_id, position_from, position_to, hexOf(hash), Buffer.from(bytes).toString('base64')],
  );
}
