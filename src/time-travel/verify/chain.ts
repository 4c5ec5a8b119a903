/**
 * The first verdict: does the stored log give the stored hashes, and what checkpoints state? Rows,
 * batches, checkpoints and sealed segments are read beside each other, a page at a time.
 */
import { type Cut, hasItsState, readCut } from '../../events/cuts.ts';
import type { EncodedEvent, ParsedEvent } from '../../events/encoding/codec.ts';
import { sameBytes } from '../../events/encoding/hex.ts';
import { type Head, readHead } from '../../events/head.ts';
import { ChainCheck, type ChainReport } from '../../events/proof/chain-check.ts';
import type { Outside } from '../../events/proof/checkpoint-check.ts';
import { checkpointPages } from '../../events/proof/checkpoints.ts';
import { HostKeys } from '../../events/proof/host-keys.ts';
import type { MerkleNode } from '../../events/proof/merkle.ts';
import { readNodes } from '../../events/proof/merkle-nodes.ts';
import { batchesByEnd } from '../../events/reading/batch-reader.ts';
import { identityOf } from '../../events/reading/birth.ts';
import { forksOf } from '../../events/reading/host-line.ts';
import { readRows } from '../../events/reading/log-reader.ts';
import { openStored, segmentAt } from '../../events/reading/segment-reader.ts';
import { UnreadableSegment } from '../../events/segment/segment.ts';
import type { Queryable } from '../../events/storage/database.ts';
import { rowsBeyond } from './beyond.ts';

export interface ChainVerdict extends ChainReport {
  /** Sealed segments that hold the same bytes as the rows. */
  readonly segments: number;
}

/**
 * Verifies a log from its first event, or from its cut, to its head.
 *
 * @param outside what is trusted, from outside of the database
 * @throws LogRefusal `no-such-host`
 */
export async function verifyChain(
  database: Queryable,
  host_id: number,
  outside: Outside,
): Promise<ChainVerdict> {
  const head = await readHead(database, host_id);
  const cut = await readCut(database, host_id);
  const grown = new Map<string, Uint8Array>();
  const onNode = (node: MerkleNode) => grown.set(placeOf(node), node.hash);
  const check = new ChainCheck(outside, { onNode });
  check.of(await identityOf(database, host_id));
  const keys = new HostKeys(database, host_id);
  for (const key of await keys.fresh()) check.key(key);
  if (cut !== undefined) {
    check.beginAtCut(cut);
    await checkState(database, host_id, { check, cut });
    await checkStatements(database, host_id, { check, keys }, { from: 1, to: cut.position });
  }
  const forks = await forksOf(database, host_id, head.position);
  const segments = new SegmentsBeside(database, host_id, check);
  while (check.position < head.position) {
    const from = check.position + 1;
    const limit = head.position - from + 1;
    const rows = await readRows(database, host_id, { from, limit });
    const last = rows.at(-1)?.position ?? head.position;
    // Rows beyond the head are of appends since.
    const to = Math.min(last, head.position);
    await checkStatements(database, host_id, { check, keys }, { from, to });
    const batches = await batchesByEnd(database, host_id, { from, to });
    for (const row of rows) {
      if (row.position > to) break;
      check.event(row);
      await segments.compare(row);
      const batch = batches.get(row.position);
      if (batch !== undefined) check.batch(batch);
      if (forks.has(row.position)) check.forks();
    }
    if (check.position < to) check.reportLost(to, 'missing from the log');
    await compareNodes(database, host_id, { check, grown }, { from, to });
    grown.clear();
  }
  compareHead(check, head);
  for (const fault of await rowsBeyond(database, host_id)) check.fault(fault);
  return { ...check.report(), segments: segments.sound };
}

interface Positions {
  readonly from: number;
  readonly to: number;
}

/** The state at a cut is the one that the cut was made with. */
async function checkState(
  database: Queryable,
  host_id: number,
  { check, cut }: { readonly check: ChainCheck; readonly cut: Cut },
): Promise<void> {
  if (await hasItsState(database, host_id, cut)) return;
  const { position } = cut;
  const message = 'the state at the cut is not the one that the log was cut with';
  check.fault({ position_from: position, position_to: position, message });
}

async function checkStatements(
  database: Queryable,
  host_id: number,
  { check, keys }: { readonly check: ChainCheck; readonly keys: HostKeys },
  range: Positions,
) {
  const stated = { after: range.from - 1, to: range.to };
  for await (const page of checkpointPages(database, host_id, stated)) {
    for (const key of await keys.freshOf(page)) check.key(key);
    for (const checkpoint of page) check.checkpoint(checkpoint);
  }
}

/** The stored nodes of the tree: proofs are made of them. */
async function compareNodes(
  database: Queryable,
  host_id: number,
  { check, grown }: { readonly check: ChainCheck; readonly grown: ReadonlyMap<string, Uint8Array> },
  range: Positions,
): Promise<void> {
  for (const node of await readNodes(database, host_id, range)) {
    const { level, position_to, hash } = node;
    const given = grown.get(placeOf(node));
    if (given === undefined ? !check.hasTree : sameBytes(given, hash)) continue;
    check.fault({
      position_from: Math.max(1, position_to - 2 ** level + 1),
      position_to,
      message: `a stored node of the tree (level ${level}) is not that of the events`,
    });
  }
}

function placeOf({ level, position_to }: MerkleNode): string {
  return `${level} ${position_to}`;
}

function compareHead(check: ChainCheck, head: Head): void {
  const { position, hash, atMax } = check;
  if (hash === undefined) return;
  const same = sameBytes(hash, head.hash) && atMax === head.at_max;
  if (same && position === head.position) return;
  const message = 'the head of the log has another hash or time than its last event';
  check.fault({ position_from: head.position, position_to: head.position, message });
}

/** Compares the rows with the sealed segments, which should have the same events. */
class SegmentsBeside {
  readonly #database: Queryable;
  readonly #host_id: number;
  readonly #check: ChainCheck;
  #rows: Iterator<ParsedEvent> | undefined;
  #to = 0;
  #agrees = true;
  #sound = 0;

  constructor(database: Queryable, host_id: number, check: ChainCheck) {
    this.#database = database;
    this.#host_id = host_id;
    this.#check = check;
  }

  /** Segments that agreed to their end. */
  get sound(): number {
    return this.#sound;
  }

  async compare(row: EncodedEvent): Promise<void> {
    if (row.position > this.#to) await this.#open(row.position);
    if (this.#rows === undefined) return;
    try {
      const { value } = this.#rows.next() as IteratorResult<ParsedEvent, undefined>;
      const { position, recorded_at, body } = row;
      if (
        value?.position !== position ||
        value.recorded_at !== recorded_at ||
        value.body !== body
      ) {
        this.#fault(position, position, 'the sealed segment holds another event here');
      }
    } catch (error) {
      if (!(error instanceof UnreadableSegment)) throw error;
      this.#fault(row.position, this.#to, error.message);
      this.#rows = undefined;
    }
    if (row.position === this.#to && this.#agrees) this.#sound++;
  }

  async #open(position: number): Promise<void> {
    this.#rows = undefined;
    this.#agrees = true;
    const sealed = await segmentAt(this.#database, this.#host_id, position);
    // When there is none here, the next look is with the next page of rows.
    this.#to = sealed?.position_to ?? position + UNSEALED_STEP;
    if (sealed === undefined) return;
    try {
      this.#rows = openStored(sealed).rows[Symbol.iterator]();
      for (let skipped = sealed.position_from; skipped < position; skipped++) this.#rows.next();
    } catch (error) {
      if (!(error instanceof UnreadableSegment)) throw error;
      this.#fault(position, sealed.position_to, error.message);
    }
  }

  #fault(position_from: number, position_to: number, message: string): void {
    this.#agrees = false;
    this.#check.fault({ position_from, position_to, message });
  }
}

/** Rows after which the check looks for a segment again. */
const UNSEALED_STEP = 1000;
