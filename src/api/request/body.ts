/** Bodies, counted while they arrive. */
import type { Context } from 'hono';
import { turn } from '../../events/turns.ts';
import { beginBody } from '../guard/begin-body.ts';
import { callerOfRequest } from '../guard/caller-name.ts';
import {
  BODY_MS,
  HEAVY_BODY_BYTES,
  JSON_BODY_BYTES_MAX,
  SMALL_BODY_BYTES_MAX,
  UNSHAPED_BYTES_MAX,
} from '../limits.ts';
import { ProblemError } from '../problem.ts';
import { refuseShapeless } from './json-shape.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

function tooLarge(limit: number): ProblemError {
  const detail = `the body has more than ${limit} bytes; send less in one request, or NDJSON`;
  return new ProblemError('body-too-large', { detail, limit });
}

/** The text of bytes. Throws a problem when they are not UTF-8. */
function utf8Text(bytes: Uint8Array, line?: number): string {
  try {
    return utf8.decode(bytes);
  } catch {
    const detail = 'the body is not UTF-8';
    throw new ProblemError('malformed-body', { detail, ...(line !== undefined && { line }) });
  }
}

/**
 * The text and the JSON value of bytes. Throws a problem that says where the text ends early or
 * is wrong, or that its shape is not one of a request.
 *
 * @param line of the body, where each is a text of its own
 */
export function jsonOf(bytes: Uint8Array, line?: number): JsonBody {
  if (bytes.byteLength > UNSHAPED_BYTES_MAX) refuseShapeless(bytes);
  const text = utf8Text(bytes, line);
  return { text, value: jsonValue(text, line) };
}

/** The same for a body that may be large: its steps take turns with other work. */
export async function jsonInTurns(bytes: Uint8Array): Promise<JsonBody> {
  if (bytes.byteLength <= HEAVY_BODY_BYTES) return jsonOf(bytes);
  await turn();
  refuseShapeless(bytes);
  await turn();
  const text = utf8Text(bytes);
  await turn();
  return { text, value: jsonValue(text) };
}

function jsonValue(text: string, line?: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message.slice(0, 200) : 'not JSON';
    const detail = `the body is not JSON: ${reason}`;
    throw new ProblemError('malformed-body', { detail, ...(line !== undefined && { line }) });
  }
}

/** The problem of a body that does not arrive. */
export function lateBody(): ProblemError {
  const detail = `no byte of the body arrived for ${BODY_MS} ms`;
  return new ProblemError('request-timeout', { detail, limit: BODY_MS });
}

/** The result of a read, unless it takes longer than {@link BODY_MS}. */
async function inTime<T>(reading: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(lateBody()), BODY_MS);
  });
  try {
    return await Promise.race([reading, late]);
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    throw new ProblemError('malformed-body', { detail: 'the body ended early' });
  } finally {
    clearTimeout(timer);
  }
}

/** Chunks of a body as they arrive. Throws a problem when it ends before its announced end. */
export async function* bodyChunks(c: Context): AsyncGenerator<Uint8Array> {
  const stream = c.req.raw.body;
  if (stream === null) return;
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await inTime(reader.read());
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

/** A body's bytes, at most `limit` of them. Throws a problem as soon as there are more. */
async function bodyBytes(c: Context, limit: number): Promise<Uint8Array> {
  const announced = c.req.header('content-length');
  if (announced !== undefined && Number(announced) > limit) throw tooLarge(limit);
  const endBody = beginBody(
    callerOfRequest(c),
    announced === undefined ? limit : Number(announced),
  );
  try {
    // Node ends a body at its announced length, so it needs no counting.
    if (announced !== undefined) return new Uint8Array(await inTime(c.req.arrayBuffer()));
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of bodyChunks(c)) {
      bytes += chunk.byteLength;
      if (bytes > limit) throw tooLarge(limit);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } finally {
    endBody();
  }
}

/** A JSON body: its text, for the fingerprint of a retry, and its value. */
export interface JsonBody {
  readonly text: string;
  readonly value: unknown;
}

const READ = new WeakMap<Request, Promise<JsonBody>>();

/** The JSON body of a request: read once, for the guard that looks for a host in it as well. */
export function jsonBody(c: Context): Promise<JsonBody> {
  const body = READ.get(c.req.raw) ?? bodyBytes(c, SMALL_BODY_BYTES_MAX).then(jsonInTurns);
  READ.set(c.req.raw, body);
  return body;
}

/** The JSON body of a request that may carry a thousand calls with their programs. */
export async function largeJsonBody(c: Context): Promise<JsonBody> {
  return jsonInTurns(await bodyBytes(c, JSON_BODY_BYTES_MAX));
}
