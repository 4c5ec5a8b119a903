/**
 * The part of a segment that a fold does not need: the appends, the times, and of each event who
 * asked what and was answered what.
 *
 *     appends: how many, the positions that each spans, the writers
 *     column of the times of recording
 *     column: 1 where an outcome is a list, else 0
 *     column of the calls' codes
 *     envelopes under one code, calls by code, outcomes by the code of their call, as records
 */
import { countText } from '../../domain/count-text.ts';
import type { Json } from '../encoding/field-coder.ts';
import type { PackedChange, SegmentSpan } from './changes.ts';
import { ColumnWriter, readColumn } from './column.ts';
import { type CodedRecord, type Envelope, type EventParts, jsonOf } from './event-parts.ts';
import { RecordsInOrder, RecordsWriter, readRecords, tally } from './records.ts';
import { type ByteReader, type ByteWriter, TruncatedBytes } from './varint.ts';

/** One append of the log, as the segment remembers it. */
export interface SealedBatch {
  /** Position of its last event. */
  readonly position_to: number;
  readonly writer: number;
}

/** All envelopes are of one kind. */
const ENVELOPE = 0;

/** Takes the parts of events that a fold does not need, in order; of an odd event only the time. */
export class RestWriter {
  readonly #times = new ColumnWriter();
  readonly #lists = new ColumnWriter();
  readonly #codes = new ColumnWriter();
  readonly #envelopes = new RecordsWriter();
  readonly #calls = new RecordsWriter();
  readonly #outcomes = new RecordsWriter();
  #regular = 0;

  /** @param parts none of an odd event */
  add(recordedAt: number, parts: EventParts | undefined): void {
    this.#times.add(recordedAt);
    if (parts === undefined) return;
    const { envelope, call, outcome } = parts;
    this.#regular++;
    const isList = Array.isArray(outcome);
    this.#lists.add(isList ? 1 : 0);
    const [code] = call;
    this.#codes.add(code);
    this.#envelopes.add(ENVELOPE, envelope);
    this.#calls.add(code, call, 1);
    this.#outcomes.add(outcomeCode(code, isList), isList ? (outcome as Json[]) : [outcome]);
  }

  writeTo(out: ByteWriter, positionFrom: number, batches: readonly SealedBatch[]): void {
    writeBatches(out, positionFrom, batches);
    this.#times.writeTo(out);
    out.varint(this.#regular);
    this.#lists.writeTo(out);
    this.#codes.writeTo(out);
    this.#envelopes.writeTo(out);
    this.#calls.writeTo(out);
    this.#outcomes.writeTo(out);
  }
}

/** Outcomes that are a list and those that are a number alone do not share columns. */
function outcomeCode(callCode: number, isList: boolean): number {
  return callCode * 2 + (isList ? 1 : 0);
}

function writeBatches(
  out: ByteWriter,
  positionFrom: number,
  batches: readonly SealedBatch[],
): void {
  out.varint(batches.length);
  let position = positionFrom - 1;
  let writer = 0;
  for (const batch of batches) {
    out.varint(batch.position_to - position);
    out.writeSigned(batch.writer - writer);
    position = batch.position_to;
    writer = batch.writer;
  }
}

function readBatches(from: ByteReader, { position_from, events }: SegmentSpan): SealedBatch[] {
  const batches: SealedBatch[] = [];
  let position = position_from - 1;
  let writer = 0;
  const count = from.varint();
  if (count > events)
    throw new TruncatedBytes(`${countText(count, 'append')} of ${countText(events, 'event')}`);
  for (let left = count; left > 0; left--) {
    position += from.varint();
    writer += from.readSigned();
    batches.push({ position_to: position, writer });
  }
  return batches;
}

/** An event as it was packed: JSON of its text, or the text itself where it is odd. */
export interface PackedEvent {
  readonly recorded_at: number;
  readonly json?: Json;
  readonly text?: string;
}

/** Gives what a `RestWriter` wrote. */
export class Rest {
  readonly batches: readonly SealedBatch[];
  readonly #times: readonly number[];
  readonly #lists: readonly number[];
  readonly #codes: readonly number[];
  readonly #envelopes: RecordsInOrder;
  readonly #calls: RecordsInOrder;
  readonly #outcomes: RecordsInOrder;
  #index = 0;
  #regular = 0;

  /** @param regular events that are not odd */
  constructor(from: ByteReader, run: SegmentSpan, regular: number) {
    this.batches = readBatches(from, run);
    this.#times = readColumn(from, run.events) as number[];
    if (from.varint() !== regular) throw new TruncatedBytes('the calls are not as many as said');
    this.#lists = readColumn(from, regular) as number[];
    this.#codes = readColumn(from, regular) as number[];
    const outcomes = this.#codes.map((code, i) => outcomeCode(code, this.#lists[i] === 1));
    const envelopes = new Map(regular > 0 ? [[ENVELOPE, regular]] : []);
    this.#envelopes = new RecordsInOrder(readRecords(from, envelopes));
    this.#calls = new RecordsInOrder(readRecords(from, tally(this.#codes)));
    this.#outcomes = new RecordsInOrder(readRecords(from, tally(outcomes)));
    from.end();
  }

  /**
   * The next event.
   *
   * @param change what a fold needs of it
   */
  next(change: PackedChange): PackedEvent {
    const recorded_at = this.#times[this.#index++] as number;
    if (typeof change === 'string') return { recorded_at, text: change };
    const { pid, effects } = change;
    const code = this.#codes[this.#regular] as number;
    const isList = this.#lists[this.#regular++] === 1;
    const envelope = this.#envelopes.next(ENVELOPE, []) as unknown as Envelope;
    const call = this.#calls.next(code, [code]) as unknown as CodedRecord;
    const items = this.#outcomes.next(outcomeCode(code, isList), []);
    const outcome = isList ? items : (items[0] as Json);
    return { recorded_at, json: jsonOf({ pid, effects, envelope, call, outcome }) };
  }
}
