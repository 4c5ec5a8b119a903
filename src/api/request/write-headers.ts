/** The headers of a write: the key of a retry, and the position that the writer has seen. */
import { createHash } from 'node:crypto';
import { IDEMPOTENCY_KEY_CHARS_MAX } from '../limits.ts';
import { invalid } from '../problem.ts';

/** The source of a write's headers: a Hono context, or a request of the side door. */
export interface Requested {
  readonly req: {
    header(name: string): string | undefined;
    readonly method: string;
    readonly path: string;
  };
}

/** Marks an answer that an earlier request with the same key got. */
export const REPEATED = 'idempotent-replayed';

const KEY = new RegExp(`^[\\x21-\\x7e]{1,${IDEMPOTENCY_KEY_CHARS_MAX}}$`);

/** The Idempotency-Key, with or without the quotes of a structured header. */
export function idempotencyKey(c: Requested): string | undefined {
  const header = c.req.header('idempotency-key');
  if (header === undefined) return undefined;
  const key = /^"(.*)"$/.exec(header)?.[1] ?? header;
  if (KEY.test(key)) return key;
  const message = `must have 1…${IDEMPOTENCY_KEY_CHARS_MAX} visible ASCII characters`;
  throw invalid([{ field: 'idempotency-key', message, limit: IDEMPOTENCY_KEY_CHARS_MAX }]);
}

/** What distinguishes requests under one key: method, path, and the bytes of the body. */
export function fingerprint(c: Requested, body: string | Uint8Array): string {
  const { method, path } = c.req;
  return createHash('sha256').update(`${method} ${path}\n`).update(body).digest('hex');
}

/** The entity tag of a host at a position. */
export function entityTag(host: string, position: number): string {
  return `"${host}:${position}"`;
}

/** The position that If-Match expects the head to be at. */
export function readIfMatch(c: Requested, host: string): number | undefined {
  const header = c.req.header('if-match');
  if (header === undefined || header === '*') return undefined;
  const match = /^"([^"]*):(\d{1,15})"$/.exec(header);
  if (match !== null && match[1] === host) return Number(match[2]);
  const message = `must be the ETag of an answer, like ${entityTag(host, 42)}`;
  throw invalid([{ field: 'if-match', message }]);
}
