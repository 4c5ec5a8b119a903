/** Splits a stream of bytes into lines, bounded, without decoding them. */
import { NDJSON_LINE_BYTES_MAX, NDJSON_LINES_MAX } from '../limits.ts';
import { ProblemError } from '../problem.ts';

const NEWLINE = 10;

export interface Line {
  /** From 1; blank lines count. */
  readonly number: number;
  readonly bytes: Uint8Array;
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 32 || byte === 13 || byte === 9);
}

function checked(number: number, size: number): void {
  if (number > NDJSON_LINES_MAX) {
    const detail = `the body has more than ${NDJSON_LINES_MAX} lines`;
    throw new ProblemError('body-too-large', { detail, limit: NDJSON_LINES_MAX, line: number });
  }
  if (size > NDJSON_LINE_BYTES_MAX) {
    const detail = `line ${number} has more than ${NDJSON_LINE_BYTES_MAX} bytes`;
    throw new ProblemError('body-too-large', {
      detail,
      limit: NDJSON_LINE_BYTES_MAX,
      line: number,
    });
  }
}

/**
 * The lines of a body that are not blank; the last one needs no newline.
 *
 * Throws a problem with the line's number for a line that is too long.
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  let number = 1;
  let held: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      const part = chunk.subarray(start, end === -1 ? undefined : end);
      held.push(part);
      size += part.byteLength;
      checked(number, size);
      if (end === -1) break;
      const bytes = held.length === 1 ? part : Buffer.concat(held);
      if (!isBlank(bytes)) yield { number, bytes };
      number++;
      held = [];
      size = 0;
      start = end + 1;
    }
  }
  const rest = Buffer.concat(held);
  if (!isBlank(rest)) yield { number, bytes: rest };
}
