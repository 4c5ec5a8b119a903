/** Splits bytes into lines without decoding them: a damaged file may hold any bytes. */

/** Bytes of one line: room for a segment of the largest size in base64. */
const BUNDLE_LINE_BYTES_MAX = 64 * 1024 * 1024;

const NEWLINE = 10;

export interface ByteLine {
  /** From 1. */
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** A line has more than `BUNDLE_LINE_BYTES_MAX` bytes. */
export class LineTooLong extends Error {
  readonly line: number;

  constructor(line: number) {
    super(`line ${line} has more than ${BUNDLE_LINE_BYTES_MAX} bytes; no bundle has such a line`);
    this.line = line;
  }
}

/**
 * The lines of a stream of bytes, those that end in one chunk together; the last one needs no newline.
 *
 * @throws LineTooLong
 */
export async function* byteLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ByteLine[]> {
  let number = 1;
  let held: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    const lines: ByteLine[] = [];
    for (let start = 0; start < chunk.length; ) {
      const end = chunk.indexOf(NEWLINE, start);
      const part = chunk.subarray(start, end === -1 ? undefined : end);
      held.push(part);
      size += part.length;
      if (size > BUNDLE_LINE_BYTES_MAX) throw new LineTooLong(number);
      if (end === -1) break;
      lines.push({ number, bytes: held.length === 1 ? part : Buffer.concat(held) });
      number++;
      held = [];
      size = 0;
      start = end + 1;
    }
    if (lines.length > 0) yield lines;
  }
  if (size > 0) yield [{ number, bytes: Buffer.concat(held) }];
}
