/**
 * Numbers in as few bytes as they need: seven bits a byte, lowest first, the top bit says that
 * more follow. Signed ones are folded first, so that small ones of either sign stay short.
 */
import { countText } from '../../domain/count-text.ts';
import type { Budget } from './budget.ts';

/** Signed numbers below this in magnitude can be folded, and so can the difference of two. */
export const FOLDABLE_BELOW = 2 ** 51;

/** Bytes that grow at their end. */
export class ByteWriter {
  #bytes = new Uint8Array(256);
  #length = 0;

  /** @param value a whole number from 0 to 2^53 - 1 */
  varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#push((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.#push(rest);
  }

  /** @param value a whole number between -2^52 and 2^52 */
  writeSigned(value: number): void {
    this.varint(value >= 0 ? value * 2 : -value * 2 - 1);
  }

  bytes(added: Uint8Array): void {
    this.#reserve(added.length);
    this.#bytes.set(added, this.#length);
    this.#length += added.length;
  }

  /** Bytes with their number before them. */
  lane(added: Uint8Array): void {
    this.varint(added.length);
    this.bytes(added);
  }

  get length(): number {
    return this.#length;
  }

  /** What was written; valid until the next write. */
  takeWritten(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #push(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = byte;
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + size));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

/** The bytes end before what they announce, or a number in them is too long. */
export class TruncatedBytes extends Error {}

/** Reads bytes from their start on. Throws `TruncatedBytes`. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  /** Where the bytes are somebody else's. */
  readonly budget: Budget | undefined;
  #next = 0;

  constructor(bytes: Uint8Array, budget?: Budget) {
    this.#bytes = bytes;
    this.budget = budget;
  }

  byte(): number {
    const byte = this.#bytes[this.#next++];
    if (byte === undefined) throw new TruncatedBytes('a byte is missing');
    return byte;
  }

  varint(): number {
    const first = this.#bytes[this.#next] as number;
    if (first < 0x80) {
      this.#next++;
      return first;
    }
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      scale *= 0x80;
      if (scale > Number.MAX_SAFE_INTEGER) throw new TruncatedBytes('a number is too long');
    }
    return value;
  }

  readSigned(): number {
    const folded = this.varint();
    return folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
  }

  /** The next `count` signed numbers. Most are of one byte, and reading those is worth a loop. */
  signeds(count: number): number[] {
    if (count > this.left)
      throw new TruncatedBytes(`${countText(count, 'number')} in ${countText(this.left, 'byte')}`);
    const bytes = this.#bytes;
    const values = new Array<number>(count);
    for (let i = 0; i < count; i++) {
      const byte = bytes[this.#next] as number;
      if (byte < 0x80) {
        this.#next++;
        values[i] = (byte & 1) === 0 ? byte >> 1 : -((byte + 1) >> 1);
      } else values[i] = this.readSigned();
    }
    return values;
  }

  bytes(size: number): Uint8Array {
    const end = this.#next + size;
    if (!(end <= this.#bytes.length)) {
      throw new TruncatedBytes(
        `${countText(size, 'byte is', 'bytes are')} announced, and ${this.left} left`,
      );
    }
    const part = this.#bytes.subarray(this.#next, end);
    this.#next = end;
    return part;
  }

  /** The bytes of the next lane. */
  lane(): Uint8Array {
    return this.bytes(this.varint());
  }

  /** A reader of the next lane. */
  reader(): ByteReader {
    return new ByteReader(this.lane(), this.budget);
  }

  /** Throws when there are bytes left. */
  end(): void {
    if (this.left > 0)
      throw new TruncatedBytes(`${countText(this.left, 'byte is', 'bytes are')} left over`);
  }

  get left(): number {
    return this.#bytes.length - this.#next;
  }
}
