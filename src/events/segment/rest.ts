/**
 * The part of a segment that a fold has no use for: the appends, the times, and of each event who
 * asked what and was answered what.
 *
 *     appends: how many, the positions that each spans, the writers
 *     column of the times of recording
 *     column: 1 where an outcome is a list, else 0
 *     column of the calls' codes
 *     envelopes under one code, calls by code, outcomes by the code of their call, as records
 */
import type { Json } from '../field-coder.ts';
import type { PackedChange, Run } from './changes.ts';
import { ColumnWriter, readColumn } from './column.ts';
import { type EventParts, jsonOf } from './event-parts.ts';
import { RecordsInOrder, RecordsWriter, readRecords } from './records.ts';
import type { ByteReader, ByteWriter } from './varint.ts';

/** One append of the log, as the segment remembers it. */
export interface SealedBatch {
  /** Position of its last event. */
  readonly position_to: number;
  readonly writer: number;
}

/** All envelopes are of one kind. */
const ENVELOPE = 0;

/** Takes what a fold has no use for of events, in their order; of an odd event only the time. */
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
    this.#codes.add(call.code);
    this.#envelopes.add(ENVELOPE, envelope);
    this.#calls.add(call.code, call.fields);
    this.#outcomes.add(outcomeCode(call.code, isList), isList ? (outcome as Json[]) : [outcome]);
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
    out.signed(batch.writer - writer);
    position = batch.position_to;
    writer = batch.writer;
  }
}

function readBatches(from: ByteReader, positionFrom: number): SealedBatch[] {
  const batches: SealedBatch[] = [];
  let position = positionFrom - 1;
  let writer = 0;
  for (let left = from.varint(); left > 0; left--) {
    position += from.varint();
    writer += from.signed();
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

export interface Rest {
  readonly batches: readonly SealedBatch[];
  /** The events in order, given what a fold needs of them; may be asked for once. */
  readonly events: (changes: Iterable<PackedChange>) => Generator<PackedEvent>;
}

/** Reads what a `RestWriter` wrote. */
export function readRest(from: ByteReader, { position_from, events }: Run): Rest {
  const batches = readBatches(from, position_from);
  const times = readColumn(from, events) as number[];
  const regular = from.varint();
  const lists = readColumn(from, regular) as number[];
  const codes = readColumn(from, regular) as number[];
  const [envelopes, calls, outcomes] = [0, 1, 2].map(() => new RecordsInOrder(readRecords(from)));
  from.end();
  return {
    batches,
    *events(changes) {
      let next = 0;
      let index = 0;
      for (const change of changes) {
        const recorded_at = times[index++] as number;
        if (typeof change === 'string') {
          yield { recorded_at, text: change };
          continue;
        }
        const code = codes[next] as number;
        const isList = lists[next++] === 1;
        const outcome = (outcomes as RecordsInOrder).next(outcomeCode(code, isList));
        const json = jsonOf({
          ...change,
          envelope: (envelopes as RecordsInOrder).next(ENVELOPE),
          call: { code, fields: (calls as RecordsInOrder).next(code) },
          outcome: isList ? outcome : (outcome[0] as Json),
        });
        yield { recorded_at, json };
      }
    },
  };
}
