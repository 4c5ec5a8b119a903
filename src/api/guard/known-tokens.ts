/** The tokens of a service: the book of those that count, and the record of when they were used. */
import { join } from 'node:path';
import type { Clock } from '../../events/clock.ts';
import { type TokenBook, tokenBook } from './token-book.ts';
import { readTokenUses, TOKEN_USES_FILE, TokenUses } from './token-uses.ts';
import type { Tokens } from './tokens.ts';
import { readTokensFile } from './tokens-file.ts';

export interface KnownTokens {
  readonly book: TokenBook;
  /**
   * Lets the tokens count that are in the file now.
   *
   * @returns how many there are
   * @throws Error that says what is wrong with the file; the tokens stay as they were
   */
  reload(): Promise<number>;
  /** Keeps when tokens were used. */
  keepUses(): Promise<void>;
}

export interface TokenFiles {
  readonly tokensFile: string;
  readonly dataDir: string;
}

/**
 * Reads the tokens file, and when its tokens were used.
 *
 * @param warn called with what the operator should know of the files
 * @throws Error that says what is wrong with the tokens file
 */
export async function knownTokens(
  { tokensFile, dataDir }: TokenFiles,
  clock: Clock,
  warn: (message: string) => void,
): Promise<KnownTokens> {
  const read = () => readTokens(tokensFile, warn);
  const tokens = await read();
  const file = join(dataDir, TOKEN_USES_FILE);
  const times = await readTokenUses(file).catch((error: Error) => {
    warn(error.message);
    return new Map<string, number>();
  });
  const uses = new TokenUses(file, times);
  const book = tokenBook(tokens, clock, (actor, now) => uses.note(actor, now));
  return {
    book,
    async reload() {
      const next = await read();
      book.replace(next);
      return next.size;
    },
    keepUses: () => uses.write(book.actors()).catch((error: Error) => warn(error.message)),
  };
}

async function readTokens(file: string, warn: (message: string) => void): Promise<Tokens> {
  try {
    const { tokens, warning } = await readTokensFile(file);
    if (warning !== undefined) warn(warning);
    return tokens;
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'cannot be read';
    throw new Error(`BPFLEDGER_TOKENS_FILE: ${reason}`);
  }
}
