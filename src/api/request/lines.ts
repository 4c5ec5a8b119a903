/** Splits a stream of bytes into lines, bounded, without decoding them. */
import { NDJSON_IN_FLIGHT_MAX, NDJSON_LINE_BYTES_MAX, NDJSON_LINES_MAX } from '../limits.ts';
import { ProblemError } from '../problem.ts';

const NEWLINE = 10;

export interface BodyLine {
  /** From 1; blank lines count. */
  readonly number: number;
  readonly bytes: Uint8Array;
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 32 || byte === 13 || byte === 9);
}

/** The problem of a line past a limit, if it is. */
function excess(number: number, size: number): ProblemError | undefined {
  if (number > NDJSON_LINES_MAX) {
    const limit = NDJSON_LINES_MAX;
    const detail = `the body has more than ${limit} lines`;
    return new ProblemError('body-too-large', { detail, limit, line: number });
  }
  if (size > NDJSON_LINE_BYTES_MAX) {
    const limit = NDJSON_LINE_BYTES_MAX;
    const detail = `line ${number} has more than ${limit} bytes`;
    return new ProblemError('body-too-large', { detail, limit, line: number });
  }
  return undefined;
}

/**
 * The lines of a body that are not blank, as many together as have arrived; the last one needs no
 * newline.
 *
 * Throws a problem with the line's number for a line that is too long, after the lines before it.
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<BodyLine[]> {
  let number = 1;
  let held: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    let lines: BodyLine[] = [];
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      const part = chunk.subarray(start, end === -1 ? undefined : end);
      held.push(part);
      size += part.byteLength;
      const problem = excess(number, size);
      if (problem !== undefined) {
        if (lines.length > 0) yield lines;
        throw problem;
      }
      if (end === -1) break;
      const bytes = held.length === 1 ? part : Buffer.concat(held);
      if (!isBlank(bytes)) lines.push({ number, bytes });
      if (lines.length >= NDJSON_IN_FLIGHT_MAX) {
        yield lines;
        lines = [];
      }
      number++;
      held = [];
      size = 0;
      start = end + 1;
    }
    if (lines.length > 0) yield lines;
  }
  const rest = Buffer.concat(held);
  if (!isBlank(rest)) yield [{ number, bytes: rest }];
}
