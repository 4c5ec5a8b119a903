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
import { decodeChange, effectTypeOf } from '../encoding/codec.ts';
import { EFFECT_FIELDS } from '../encoding/effect-fields.ts';
import { isPlain, UnreadableEvent } from '../encoding/field-coder.ts';
import type { FoldedEvent } from '../event.ts';
import { ColumnWriter, type Decode, readColumn } from './column.ts';
import type { CodedRecord, EventParts } from './event-parts.ts';
import { type Columns, RecordsInOrder, RecordsWriter, readRecords, tally } from './records.ts';
import { type ByteReader, type ByteWriter, TruncatedBytes } from './varint.ts';

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
    for (const effect of effects) {
      this.#codes.add(effect[0]);
      this.#effects.add(effect[0], effect, 1);
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
export interface SegmentSpan {
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
  const effectCount = from.varint();
  if (effectCount !== sum(counts)) throw new TruncatedBytes('the effects are not as many as said');
  from.budget?.lists(effectCount);
  const codes = readColumn(from, effectCount);
  const effects = readRecords(from, tally(codes), decoderOf);
  from.end();
  return { counts, pids, codes, effects };
}

/** The effects of all events; an odd one has none here. */
function sum(counts: readonly unknown[]): number {
  let all = 0;
  for (const count of counts) {
    if (typeof count === 'string') continue;
    if (!(typeof count === 'number' && count >= 0))
      throw new TruncatedBytes('no number of effects');
    all += count;
  }
  return all;
}

/** An event's part: as it was packed, or the text of an odd one. */
export type PackedChange = Pick<EventParts, 'pid' | 'effects'> | string;

/** Gives the changes as they were packed, in their order. */
export class PackedChanges {
  readonly #lanes: Lanes;
  readonly #records: RecordsInOrder;
  /** Events that are not odd. */
  readonly regular: number;
  #index = 0;
  #effect = 0;

  constructor(from: ByteReader, events: number) {
    this.#lanes = readLanes(from, events);
    this.#records = new RecordsInOrder(this.#lanes.effects);
    this.regular = this.#lanes.counts.filter((count) => typeof count !== 'string').length;
  }

  next(): PackedChange {
    const { counts, pids, codes } = this.#lanes;
    const count = counts[this.#index];
    const pid = pids[this.#index++] as number;
    if (typeof count === 'string') return count;
    const effects: CodedRecord[] = [];
    while (effects.length < (count as number)) {
      const code = codes[this.#effect++] as number;
      effects.push(this.#records.next(code, [code]) as unknown as CodedRecord);
    }
    return { pid, effects };
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

/** Changes in one page at most. */
const PAGE_CHANGES = 1000;

/**
 * The changes that the events in [from, to] made, without those that made none, a page at a time.
 *
 * @throws UnreadableEvent
 */
export function* readChanges(
  bytes: ByteReader,
  { position_from, events }: SegmentSpan,
  { from, to }: { readonly from: number; readonly to: number },
): Generator<FoldedEvent[]> {
  const { counts, pids, codes, effects } = readLanes(bytes, events, decoderOf);
  const readers = effectReaders(effects);
  const end = Math.min(events, to - position_from + 1);
  let page: FoldedEvent[] = [];
  let next = 0;
  for (let index = 0; index < end; index++) {
    const count = counts[index];
    if (count === 0) continue;
    const position = position_from + index;
    const wanted = position >= from;
    if (typeof count === 'string') {
      if (wanted) page.push(decodeChange({ position, body: count }));
    } else {
      const effectsEnd = next + (count as number);
      const pid = pids[index] as number;
      if (wanted)
        page.push({ position, pid, effects: effectsOf(readers, codes, next, effectsEnd) });
      else for (let i = next; i < effectsEnd; i++) readerOf(readers, codes[i]).next++;
      next = effectsEnd;
    }
    if (page.length < PAGE_CHANGES) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

function effectReaders(effects: ReadonlyMap<number, Columns>): EffectReader[] {
  const readers: EffectReader[] = [];
  for (const [code, { columns, count }] of effects) {
    const type = effectTypeOf(code);
    readers[code] = { type, names: EFFECT_FIELDS[type].names, columns, count, next: 0 };
  }
  return readers;
}

function readerOf(readers: readonly EffectReader[], code: unknown): EffectReader {
  const reader = readers[code as number];
  if (reader === undefined || reader.next >= reader.count) {
    throw new TruncatedBytes('an effect is missing');
  }
  return reader;
}

/** The next effects: those whose codes stand in [from, to). */
function effectsOf(
  readers: readonly EffectReader[],
  codes: readonly unknown[],
  from: number,
  to: number,
): Effect[] {
  if (to === from + 1) return [effectOf(readerOf(readers, codes[from]))];
  const effects: Effect[] = [];
  for (let i = from; i < to; i++) effects.push(effectOf(readerOf(readers, codes[i])));
  return effects;
}

function effectOf(reader: EffectReader): Effect {
  const { names, columns } = reader;
  const row = reader.next++;
  const effect: Record<string, unknown> = { type: reader.type };
  for (let i = 0; i < columns.length; i++) {
    const value = (columns[i] as readonly unknown[])[row];
    // A field that is absent is null in its record, or beyond its end.
    if (value !== undefined && value !== null) effect[names[i] as string] = value;
  }
  return effect as Effect;
}

function decoderOf(code: number, index: number): Decode | undefined {
  const coder = EFFECT_FIELDS[effectTypeOf(code)].coders[index];
  if (coder === undefined) throw new UnreadableEvent(`effect ${code} has no field ${index}`);
  if (isPlain(coder)) return undefined;
  return (json) => (json === null ? null : coder.decode(json));
}
