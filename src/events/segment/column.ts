/**
 * A column: the values at one place of many records, such as the first argument of
 * every link_create. Values of one place resemble each other, so they pack well. A
 * whole number stands in the lane of numbers; any other JSON stands once in the column's own list
 * of entries, and is referred to from there on. A column needs nothing outside itself, so one that
 * nobody wants is passed over.
 */
import type { Json } from '../encoding/field-coder.ts';
import { type ByteReader, ByteWriter, FOLDABLE_BELOW, TruncatedBytes } from './varint.ts';

/** What a value is. An absent one takes a byte as well, so that bytes bound the values. */
const ABSENT = 0;
const NUMBER = 1;
const ENTRY = 2;
/** In place of a kind: the kinds differ, and follow one by one. */
const MIXED = 3;

/** How the lane of numbers is written: each as it is, or as the difference to the one before. */
const PLAIN = 0;
const DIFFERENCES = 1;

/** Takes the values of a column in their order. */
export class ColumnWriter {
  readonly #kinds: number[] = [];
  readonly #numbers: number[] = [];
  readonly #entries: Json[] = [];
  readonly #known = new Map<string, number>();
  /** To entries: 0 for the next one that was not referred to before, else 1 + its number. */
  readonly #references = new ByteWriter();

  /** @param value absent in a record that is too short to have it */
  add(value: Json | undefined): void {
    if (value === undefined) {
      this.#kinds.push(ABSENT);
    } else if (typeof value === 'number' && isFoldable(value)) {
      this.#kinds.push(NUMBER);
      this.#numbers.push(value);
    } else {
      this.#kinds.push(ENTRY);
      this.#refer(value);
    }
  }

  #refer(value: Json): void {
    const text = JSON.stringify(value);
    const known = this.#known.get(text);
    this.#references.varint(known === undefined ? 0 : known + 1);
    if (known !== undefined) return;
    this.#known.set(text, this.#entries.length);
    this.#entries.push(value);
  }

  writeTo(out: ByteWriter): void {
    const [first = NUMBER] = this.#kinds;
    const alike = first !== ABSENT && this.#kinds.every((kind) => kind === first);
    out.varint(alike ? first : MIXED);
    if (!alike) out.lane(Uint8Array.from(this.#kinds));
    if (first === NUMBER || this.#numbers.length > 0) {
      const plain = pack(this.#numbers, PLAIN);
      const differences = pack(this.#numbers, DIFFERENCES);
      const shorter = differences.length < plain.length;
      out.varint(shorter ? DIFFERENCES : PLAIN);
      out.lane((shorter ? differences : plain).takeWritten());
    }
    if (this.#entries.length > 0) {
      out.lane(Buffer.from(JSON.stringify(this.#entries), 'utf8'));
      out.lane(this.#references.takeWritten());
    }
  }
}

function isFoldable(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) < FOLDABLE_BELOW;
}

function pack(numbers: readonly number[], written: number): ByteWriter {
  const out = new ByteWriter();
  let before = 0;
  for (const number of numbers) {
    out.writeSigned(number - before);
    if (written === DIFFERENCES) before = number;
  }
  return out;
}

/** What is made of a value as it is read. */
export type Decode = (json: Json) => unknown;

/**
 * The values of the next column in `from`, `undefined` where a record has none.
 *
 * @param count how many there are
 * @param decode makes something else of each value; an entry is decoded once
 */
export function readColumn(from: ByteReader, count: number, decode?: Decode): unknown[] {
  from.budget?.values(count);
  const alike = from.varint();
  if (alike === NUMBER) return readNumbers(from, count, decode);
  if (alike === ENTRY) return readEntries(from, count, decode);
  const kinds = from.lane();
  if (kinds.length !== count) throw new TruncatedBytes('kinds are missing or too many');
  const numbers = kinds.includes(NUMBER) ? readNumbers(from, countOf(kinds, NUMBER), decode) : [];
  const entries = kinds.includes(ENTRY) ? readEntries(from, countOf(kinds, ENTRY), decode) : [];
  const values = new Array<unknown>(count);
  let number = 0;
  let entry = 0;
  for (let i = 0; i < count; i++) {
    const kind = kinds[i];
    if (kind === NUMBER) values[i] = numbers[number++];
    else if (kind === ENTRY) values[i] = entries[entry++];
  }
  return values;
}

function countOf(kinds: Uint8Array, wanted: number): number {
  let count = 0;
  for (const kind of kinds) if (kind === wanted) count++;
  return count;
}

function readNumbers(from: ByteReader, count: number, decode?: Decode): unknown[] {
  const differences = from.varint() === DIFFERENCES;
  const lane = from.reader();
  const values = lane.signeds(count);
  lane.end();
  if (differences) {
    let before = 0;
    for (let i = 0; i < count; i++) {
      before += values[i] as number;
      values[i] = before;
    }
  }
  return decode === undefined ? values : values.map(decode);
}

function readEntries(from: ByteReader, count: number, decode?: Decode): unknown[] {
  const text = from.lane();
  from.budget?.json(text);
  const entries: unknown = JSON.parse(Buffer.from(text).toString('utf8'));
  if (!Array.isArray(entries)) throw new TruncatedBytes('the entries are not a list');
  const decoded = decode === undefined ? entries : entries.map((entry) => decode(entry as Json));
  const references = from.reader();
  if (count > references.left) throw new TruncatedBytes('references are missing');
  const lengths = from.budget && entries.map((entry) => JSON.stringify(entry).length);
  const values = new Array<unknown>(count);
  let seen = 0;
  for (let i = 0; i < count; i++) {
    const reference = references.varint();
    const entry = reference === 0 ? seen++ : reference - 1;
    if (entry >= decoded.length) throw new TruncatedBytes('an entry is missing');
    values[i] = decoded[entry];
    if (lengths !== undefined) from.budget?.text(lengths[entry] as number);
  }
  references.end();
  if (seen !== entries.length) throw new TruncatedBytes('nothing refers to an entry');
  return values;
}
