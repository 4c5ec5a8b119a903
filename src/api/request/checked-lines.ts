/** The lines of an NDJSON body of calls, checked piece by piece as they arrive. */
import type { Context } from 'hono';
import type { IdempotencyKey } from '../../events/submission.ts';
import { type NumberedRequest, resolveReferences } from '../../events/writing/references.ts';
import { beginBody } from '../guard/begin-body.ts';
import { callerOfRequest } from '../guard/caller-name.ts';
import { NDJSON_LINE_BYTES_MAX } from '../limits.ts';
import { invalid, ProblemError, WHOLE_BODY } from '../problem.ts';
import { problemFrom } from '../problem-of.ts';
import { requireMayRecord } from '../route-access.ts';
import { bodyChunks, jsonOf } from './body.ts';
import { type BodyLine, linesOf } from './lines.ts';
import { oneSyscall } from './syscall-request.ts';
import { fingerprint } from './write-headers.ts';

export interface CheckedLine {
  /** From 1; blank lines count. */
  readonly number: number;
  readonly request: NumberedRequest;
  /** For a line that is recognized when it is sent again. */
  readonly idempotency?: IdempotencyKey;
}

export interface CheckedLines {
  /** The lines before the first wrong one. */
  readonly good: readonly CheckedLine[];
  /** What is wrong with the next line. */
  readonly broken?: { readonly error: unknown };
}

/** The problem for an error, with its line. */
export function atLine(error: unknown, line: number): ProblemError {
  const { slug, details } = problemFrom(error);
  return new ProblemError(slug, { line, ...details });
}

/**
 * The lines as they arrive, up to the first wrong one. Never throws.
 *
 * @param key under which each line can be sent again
 */
export async function* checkLines(
  c: Context,
  key: string | undefined,
): AsyncGenerator<CheckedLines, undefined> {
  let done: (() => void) | undefined;
  try {
    done = beginBody(callerOfRequest(c), NDJSON_LINE_BYTES_MAX);
    for await (const lines of linesOf(bodyChunks(c))) {
      const piece = checkPiece(c, key, lines);
      yield piece;
      if (piece.broken !== undefined) return;
    }
  } catch (error) {
    yield { good: [], broken: { error } };
  } finally {
    done?.();
  }
}

function checkPiece(c: Context, key: string | undefined, lines: readonly BodyLine[]): CheckedLines {
  const good: CheckedLine[] = [];
  for (const line of lines) {
    try {
      good.push(checkLine(c, key, line));
    } catch (error) {
      return { good, broken: { error: atLine(error, line.number) } };
    }
  }
  return { good };
}

function checkLine(c: Context, key: string | undefined, { number, bytes }: BodyLine): CheckedLine {
  const { value } = jsonOf(bytes, number);
  if (Array.isArray(value))
    throw invalid([{ field: WHOLE_BODY, message: 'holds a list; a line holds one call' }]);
  // A line cannot refer to an earlier answer.
  const asked = oneSyscall(value);
  requireMayRecord(c.get('principal'), asked);
  const request = resolveReferences(asked, []);
  if (key === undefined) return { number, request };
  return {
    number,
    request,
    idempotency: { key, line: number, fingerprint: fingerprint(c, bytes) },
  };
}
