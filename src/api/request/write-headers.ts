/** The headers of a write: the key of a retry, and the position that the writer has seen. */
import { createHash } from 'node:crypto';
import { MARK_FORM } from '../../events/encoding/mark.ts';
import { IDEMPOTENCY_KEY_CHARS_MAX, TAGS_MAX } from '../limits.ts';
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

/** A point of a log, and what marks the history that it is of (`events/encoding/mark.ts`). */
export interface MarkedPosition {
  readonly position: number;
  readonly mark: string;
}

/** The entity tag of a host at a position, in one of the histories that its log may have had. */
export function entityTag(host: string, { position, mark }: MarkedPosition): string {
  return `"${host}:${position}.${mark}"`;
}

const TAG = new RegExp(`^"([^"]*):(\\d{1,15})\\.(${MARK_FORM})"$`);

/**
 * The heads of which If-Match expects one. A weak tag (`W/"…"`, as a proxy that compresses makes them) counts
 * as the strong one: both name the position.
 */
export function readIfMatch(c: Requested, host: string): readonly MarkedPosition[] | undefined {
  const header = c.req.header('if-match');
  if (header === undefined || header === '*') return undefined;
  const tags = header.split(',').map((text) => text.trim().replace(/^W\//, ''));
  if (tags.length > TAGS_MAX) {
    const message = `has more than ${TAGS_MAX} tags`;
    throw invalid([{ field: 'if-match', message, limit: TAGS_MAX }]);
  }
  return tags.map((tag) => {
    const [, tagged, position, mark = ''] = TAG.exec(tag) ?? [];
    if (tagged === host) return { position: Number(position), mark };
    const like = entityTag(host, { position: 42, mark: '9f86d081884c7d65' });
    throw invalid([{ field: 'if-match', message: `must be the ETag of an answer, like ${like}` }]);
  });
}
