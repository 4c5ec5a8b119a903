/**
 * Reads a bundle and checks it: every line by its digest, every event by the hash
 * chain, every checkpoint by its signature. It reports damaged parts with their positions, as
 * exactly as the rest of the file allows, and leaves them out.
 */
import { countText } from '../../domain/count-text.ts';
import { type NewCut, stateHash } from '../cuts.ts';
import { canonicalJson } from '../encoding/canonical-json.ts';
import type { ParsedEvent } from '../encoding/codec.ts';
import { bytesOf, hexOf } from '../encoding/hex.ts';
import type { LedgerEvent } from '../event.ts';
import type { ChainCheck } from '../proof/chain-check.ts';
import type { Checkpoint } from '../proof/checkpoint.ts';
import { type PublicKey, publicKeyOf } from '../proof/signing-key.ts';
import type { StoredBatch } from '../reading/batch-reader.ts';
import type { LogIdentity } from '../reading/birth.ts';
import { openStored, type StoredSegment } from '../reading/segment-reader.ts';
import { type OpenSegment, UnreadableSegment } from '../segment/segment.ts';
import { type BundleLine, type LineOf, mayBeCut, newerVersion, readLine } from './bundle-line.ts';
import { type ByteLine, byteLines } from './byte-lines.ts';
import { checkpointOf } from './checkpoint-line.ts';
import { CutReading } from './cut-reading.ts';
import { EVENT_MEMORY_MIB_MAX, isHeavyEvent } from './weight.ts';

/** What a bundle holds, in the order in which it is read. */
export type BundlePart =
  /** A bundle of version 1 does not say which log it is. */
  | { readonly part: 'host'; readonly host: string; readonly identity: LogIdentity | undefined }
  | { readonly part: 'key'; readonly key: PublicKey }
  /** Of a log that was cut, before its checkpoints; with the text of the state there. */
  | { readonly part: 'cut'; readonly cut: NewCut }
  /** A row of what lived at the cut. */
  | { readonly part: 'version'; readonly table: string; readonly row: string }
  /** An event from before the cut, or the one there: no chain covers it here. */
  | { readonly part: 'kept'; readonly row: ParsedEvent }
  | { readonly part: 'checkpoint'; readonly checkpoint: Checkpoint }
  | { readonly part: 'segment'; readonly segment: StoredSegment }
  /** One event; those of segments, too. */
  | { readonly part: 'row'; readonly row: ParsedEvent; readonly event: LedgerEvent }
  | { readonly part: 'batch'; readonly batch: StoredBatch };

/**
 * Characters of the texts of a bundle's events, beside so many for each of its bytes: a segment may
 * refer to one text thousands of times, and a bundle may hold thousands of segments.
 */
const TEXT_FREE = 256 * 1024 * 1024;
const TEXT_RATIO_MAX = 200;
/** Keys of one bundle: a service makes a new one a few times in its life. */
const KEYS_MAX = 1000;

/** The events of a bundle are far more text than the bundle. */
export class BundleTooDense extends Error {
  readonly line: number;

  constructor(line: number) {
    super(
      `up to line ${line} the events have over ${TEXT_RATIO_MAX} characters for each byte of the ` +
        'bundle; no log packs so tightly, so it was not read further',
    );
    this.line = line;
  }
}

/**
 * The sound parts of a bundle, a chunk of it at a time; `check` receives the faults of a part when it
 * is taken. Awaiting each event by itself would take a tenth of the time of an import.
 *
 * @throws LineTooLong
 * @throws BundleTooDense
 */
export async function* readBundle(
  chunks: AsyncIterable<Uint8Array>,
  check: ChainCheck,
): AsyncGenerator<Iterable<BundlePart>> {
  const reading = new Reading(check);
  for await (const lines of byteLines(chunks)) yield reading.lines(lines);
  reading.end();
}

class Reading {
  readonly #check: ChainCheck;
  /** Of the lines so far. */
  #bytes = 0;
  /** Characters of the events so far. */
  #text = 0;
  #keys = 0;
  #header: LineOf<'bundle'> | undefined;
  #lines = 0;
  #ended = false;
  #cut: CutReading | undefined;
  /** Damaged lines since the last sound one that has a position. */
  #damaged: readonly [first: number, last: number] | undefined;

  constructor(check: ChainCheck) {
    this.#check = check;
  }

  *lines(lines: readonly ByteLine[]): Generator<BundlePart> {
    for (const { number, bytes } of lines) {
      const line = readLine(bytes);
      this.#bytes += bytes.length;
      const newer = number === 1 && line === undefined ? newerVersion(bytes) : undefined;
      if (newer !== undefined) this.#check.fault({ line: number, message: newer });
      else if (line === undefined) this.#damage(number);
      else yield* this.#line(line, number);
    }
  }

  #damage(number: number): void {
    this.#lines = number;
    this.#damaged = [this.#damaged?.[0] ?? number, number];
  }

  *#line(line: BundleLine, number: number): Generator<BundlePart> {
    this.#lines = number;
    if (this.#ended) this.#check.fault({ line: number, message: 'the line comes after the end' });
    if ((number === 1) !== (line.type === 'bundle')) {
      const message = 'a bundle starts with one line of the type bundle';
      this.#check.fault({ line: number, message });
    }
    if (line.type !== 'state') yield* this.#state(number);
    switch (line.type) {
      case 'cut':
        this.#beginCut(line, number);
        break;
      case 'state':
        this.#addState(line, number);
        break;
      case 'version':
      case 'kept':
        yield* this.#ofBefore(line, number);
        break;
      case 'bundle':
        this.#header = line;
        yield this.#begin(line);
        break;
      case 'key':
        yield* this.#key(line, number);
        break;
      case 'checkpoint': {
        const checkpoint = checkpointOf(line);
        this.#check.checkpoint(checkpoint);
        yield { part: 'checkpoint', checkpoint };
        break;
      }
      case 'segment':
        this.#settle(line.position_from);
        yield* this.#segment(line, number);
        break;
      case 'event': {
        this.#settle(line.position);
        const { position, recorded_at, body, hash } = line;
        this.#weigh(body);
        if (isHeavyEvent(body)) {
          const more = `its values take more than ${EVENT_MEMORY_MIB_MAX} MiB; no event is so large`;
          this.#check.reportLost(position, more);
          break;
        }
        const row = { position, recorded_at, body, json: canonicalJson(body) };
        const event = this.#check.event(row, bytesOf(hash));
        if (event !== undefined) yield { part: 'row', row, event };
        break;
      }
      case 'batch': {
        this.#settle(line.position_to + 1);
        const { type: _, hash, ...rest } = line;
        const batch = { ...rest, hash: bytesOf(hash) };
        this.#check.batch(batch);
        yield { part: 'batch', batch };
        break;
      }
      case 'end':
        this.#end(line, number);
        break;
      default:
        line satisfies never;
    }
  }

  /** The file has ended. */
  end(): void {
    const head = this.#header?.position ?? this.#check.position;
    this.#settle(head + 1);
    if (!this.#ended) this.#reportCut(head);
    const { position, hash } = this.#check;
    if (position !== head) {
      const message = `the last event is at position ${position}, but the first line says ${head}`;
      this.#check.fault({ position_from: position + 1, position_to: head, message });
    } else if (hash !== undefined && this.#header !== undefined) {
      if (hexOf(hash) === this.#header.hash) return;
      const message = `the hash at position ${head} is not the hash in the first line`;
      this.#check.fault({ position_from: head, position_to: head, message });
    }
  }

  #reportCut(head: number): void {
    const { position } = this.#check;
    const rest = position < head && { position_from: position + 1, position_to: head };
    const message = `the file is cut off: it has ${countText(this.#lines, 'line')} and no line of the type end`;
    this.#check.fault({ ...rest, line: this.#lines, message });
    if (position < head) this.#check.skip(head);
  }

  /**
   * Says what became of damaged lines, now that the next sound one is known.
   *
   * @param next the position that it continues with
   */
  #settle(next: number): void {
    if (this.#damaged === undefined) return;
    const [first, last] = this.#damaged;
    this.#damaged = undefined;
    const { position, batchFrom } = this.#check;
    const message =
      first === last ? 'the line is damaged' : `the lines from here to ${last} are damaged`;
    if (next > position + 1) {
      const range = { position_from: position + 1, position_to: next - 1 };
      this.#check.fault({ ...range, line: first, message });
      this.#check.skip(next - 1);
    } else if (batchFrom <= position && next === position + 1) {
      const range = { position_from: batchFrom, position_to: position };
      this.#check.fault({ ...range, line: first, message });
      this.#check.batchEnd();
    } else this.#check.fault({ line: first, message });
  }

  #begin({ host, log }: LineOf<'bundle'>): BundlePart {
    const identity = log && { host, ...log };
    if (identity !== undefined) this.#check.of(identity);
    return { part: 'host', host, identity };
  }

  #beginCut(line: LineOf<'cut'>, number: number): void {
    const check = this.#check;
    if (!mayBeCut(this.#header) || this.#cut !== undefined || check.position > 0) {
      const message = 'a cut comes once, before all events, in a bundle of version 4 or later';
      check.fault({ line: number, message });
      return;
    }
    this.#cut = new CutReading(line);
  }

  #addState({ bytes }: LineOf<'state'>, line: number): void {
    if (this.#cut?.add(Buffer.from(bytes, 'base64'))) return;
    const message = 'the line belongs to no cut, or the state there is larger than any';
    this.#check.fault({ line, message });
  }

  /** The state at the cut is complete. */
  *#state(line: number): Generator<BundlePart> {
    const cut = this.#cut?.finish();
    if (cut === undefined) return;
    if ('message' in cut) {
      this.#check.fault({ line, message: cut.message });
      return;
    }
    this.#check.beginAtCut({ ...cut, state_hash: stateHash(cut.text) });
    yield { part: 'cut', cut };
  }

  *#ofBefore(line: LineOf<'version'> | LineOf<'kept'>, number: number): Generator<BundlePart> {
    const { position } = this.#check;
    const end = this.#cut?.position;
    if (end === undefined || position !== end) {
      this.#check.fault({ line: number, message: 'the line does not follow a cut' });
    } else if (line.type === 'version') {
      yield { part: 'version', table: line.table, row: line.row };
    } else if (line.position > end || isHeavyEvent(line.body)) {
      const message = 'it is after the cut, or larger than any event';
      this.#check.fault({ line: number, message });
    } else {
      const { position: at, recorded_at, body } = line;
      this.#weigh(body);
      const row = { position: at, recorded_at, body, json: canonicalJson(body) };
      yield { part: 'kept', row };
    }
  }

  #weigh(body: string): void {
    this.#text += body.length;
    if (this.#text > TEXT_FREE + TEXT_RATIO_MAX * this.#bytes)
      throw new BundleTooDense(this.#lines);
  }

  *#key({ key_id, public_key }: LineOf<'key'>, line: number): Generator<BundlePart> {
    if (++this.#keys > KEYS_MAX) {
      this.#check.fault({ line, message: `a bundle has at most ${KEYS_MAX} keys` });
      return;
    }
    const key = publicKeyOf(bytesOf(public_key));
    if (key.key_id !== key_id) {
      this.#check.fault({ line, message: `the key is ${key.key_id}, not ${key_id}` });
      return;
    }
    this.#check.key(key);
    yield { part: 'key', key };
  }

  *#segment(line: LineOf<'segment'>, number: number): Generator<BundlePart> {
    const { position_from, position_to } = line;
    const check = this.#check;
    if (position_from > check.position + 1)
      check.reportLost(position_from - 1, 'missing from the log');
    const place = { position_from, position_to, line: number };
    const bytes = Buffer.from(line.bytes, 'base64');
    const segment = { position_from, position_to, hash: bytesOf(line.hash), bytes };
    try {
      const opened = openStored(segment, { foreign: true });
      const before = 'the segment does not continue the hash before it';
      check.stands(opened.hash_before, { ...place, message: before });
      yield* this.#rows(opened);
      const after = 'the last hash of the segment does not follow from its events';
      check.stands(opened.hash_after, { ...place, message: after });
      yield { part: 'segment', segment };
    } catch (error) {
      if (!(error instanceof UnreadableSegment)) throw error;
      check.fault({ ...place, message: error.message });
      check.skip(position_to);
    }
  }

  *#rows({ rows, batches }: OpenSegment): Generator<BundlePart> {
    const check = this.#check;
    let next = 0;
    for (const { position, recorded_at, body, json } of rows) {
      const row = { position, recorded_at, body, json };
      this.#weigh(body);
      const event = check.event(row);
      if (event !== undefined) yield { part: 'row', row, event };
      const batch = batches[next];
      if (batch?.position_to !== position) continue;
      next++;
      check.batchEnd();
      const { hash, atMax: at_max } = check;
      if (hash === undefined || at_max === undefined) continue;
      yield { part: 'batch', batch: { ...batch, recorded_at, at_max, hash } };
    }
  }

  #end({ lines }: LineOf<'end'>, number: number): void {
    this.#ended = true;
    if (lines === number) return;
    this.#check.fault({
      line: number,
      message: `this is line ${number}, but the end says ${countText(lines, 'line')}`,
    });
  }
}
