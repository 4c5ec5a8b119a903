/**
 * A sealed segment: a run of positions of one log in one blob, which gives back each event's text
 * byte for byte. It holds the chain's values before and after the run, so it verifies on its own:
 *
 *     "BPFSEG", format, then brotli of:
 *     position_from, number of events, hash before (32), hash after (32),
 *     batches: positions that each spans, writers; times of recording, as differences;
 *     the texts as columns (text-columns.ts)
 */
import { setImmediate as breath } from 'node:timers/promises';
import { promisify } from 'node:util';
import { brotliCompress, brotliDecompressSync, constants } from 'node:zlib';
import type { EncodedEvent } from '../codec.ts';
import type { Json } from '../field-coder.ts';
import { TextColumnsReader, TextColumnsWriter } from './text-columns.ts';
import { ByteReader, ByteWriter } from './varint.ts';

/** Events in a segment. */
export const SEGMENT_EVENTS = 10_000;
/** Text of a segment's events, about; in characters. A segment of long texts has fewer events. */
export const SEGMENT_TEXT_MAX = 16 * 1024 * 1024;
/** Bytes that a segment may unpack to: more is damage, or an attack. */
const UNPACKED_BYTES_MAX = 64 * 1024 * 1024;

/** Events that are packed at a stretch: some milliseconds. */
const TURN_EVENTS = 500;

const MAGIC = Buffer.from('BPFSEG', 'latin1');
const FORMAT = 1;
const HASH_BYTES = 32;
/** Brotli's effort: 9 of 11 takes a twentieth of the time of 11 for a few hundredths more bytes. */
const QUALITY = 9;

/** One append of the log, as the segment remembers it. */
export interface SealedBatch {
  /** Position of its last event. */
  readonly position_to: number;
  readonly writer: number;
}

export interface Sealed {
  /** In order of position, without gaps; at least one. */
  readonly rows: readonly EncodedEvent[];
  /** The appends that end within the run, in order. */
  readonly batches: readonly SealedBatch[];
  /** Chain value before the first event. */
  readonly hash_before: Uint8Array;
  /** Chain value of the last event. */
  readonly hash_after: Uint8Array;
}

/** The blob of a segment is damaged, or of a format that this program lacks. */
export class UnreadableSegment extends Error {}

/** Packs a run of events; others have their turn meanwhile. */
export async function packSegment(run: Sealed): Promise<Uint8Array> {
  const { rows, batches, hash_before, hash_after } = run;
  const [first] = rows;
  if (first === undefined) throw new Error('a segment has at least one event');
  const out = new ByteWriter();
  out.varint(first.position);
  out.varint(rows.length);
  out.bytes(hash_before);
  out.bytes(hash_after);
  out.varint(batches.length);
  let position = first.position - 1;
  let writer = 0;
  for (const batch of batches) {
    out.varint(batch.position_to - position);
    out.signed(batch.writer - writer);
    position = batch.position_to;
    writer = batch.writer;
  }
  const texts = new TextColumnsWriter();
  let recordedAt = 0;
  for (const [index, row] of rows.entries()) {
    if (index % TURN_EVENTS === TURN_EVENTS - 1) await breath();
    out.signed(row.recorded_at - recordedAt);
    recordedAt = row.recorded_at;
    texts.add(row.body);
  }
  texts.writeTo(out);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: out.length,
  };
  const packed = await promisify(brotliCompress)(out.written(), { params });
  return Buffer.concat([MAGIC, Buffer.of(FORMAT), packed]);
}

/** A row of a segment; the text's JSON is at hand where there is any. */
export interface SegmentRow extends EncodedEvent {
  readonly json?: Json | undefined;
}

export interface OpenSegment extends Omit<Sealed, 'rows'> {
  readonly position_from: number;
  readonly position_to: number;
  /** The events in order; may be asked for once. */
  readonly rows: Iterable<SegmentRow>;
}

/**
 * Opens a segment.
 *
 * @throws UnreadableSegment, also while the rows are read
 */
export function openSegment(blob: Uint8Array): OpenSegment {
  const header = Buffer.from(blob.subarray(0, MAGIC.length));
  if (!header.equals(MAGIC)) throw new UnreadableSegment('this is no segment');
  const format = blob[MAGIC.length];
  if (format !== FORMAT) {
    throw new UnreadableSegment(`segment format ${format}; known is ${FORMAT}`);
  }
  return asUnreadable(() => {
    const packed = blob.subarray(MAGIC.length + 1);
    return read(new ByteReader(unpacked(packed)));
  });
}

function unpacked(packed: Uint8Array): Uint8Array {
  return brotliDecompressSync(packed, { maxOutputLength: UNPACKED_BYTES_MAX });
}

function read(from: ByteReader): OpenSegment {
  const position_from = from.varint();
  const events = from.varint();
  const hash_before = Uint8Array.from(from.bytes(HASH_BYTES));
  const hash_after = Uint8Array.from(from.bytes(HASH_BYTES));
  const batches: SealedBatch[] = [];
  let position = position_from - 1;
  let writer = 0;
  for (let left = from.varint(); left > 0; left--) {
    position += from.varint();
    writer += from.signed();
    batches.push({ position_to: position, writer });
  }
  const times: number[] = [];
  let recordedAt = 0;
  while (times.length < events) {
    recordedAt += from.signed();
    times.push(recordedAt);
  }
  const texts = new TextColumnsReader(from);
  if (from.left > 0) throw new UnreadableSegment(`${from.left} bytes are left over`);
  const position_to = position_from + events - 1;
  const rows = rowsOf(texts, position_from, times);
  return { position_from, position_to, batches, hash_before, hash_after, rows };
}

function* rowsOf(
  texts: TextColumnsReader,
  from: number,
  times: readonly number[],
): Generator<SegmentRow> {
  for (const [index, recorded_at] of times.entries()) {
    const packed = asUnreadable(() => texts.next());
    yield new LazyRow(from + index, recorded_at, packed);
  }
}

/** Writes the text only when somebody wants it: a fold works on the JSON alone. */
class LazyRow implements SegmentRow {
  readonly position: number;
  readonly recorded_at: number;
  readonly json?: Json | undefined;
  readonly #text: () => string;

  constructor(
    position: number,
    recorded_at: number,
    packed: { readonly json?: Json | undefined; readonly text: () => string },
  ) {
    this.position = position;
    this.recorded_at = recorded_at;
    this.json = packed.json;
    this.#text = packed.text;
  }

  get body(): string {
    return this.#text();
  }
}

function asUnreadable<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof UnreadableSegment) throw cause;
    throw new UnreadableSegment('the segment is damaged', { cause });
  }
}
