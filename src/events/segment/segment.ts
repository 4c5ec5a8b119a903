/**
 * A sealed segment: a run of positions of one log in one blob, which gives back each event's text
 * byte for byte. It holds the chain's values before and after the run, so it verifies on its own.
 * What a fold needs is packed apart from the rest:
 *
 *     "BPFSEG", format, position_from, number of events, hash before (32), hash after (32),
 *     size, what a fold needs (changes.ts), packed
 *     size, the rest (rest.ts), packed
 */

import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, brotliDecompressSync, constants } from 'node:zlib';
import { countText } from '../../domain/count-text.ts';
import type { EncodedEvent, ParsedEvent } from '../encoding/codec.ts';
import { type Json, UnreadableEvent } from '../encoding/field-coder.ts';
import type { FoldedEvent } from '../event.ts';
import { turn } from '../turns.ts';
import { Budget, BudgetSpent } from './budget.ts';
import { ChangesWriter, PackedChanges, readChanges, type SegmentSpan } from './changes.ts';
import { partsOf } from './event-parts.ts';
import { type PackedEvent, Rest, RestWriter, type SealedBatch } from './rest.ts';
import { ByteReader, ByteWriter } from './varint.ts';

/** Events in a segment, at most. */
export const SEGMENT_EVENTS = 10_000;
/** Text of a segment's events, about; in characters. A segment of long texts has fewer events. */
export const SEGMENT_TEXT_MAX = 16 * 1024 * 1024;
/** Bytes that either part of a segment may unpack to: more is damage, or an attack. */
const UNPACKED_BYTES_MAX = 64 * 1024 * 1024;
/**
 * Bytes that either part of somebody else's segment may unpack to, beside so many times its own:
 * ten thousand small events unpack to less, and what is larger packs less tightly.
 */
const FOREIGN_BYTES_FREE = 1024 * 1024;
const FOREIGN_RATIO_MAX = 1000;
/** Text of somebody else's segment: that of the largest, and of one event that passes it. */
const FOREIGN_TEXT_MAX = 2 * SEGMENT_TEXT_MAX;
/** Memory, about, of the values of somebody else's segment in bytes: a hundred effects an event. */
const FOREIGN_MEMORY_MAX = 64 * 1024 * 1024;

/** Events that are packed in one piece: some milliseconds. */
const TURN_EVENTS = 500;

const MAGIC = Buffer.from('BPFSEG', 'latin1');
const FORMAT = 2;
const HASH_BYTES = 32;
/** Brotli's effort of 11: 9 takes six times as long for a few hundredths fewer bytes. */
const QUALITY = 5;

export interface Sealed {
  /** In order of position, without gaps; from 1 to `SEGMENT_EVENTS`. */
  readonly rows: readonly EncodedEvent[];
  /** The appends that end within the run, in order. */
  readonly batches: readonly SealedBatch[];
  /** Chain value before the first event. */
  readonly hash_before: Uint8Array;
  /** Chain value of the last event. */
  readonly hash_after: Uint8Array;
}

/** The blob of a segment is damaged, or has a format that this program does not know. */
export class UnreadableSegment extends Error {}

/** Packs a run of events, in turns. */
export async function packSegment(run: Sealed): Promise<Uint8Array> {
  const { rows, batches, hash_before, hash_after } = run;
  const [first] = rows;
  if (first === undefined || rows.length > SEGMENT_EVENTS) {
    throw new Error(`a segment has 1 to ${SEGMENT_EVENTS} events`);
  }
  const changes = new ChangesWriter();
  const rest = new RestWriter();
  for (const [index, { body, recorded_at }] of rows.entries()) {
    if (index % TURN_EVENTS === TURN_EVENTS - 1) await turn();
    const parts = partsOf(body);
    if (parts === undefined) changes.addOdd(body);
    else changes.add(parts);
    rest.add(recorded_at, parts);
  }
  const out = new ByteWriter();
  out.bytes(MAGIC);
  out.varint(FORMAT);
  out.varint(first.position);
  out.varint(rows.length);
  out.bytes(hash_before);
  out.bytes(hash_after);
  const part = new ByteWriter();
  changes.writeTo(part);
  out.lane(await pack(part.takeWritten()));
  const other = new ByteWriter();
  rest.writeTo(other, first.position, batches);
  out.lane(await pack(other.takeWritten()));
  return Uint8Array.from(out.takeWritten());
}

async function pack(bytes: Uint8Array): Promise<Uint8Array> {
  if (bytes.length > UNPACKED_BYTES_MAX) throw new Error('the events are too long for a segment');
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  return promisify(brotliCompress)(bytes, { params });
}

/** The header of a segment, and its two packed parts. */
interface Opened extends SegmentSpan, Pick<Sealed, 'hash_before' | 'hash_after'> {
  readonly changes: Uint8Array;
  readonly rest: Uint8Array;
}

export interface OpenSegment extends Omit<Sealed, 'rows'> {
  readonly position_from: number;
  readonly position_to: number;
  /** The events in order; can be read once. */
  readonly rows: Iterable<ParsedEvent>;
}

/** The origin of a segment: a foreign one is refused when it unpacks to far more than its size. */
export interface SegmentOrigin {
  readonly foreign?: boolean;
}

/**
 * Opens a segment for all that it holds.
 *
 * @throws UnreadableSegment, also while the rows are read
 */
export function openSegment(
  blob: Uint8Array,
  { foreign = false }: SegmentOrigin = {},
): OpenSegment {
  return asUnreadable(() => {
    const { changes, rest, ...opened } = readParts(blob);
    const { position_from, events, hash_before, hash_after } = opened;
    const budget = foreign
      ? new Budget({ text: FOREIGN_TEXT_MAX, memory: FOREIGN_MEMORY_MAX })
      : undefined;
    const first = new PackedChanges(unpack(changes, budget), events);
    const other = new Rest(unpack(rest, budget), opened, first.regular);
    const { batches } = other;
    const rows = rowsOf(opened, { changes: first, rest: other });
    const position_to = position_from + events - 1;
    return { position_from, position_to, batches, hash_before, hash_after, rows };
  });
}

/**
 * The changes that a segment's events in [from, to] made, without those that made none, a page at
 * a time; calls and answers stay packed.
 *
 * @throws UnreadableSegment, also while the changes are read
 * @throws UnreadableEvent while the changes are read
 */
export async function openChanges(
  blob: Uint8Array,
  range: { readonly from: number; readonly to: number },
): Promise<Iterable<FoldedEvent[]>> {
  const opened = asUnreadable(() => readParts(blob));
  const options = { maxOutputLength: UNPACKED_BYTES_MAX };
  const bytes = await promisify(brotliDecompress)(opened.changes, options).catch(unreadable);
  return readable(readChanges(new ByteReader(bytes), opened, range));
}

function readParts(blob: Uint8Array): Opened {
  if (!MAGIC.equals(blob.subarray(0, MAGIC.length))) {
    throw new UnreadableSegment('this is not a segment');
  }
  const from = new ByteReader(blob.subarray(MAGIC.length));
  const format = from.varint();
  if (format !== FORMAT) {
    throw new UnreadableSegment(`segment format ${format}; known is ${FORMAT}`);
  }
  const position_from = from.varint();
  const events = from.varint();
  if (!(events >= 1 && events <= SEGMENT_EVENTS)) {
    throw new UnreadableSegment(`a segment of ${countText(events, 'event')}`);
  }
  const hash_before = Uint8Array.from(from.bytes(HASH_BYTES));
  const hash_after = Uint8Array.from(from.bytes(HASH_BYTES));
  const changes = from.lane();
  const rest = from.lane();
  from.end();
  return { position_from, events, hash_before, hash_after, changes, rest };
}

function unpack(part: Uint8Array, budget: Budget | undefined): ByteReader {
  const foreignMax = FOREIGN_BYTES_FREE + FOREIGN_RATIO_MAX * part.length;
  const maxOutputLength = budget ? Math.min(foreignMax, UNPACKED_BYTES_MAX) : UNPACKED_BYTES_MAX;
  return new ByteReader(brotliDecompressSync(part, { maxOutputLength }), budget);
}

function* rowsOf(
  { position_from, events }: SegmentSpan,
  { changes, rest }: { readonly changes: PackedChanges; readonly rest: Rest },
): Generator<ParsedEvent> {
  for (let index = 0; index < events; index++) {
    const event = asUnreadable(() => rest.next(changes.next()));
    yield new LazyRow(position_from + index, event);
  }
}

/** Writes the text only on demand: reading events needs only the JSON. */
class LazyRow implements ParsedEvent {
  readonly position: number;
  readonly recorded_at: number;
  readonly json: Json | undefined;
  readonly #text: string | undefined;

  constructor(position: number, { recorded_at, json, text }: PackedEvent) {
    this.position = position;
    this.recorded_at = recorded_at;
    this.json = json;
    this.#text = text;
  }

  get body(): string {
    // Lists within lists without end cannot be written.
    return this.#text ?? asUnreadable(() => JSON.stringify(this.json));
  }
}

/** The same items; whatever goes wrong with the bytes says that the segment is damaged. */
function* readable<T>(items: Iterable<T>): Generator<T> {
  try {
    yield* items;
  } catch (cause) {
    unreadable(cause);
  }
}

function asUnreadable<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    return unreadable(cause);
  }
}

function unreadable(cause: unknown): never {
  // An event that this program cannot read is not the same as damaged bytes.
  if (cause instanceof UnreadableSegment || cause instanceof UnreadableEvent) throw cause;
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'ERR_BUFFER_TOO_LARGE' || cause instanceof BudgetSpent) {
    throw new UnreadableSegment('the segment unpacks to far more than it is', { cause });
  }
  throw new UnreadableSegment('the segment is damaged', { cause });
}
