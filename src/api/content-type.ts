/** What a body claims to be. Only types that no web page can send without being asked first. */
import type { Context } from 'hono';
import { ProblemError } from './problem.ts';

export const JSON_TYPE = 'application/json';
export const NDJSON_TYPE = 'application/x-ndjson';
export const TEXT_TYPE = 'text/plain';

/**
 * The media type of the request's body, one of `accepted`.
 *
 * Throws a problem for any other, for another charset than UTF-8 and for compressed bodies: the
 * service does not decompress, so no small body can become a large one.
 */
export function contentType(c: Context, accepted: readonly string[]): string {
  const encoding = c.req.header('content-encoding');
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    const detail = `content-encoding ${encoding.slice(0, 40)}: send the body as it is`;
    throw new ProblemError('unsupported-encoding', { detail, field: 'content-encoding' });
  }
  const header = c.req.header('content-type') ?? '';
  const [type = '', ...parameters] = header.toLowerCase().split(';');
  const media = type.trim();
  const foreign = parameters.find((text) => !/^\s*(charset\s*=\s*"?utf-?8"?)?\s*$/.test(text));
  if (accepted.includes(media) && foreign === undefined) return media;
  const detail = `content-type ${header.slice(0, 60) || '(none)'}: send ${accepted.join(' or ')}`;
  throw new ProblemError('unsupported-media-type', { detail, field: 'content-type' });
}
