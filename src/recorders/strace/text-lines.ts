/**
 * Lines of a file that may be of any size: chunk by chunk, each line with its number, none longer
 * than a bound, and no byte that a text of strace cannot have.
 */
import { RecordingRefused } from '../../events/recording.ts';

/** Bytes of one line at most: room for a program of the largest size, printed with `-v`. */
const LINE_BYTES_MAX = 16 * 1024 * 1024;

const NEWLINE = 10;

export class TextLines {
  /** Number of the last line that was handed out. */
  number = 0;
  #rest: Uint8Array[] = [];
  #restBytes = 0;

  /**
   * The lines that a chunk ends, one character for each byte.
   *
   * @throws RecordingRefused
   */
  *push(chunk: Uint8Array): Generator<string> {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (buffer.includes(0)) {
      const before = buffer.subarray(0, buffer.indexOf(0));
      const line = this.number + 1 + newlinesIn(before);
      throw new RecordingRefused('has a NUL byte: this is not text', line);
    }
    let from = 0;
    for (;;) {
      const end = buffer.indexOf(NEWLINE, from);
      if (end < 0) break;
      this.number += 1;
      yield this.#line(buffer, from, end);
      from = end + 1;
    }
    if (from < buffer.length) this.#keep(buffer.subarray(from));
  }

  /** The last line, when it has no newline: it was cut off, or the file is still written. */
  end(): string | undefined {
    if (this.#restBytes === 0) return undefined;
    this.number += 1;
    return this.#line(Buffer.alloc(0), 0, 0);
  }

  /** The line that ends with a part of `chunk`. */
  #line(chunk: Buffer, from: number, end: number): string {
    const text =
      this.#restBytes === 0
        ? chunk.toString('latin1', from, end)
        : this.#takeRest(chunk.subarray(from, end));
    return text.endsWith('\r') ? text.slice(0, -1) : text;
  }

  #takeRest(end: Buffer): string {
    const whole = Buffer.concat([...this.#rest, end]);
    this.#rest = [];
    this.#restBytes = 0;
    return whole.toString('latin1');
  }

  #keep(part: Buffer): void {
    // Copied: the chunk that it is a part of may be used again.
    this.#rest.push(Buffer.from(part));
    this.#restBytes += part.length;
    if (this.#restBytes > LINE_BYTES_MAX) {
      const message = `is longer than ${LINE_BYTES_MAX} bytes`;
      throw new RecordingRefused(message, this.number + 1);
    }
  }
}

function newlinesIn(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
}
