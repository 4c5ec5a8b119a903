/** The tokens that count now: those of the file, until it is read again. */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../events/clock.ts';
import { rfc3339 } from '../../events/encoding/rfc3339.ts';
import { TOKEN_CHARS_MAX, TOKEN_CHARS_MIN } from '../limits.ts';
import { ProblemError } from '../problem.ts';
import type { Principal, Tokens } from './tokens.ts';

export interface TokenBook {
  /** Whose token an Authorization header carries now, or the problem that it is nobody's. */
  bearer(header: string | undefined): Principal | ProblemError;
  /** Who has a name now, `token:NAME`; undefined when no token of that name counts any more. */
  findByActor(actor: string): Principal | undefined;
  /** The actors of all tokens. */
  actors(): string[];
  /** Lets other tokens count. A token that says the same as before keeps its principal. */
  replace(tokens: Tokens): void;
}

const BEARER = /^Bearer +(\S.*)$/i;
const TOKEN = new RegExp(`^[\\x21-\\x7e]{${TOKEN_CHARS_MIN},${TOKEN_CHARS_MAX}}$`);

const unauthorizedError = (detail: string) => new ProblemError('unauthorized', { detail });

/**
 * A book that begins with the tokens of a file.
 *
 * @param onUse called with whose token was shown, and when (microseconds since the epoch)
 */
export function tokenBook(
  first: Tokens,
  clock: Clock,
  onUse: (actor: string, now: number) => void = () => undefined,
): TokenBook {
  let tokens = first;
  return {
    bearer(header) {
      const token = BEARER.exec(header ?? '')?.[1];
      if (token === undefined) return unauthorizedError('send Authorization: Bearer TOKEN');
      if (!TOKEN.test(token)) {
        return unauthorizedError(
          `a token has ${TOKEN_CHARS_MIN}…${TOKEN_CHARS_MAX} visible ASCII characters, as ` +
            '`openssl rand -hex 32` makes them',
        );
      }
      // Looked up by hash: how long it takes says nothing about any token.
      const principal = tokens.get(createHash('sha256').update(token).digest('hex'));
      if (principal === undefined) return unauthorizedError('this token is not known here');
      const { actor, expires = Number.POSITIVE_INFINITY } = principal;
      const now = clock.now();
      if (now >= expires) return unauthorizedError(`this token expired at ${rfc3339(expires)}`);
      onUse(actor, now);
      return principal;
    },
    findByActor(actor) {
      const principal = [...tokens.values()].find((one) => one.actor === actor);
      const { expires } = principal ?? {};
      return expires === undefined || clock.now() < expires ? principal : undefined;
    },
    actors: () => Array.from(tokens.values(), ({ actor }) => actor),
    replace(next) {
      tokens = new Map(
        [...next].map(([hash, principal]) => {
          const known = tokens.get(hash);
          return [hash, known !== undefined && isSame(known, principal) ? known : principal];
        }),
      );
    },
  };
}

/** Whether two lines of the file say the same. */
function isSame(one: Principal, other: Principal): boolean {
  const sayToken = ({ actor, role, hosts, expires, rates }: Principal) => [
    ...[actor, role, hosts, expires, rates],
  ];
  return isDeepStrictEqual(sayToken(one), sayToken(other));
}
