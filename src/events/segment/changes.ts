/**
 * The part of a segment that a fold needs: of each event the process that called, and the effects.
 * It is packed apart from the rest, so that a fold never unpacks a call or an answer.
 *
 *     column of the numbers of effects; of an odd event, its text
 *     column of pids, none of an odd event
 *     column of the effects' codes
 *     the effects as records by code
 */
import type { Effect, EffectType } from '../../domain/effect.ts';
import { decodeEvent, effectTypeOf } from '../codec.ts';
import { EFFECT_FIELDS } from '../effect-fields.ts';
import type { LedgerEvent } from '../event.ts';
import { UnreadableEvent } from '../field-coder.ts';
import { ColumnWriter, type Decode, readColumn } from './column.ts';
import type { CodedRecord, EventParts } from './event-parts.ts';
import { type Columns, RecordsInOrder, RecordsWriter, readRecords } from './records.ts';
import { type ByteReader, type ByteWriter, TruncatedBytes } from './varint.ts';

/** What a fold needs of an event. */
export type Change = Pick<LedgerEvent, 'position' | 'pid' | 'effects'>;

/** Takes what a fold needs of events, in their order. */
export class ChangesWriter {
  readonly #counts = new ColumnWriter();
  readonly #pids = new ColumnWriter();
  readonly #codes = new ColumnWriter();
  readonly #effects = new RecordsWriter();
  #effectCount = 0;

  add({ pid, effects }: EventParts): void {
    this.#counts.add(effects.length);
    this.#pids.add(pid);
    for (const { code, fields } of effects) {
      this.#codes.add(code);
      this.#effects.add(code, fields);
    }
    this.#effectCount += effects.length;
  }

  addOdd(text: string): void {
    this.#counts.add(text);
    this.#pids.add(undefined);
  }

  writeTo(out: ByteWriter): void {
    this.#counts.writeTo(out);
    this.#pids.writeTo(out);
    out.varint(this.#effectCount);
    this.#codes.writeTo(out);
    this.#effects.writeTo(out);
  }
}

/** Where the events of a segment stand. */
export interface Run {
  readonly position_from: number;
  readonly events: number;
}

interface Lanes {
  readonly counts: readonly unknown[];
  readonly pids: readonly unknown[];
  readonly codes: readonly unknown[];
  readonly effects: ReadonlyMap<number, Columns>;
}

function readLanes(
  from: ByteReader,
  events: number,
  decoderOf?: (code: number, index: number) => Decode | undefined,
): Lanes {
  const counts = readColumn(from, events);
  const pids = readColumn(from, events);
  const codes = readColumn(from, from.varint());
  const effects = readRecords(from, decoderOf);
  from.end();
  return { counts, pids, codes, effects };
}

/** An event's part: as it was packed, or the text of an odd one. */
export type PackedChange = Pick<EventParts, 'pid' | 'effects'> | string;

/** The changes as they were packed, in their order. */
export function* readPackedChanges(from: ByteReader, events: number): Generator<PackedChange> {
  const { counts, pids, codes, effects } = readLanes(from, events);
  const records = new RecordsInOrder(effects);
  let next = 0;
  for (const [index, count] of counts.entries()) {
    if (typeof count === 'string') {
      yield count;
      continue;
    }
    const list: CodedRecord[] = [];
    while (list.length < (count as number)) {
      const code = codes[next++] as number;
      list.push({ code, fields: records.next(code) });
    }
    yield { pid: pids[index] as number, effects: list };
  }
}

/** Reads the effects of one type in their order. */
interface EffectReader {
  readonly type: EffectType;
  readonly names: readonly string[];
  readonly columns: Columns['columns'];
  readonly count: number;
  next: number;
}

/**
 * The changes that the events made, without those that made none.
 *
 * @param recordedAt microseconds since the epoch, by index
 */
export function* readChanges(from: ByteReader, { position_from, events }: Run): Generator<Change> {
  const { counts, pids, codes, effects } = readLanes(from, events, decoderOf);
  const readers: EffectReader[] = [];
  for (const [code, { columns, count }] of effects) {
    const type = effectTypeOf(code);
    readers[code] = { type, names: EFFECT_FIELDS[type].names, columns, count, next: 0 };
  }
  let next = 0;
  for (let index = 0; index < events; index++) {
    const count = counts[index];
    if (count === 0) continue;
    const position = position_from + index;
    if (typeof count === 'string') {
      yield decodeEvent({ position, recorded_at: 0, body: count });
      continue;
    }
    const list: Effect[] = [];
    for (let left = count as number; left > 0; left--) {
      list.push(effectOf(readers[codes[next++] as number]));
    }
    yield { position, pid: pids[index] as number, effects: list };
  }
}

function effectOf(reader: EffectReader | undefined): Effect {
  if (reader === undefined || reader.next >= reader.count) {
    throw new TruncatedBytes('an effect is missing');
  }
  const { names, columns } = reader;
  const row = reader.next++;
  const effect: Record<string, unknown> = { type: reader.type };
  for (let i = 0; i < columns.length; i++) {
    const value = (columns[i] as readonly unknown[])[row];
    if (value !== undefined) effect[names[i] as string] = value;
  }
  return effect as Effect;
}

function decoderOf(code: number, index: number): Decode {
  const coder = EFFECT_FIELDS[effectTypeOf(code)].coders[index];
  if (coder === undefined) throw new UnreadableEvent(`effect ${code} has no field ${index}`);
  return (json) => (json === null ? undefined : coder.decode(json));
}
