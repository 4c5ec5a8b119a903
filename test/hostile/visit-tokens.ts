// The tokens of visits: each sees the hosts of its world alone, so that a visit is the same whatever others
// do, and a question about all hosts costs the same at the end of a run as at its beginning.

import { createHash } from 'node:crypto';
import { type Tokens, tokensOf } from '../../src/api/guard/tokens.ts';
import type { Send } from './exchange.ts';
import { hostOfVisit } from './visit.ts';

const tokenOf = (nth: number) => `the-token-of-hostile-visit-${nth}`;

/** Those of visits from one to another, which is left out. */
export function tokensOfVisits(first: number, end: number): Tokens {
  const lines = Array.from({ length: end - first }, (_, i) => {
    const host = hostOfVisit(first + i);
    const sha256 = createHash('sha256')
      .update(tokenOf(first + i))
      .digest('hex');
    return JSON.stringify({ name: host, role: 'admin', hosts: [host, `${host}-*`], sha256 });
  });
  return tokensOf(lines.join('\n'));
}

/** Sends with the token of a visit. */
export const withTokenOf =
  (nth: number, send: Send): Send =>
  (path, sent) =>
    send(path, { ...sent, headers: { ...sent.headers, authorization: `Bearer ${tokenOf(nth)}` } });
