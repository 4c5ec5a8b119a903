/**
 * A column: the values that stand at one place of many events, such as the first argument of
 * every link_create. Values of one place resemble each other, which is what makes them pack.
 * Each column has up to three lanes: what kind each value is (left out when all are alike),
 * numbers, and references into the segment's table of strings.
 */
import { ByteReader, ByteWriter } from './varint.ts';

/** What a value is. Written to segments that are kept for ever: never renumbered. */
export const KIND = {
  null: 0,
  false: 1,
  true: 2,
  /** In the lane of numbers. */
  number: 3,
  /** In the lane of strings, as all that follow but lists. */
  string: 4,
  /** Its length in the lane of numbers; the items have columns of their own. */
  list: 5,
  /** Its keys in the lane of strings, as the JSON of a list; the values have columns. */
  object: 6,
  /** A number that the lane of numbers cannot hold, as JSON. */
  wideNumber: 7,
  /** An event's text as it is: it is not the canonical text of any JSON. */
  text: 8,
} as const;

/** How the lane of numbers is written: each as it is, or as the difference to the one before. */
const PLAIN = 0;
const DIFFERENCES = 1;
/** In place of a kind: the kinds differ, and follow one by one. */
const MIXED = 255;

/** Takes the values of a column in their order. */
export class ColumnWriter {
  readonly #kinds: number[] = [];
  readonly #numbers: number[] = [];
  readonly #strings = new ByteWriter();

  kind(kind: number): void {
    this.#kinds.push(kind);
  }

  number(value: number): void {
    this.#numbers.push(value);
  }

  /** @param reference 0 for the next new string, else 1 + the number of a known one */
  string(reference: number): void {
    this.#strings.varint(reference);
  }

  writeTo(out: ByteWriter): void {
    const [first = MIXED] = this.#kinds;
    const alike = this.#kinds.every((kind) => kind === first);
    out.varint(alike ? first : MIXED);
    if (!alike) lane(out, Uint8Array.from(this.#kinds));
    const plain = packed(this.#numbers, false);
    const differences = packed(this.#numbers, true);
    const shorter = differences.length < plain.length;
    out.varint(shorter ? DIFFERENCES : PLAIN);
    lane(out, (shorter ? differences : plain).written());
    lane(out, this.#strings.written());
  }
}

function lane(out: ByteWriter, bytes: Uint8Array): void {
  out.varint(bytes.length);
  out.bytes(bytes);
}

function packed(numbers: readonly number[], differences: boolean): ByteWriter {
  const out = new ByteWriter();
  let before = 0;
  for (const number of numbers) {
    out.signed(number - before);
    if (differences) before = number;
  }
  return out;
}

/** Gives the values of a column in their order. */
export interface ColumnReader {
  kind(): number;
  number(): number;
  string(): number;
}

/** The next column in `from`. */
export function readColumn(from: ByteReader): ColumnReader {
  const next = () => new ByteReader(from.bytes(from.varint()));
  const alike = from.varint();
  const kinds = alike === MIXED ? next() : undefined;
  const differences = from.varint() === DIFFERENCES;
  const numbers = next();
  const strings = next();
  let before = 0;
  return {
    kind: kinds === undefined ? () => alike : () => kinds.byte(),
    number: differences
      ? () => {
          before += numbers.signed();
          return before;
        }
      : () => numbers.signed(),
    string: () => strings.varint(),
  };
}
