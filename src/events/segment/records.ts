/**
 * Records as columns. A record is a list whose meaning a code gives, such as an effect by
 * its type: what stands at one index of all records of one code is a column.
 */
import { countText } from '../../domain/count-text.ts';
import type { Json } from '../encoding/field-coder.ts';
import { ColumnWriter, type Decode, readColumn } from './column.ts';
import { type ByteReader, type ByteWriter, TruncatedBytes } from './varint.ts';

/** Items that a record may have. */
export const RECORD_ITEMS_MAX = 16;
/** Codes of records are below this: twice as many as there may be of calls, for their outcomes. */
const CODES_MAX = 2048;

interface Written {
  count: number;
  readonly columns: ColumnWriter[];
}

/** Takes records; those of one code keep their order. */
export class RecordsWriter {
  readonly #byCode = new Map<number, Written>();

  /**
   * @param record at most `RECORD_ITEMS_MAX` items
   * @param first index of the first item that is written; those before it follow from the code
   */
  add(code: number, record: readonly Json[], first = 0): void {
    const written = this.#byCode.get(code) ?? { count: 0, columns: [] };
    this.#byCode.set(code, written);
    const { columns, count } = written;
    while (columns.length < record.length - first) {
      const column = new ColumnWriter();
      for (let before = 0; before < count; before++) column.add(undefined);
      columns.push(column);
    }
    for (const [index, column] of columns.entries()) column.add(record[first + index]);
    written.count++;
  }

  writeTo(out: ByteWriter): void {
    out.varint(this.#byCode.size);
    for (const [code, { count, columns }] of this.#byCode) {
      out.varint(code);
      out.varint(count);
      out.varint(columns.length);
      for (const column of columns) column.writeTo(out);
    }
  }
}

/** The records of one code, by column. */
export interface Columns {
  readonly count: number;
  /** By index in a record; `undefined` where a record ends before. */
  readonly columns: readonly (readonly unknown[])[];
}

/** How many records there are of each code: nothing is read that nobody asks for later. */
export function tally(codes: readonly unknown[]): Map<number, number> {
  const counts: number[] = [];
  for (const code of codes) {
    if (!isCode(code)) throw new TruncatedBytes(`${String(code)} is not a code`);
    counts[code] = (counts[code] ?? 0) + 1;
  }
  // Without the holes: few of the numbers are codes of something.
  return new Map(Object.entries(counts).map(([code, count]) => [Number(code), count]));
}

function isCode(code: unknown): code is number {
  return typeof code === 'number' && Number.isInteger(code) && code >= 0 && code < CODES_MAX;
}

/**
 * Reads what a `RecordsWriter` wrote.
 *
 * @param expected how many records there must be of each code
 * @param decoderOf what is made of the values at an index of the records of a code
 * @returns by code
 */
export function readRecords(
  from: ByteReader,
  expected: ReadonlyMap<number, number>,
  decoderOf?: (code: number, index: number) => Decode | undefined,
): Map<number, Columns> {
  const byCode = new Map<number, Columns>();
  for (let left = from.varint(); left > 0; left--) {
    const code = from.varint();
    const count = from.varint();
    const width = from.varint();
    if (byCode.has(code) || expected.get(code) !== count) {
      throw new TruncatedBytes(
        `${countText(count, 'record')} of code ${code}, not ${expected.get(code)}`,
      );
    }
    if (width > RECORD_ITEMS_MAX)
      throw new TruncatedBytes(`records of ${countText(width, 'item')}`);
    const columns: unknown[][] = [];
    while (columns.length < width) {
      columns.push(readColumn(from, count, decoderOf?.(code, columns.length)));
    }
    byCode.set(code, { count, columns });
  }
  return byCode;
}

/** Gives the records of each code in their order, as they were written. */
export class RecordsInOrder {
  readonly #byCode: (Columns & { next: number })[] = [];

  constructor(byCode: ReadonlyMap<number, Columns>) {
    for (const [code, columns] of byCode) this.#byCode[code] = { ...columns, next: 0 };
  }

  /**
   * The next record of a code.
   *
   * @param first the items that follow from the code; the others are added
   */
  next(code: number, first: Json[]): Json[] {
    const records = this.#byCode[code];
    if (records === undefined || records.next >= records.count) {
      throw new TruncatedBytes(`a record of code ${code} is missing`);
    }
    const row = records.next++;
    for (const column of records.columns) {
      const value = column[row];
      if (value === undefined) break;
      first.push(value as Json);
    }
    return first;
  }
}
