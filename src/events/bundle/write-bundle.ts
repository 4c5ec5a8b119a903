/**
 * Exports a log as a bundle: sealed segments where there are any, the rows of the rest, and the
 * checkpoints with the keys that signed them. A log that was cut begins with what is kept of before. The
 * content of the database is exported as it is,
 * sound or not: the reader checks it.
 */
import { readCut } from '../cuts.ts';
import type { EncodedEvent } from '../encoding/codec.ts';
import { chainHash } from '../encoding/hash-chain.ts';
import { hexOf } from '../encoding/hex.ts';
import { readHead } from '../head.ts';
import type { ProjectionTable } from '../projector.ts';
import { type Checkpoint, encodeChained } from '../proof/checkpoint.ts';
import { checkpointPages } from '../proof/checkpoints.ts';
import { HostKeys } from '../proof/host-keys.ts';
import type { PublicKey } from '../proof/signing-key.ts';
import { batchesByEnd, type StoredBatch } from '../reading/batch-reader.ts';
import { genesisOf, identityOf } from '../reading/birth.ts';
import { headAt } from '../reading/head-at.ts';
import { forksOf } from '../reading/host-line.ts';
import { readRows } from '../reading/log-reader.ts';
import { openStored, type StoredSegment, segmentAt } from '../reading/segment-reader.ts';
import { type OpenSegment, UnreadableSegment } from '../segment/segment.ts';
import type { Queryable } from '../storage/database.ts';
import { BUNDLE_VERSION, type BundleLine, CUT_BUNDLE_VERSION, writeLine } from './bundle-line.ts';
import { cutLines } from './cut-lines.ts';

export interface Exported {
  readonly host_id: number;
  readonly host: string;
  /** The tables of the projections. */
  readonly tables: readonly ProjectionTable[];
}

/**
 * The lines of a host's bundle, each with its newline, up to the head at the start.
 *
 * @throws LogRefusal `no-such-host`
 */
export async function* writeBundle(
  database: Queryable,
  exported: Exported,
): AsyncGenerator<string> {
  let lines = 0;
  for await (const line of linesOf(database, exported)) {
    lines++;
    yield `${writeLine(line)}\n`;
  }
  yield `${writeLine({ type: 'end', lines: lines + 1 })}\n`;
}

async function* linesOf(
  database: Queryable,
  { host_id, host, tables }: Exported,
): AsyncGenerator<BundleLine> {
  const { position: head, hash: headHash } = await readHead(database, host_id);
  const { host: _, ...log } = await identityOf(database, host_id);
  const cut = await readCut(database, host_id);
  const version = cut === undefined ? BUNDLE_VERSION : CUT_BUNDLE_VERSION;
  const begun = { type: 'bundle', version, host } as const;
  yield { ...begun, position: head, hash: hexOf(headHash), log };
  const keys = new HostKeys(database, host_id);
  for (const key of await keys.fresh()) yield keyLine(key);
  const forks = await forksOf(database, host_id, head);
  let position = cut?.position ?? 0;
  let hash = cut?.hash ?? genesisOf(log.born);
  if (cut !== undefined) {
    yield* cutLines(database, host_id, cut, tables);
    yield* checkpointLines(database, host_id, keys, { after: 0, to: position });
  }
  while (position < head) {
    const sealed = await soundSegment(database, host_id, { from: position + 1, to: head });
    if (sealed !== undefined) {
      yield* checkpointLines(database, host_id, keys, { after: position, to: sealed.position_to });
      yield segmentLine(sealed);
      position = sealed.position_to;
      hash = sealed.hash_after;
      if (!forks.has(position) || sealed.batches.at(-1)?.position_to === position) continue;
      yield batchLine(await readCutBatch(database, host_id, position));
      continue;
    }
    const limit = head - position;
    const rows = await readRows(database, host_id, { from: position + 1, limit });
    const last = rows.at(-1);
    if (last === undefined) return;
    const range = { after: position, to: last.position };
    yield* checkpointLines(database, host_id, keys, range);
    const batches = await batchesByEnd(database, host_id, {
      from: position + 1,
      to: last.position,
    });
    for (const row of rows) {
      hash = chainHash(hash, row);
      yield eventLine(row, hash);
      const batch =
        batches.get(row.position) ??
        (forks.has(row.position) ? await readCutBatch(database, host_id, row.position) : undefined);
      if (batch === undefined) continue;
      yield batchLine(batch);
      hash = batch.hash;
    }
    position = last.position;
  }
}

/**
 * The segment that begins at a position; of one that is damaged, or that others would refuse for how
 * tightly it is packed, the rows are exported instead.
 */
async function soundSegment(
  database: Queryable,
  host_id: number,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<(StoredSegment & Pick<OpenSegment, 'hash_after' | 'batches'>) | undefined> {
  const sealed = await segmentAt(database, host_id, from);
  if (sealed?.position_from !== from || sealed.position_to > to) return undefined;
  try {
    const { hash_after, batches } = openStored(sealed, { foreign: true });
    return { ...sealed, hash_after, batches };
  } catch (error) {
    if (error instanceof UnreadableSegment) return undefined;
    throw error;
  }
}

interface ExportSpan {
  /** Exclusive. */
  readonly after: number;
  /** Inclusive. */
  readonly to: number;
}

/** The append that a branch grew out of, as far as the branch has it. */
async function readCutBatch(
  database: Queryable,
  host_id: number,
  position: number,
): Promise<StoredBatch> {
  const { recorded_at, at_max, hash } = await headAt(database, host_id, position);
  return { position_to: position, recorded_at, at_max, writer: 0, hash };
}

async function* checkpointLines(
  database: Queryable,
  host_id: number,
  keys: HostKeys,
  span: ExportSpan,
): AsyncGenerator<BundleLine> {
  for await (const page of checkpointPages(database, host_id, span)) {
    for (const key of await keys.freshOf(page)) yield keyLine(key);
    for (const checkpoint of page) yield checkpointLine(checkpoint);
  }
}

function keyLine({ key_id, bytes }: PublicKey): BundleLine {
  return { type: 'key', key_id, public_key: hexOf(bytes) };
}

function checkpointLine({ hash, signature, chained, ...rest }: Checkpoint): BundleLine {
  return {
    type: 'checkpoint',
    ...rest,
    hash: hexOf(hash),
    signature: hexOf(signature),
    ...(chained !== null && { chained: encodeChained(chained) }),
  };
}

function segmentLine({ position_from, position_to, hash, bytes }: StoredSegment): BundleLine {
  const base64 = Buffer.from(bytes).toString('base64');
  return { type: 'segment', position_from, position_to, hash: hexOf(hash), bytes: base64 };
}

function batchLine(batch: StoredBatch): BundleLine {
  return { type: 'batch', ...batch, hash: hexOf(batch.hash) };
}

function eventLine({ position, recorded_at, body }: EncodedEvent, hash: Uint8Array): BundleLine {
  return { type: 'event', position, recorded_at, body, hash: hexOf(hash) };
}
