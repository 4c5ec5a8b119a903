/** The token of the next page: opaque to clients, bound to the filter it was made for. */
import { createHash } from 'node:crypto';
import { invalid } from '../problem.ts';

const VERSION = 1;

function bindingOf(filter: object): string {
  const text = JSON.stringify(Object.entries(filter).sort(([a], [b]) => (a < b ? -1 : 1)));
  return createHash('sha256').update(text).digest('base64url').slice(0, 8);
}

/** A token that continues after a position, or before it where the newest are first, with the same query. */
export function nextToken(after: number, query: object): string {
  return Buffer.from(`${VERSION}.${after}.${bindingOf(query)}`).toString('base64url');
}

/** The position that a token continues after. Throws a problem for a token of another query. */
export function placeAfter(token: string, query: object): number {
  const text = Buffer.from(token, 'base64url').toString();
  const match = /^1\.(\d{1,15})\.([\w-]{8})$/.exec(text);
  if (match !== null && match[2] === bindingOf(query)) return Number(match[1]);
  const message = 'must be the `next` of an answer to the same query';
  throw invalid([{ field: 'next', message }]);
}
