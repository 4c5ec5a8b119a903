// Tokens of tests, each known by its name.

import { createHash } from 'node:crypto';
import { tokensOf } from '../../src/api/guard/tokens.ts';

/** What a token is for; an admin's unless it says otherwise. */
export interface NamedToken {
  readonly hosts: readonly string[];
  readonly role?: string;
}

const textOf = (name: string) => `the-token-called-${name}`;

/** The headers of a request with the token of a name. */
export const bearer = (name: string) => ({ authorization: `Bearer ${textOf(name)}` });

/** The tokens of a service, by their names. */
export function namedTokens(tokens: Readonly<Record<string, NamedToken>>) {
  const lines = Object.entries(tokens).map(([name, { role = 'admin', hosts }]) => {
    const sha256 = createHash('sha256').update(textOf(name)).digest('hex');
    return JSON.stringify({ name, role, hosts, sha256 });
  });
  return tokensOf(lines.join('\n'));
}
