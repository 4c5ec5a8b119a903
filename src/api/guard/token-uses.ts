/**
 * When each token was last used with this instance of the service. It is kept in a file of the data
 * folder: whoever can write to the database neither sees nor changes it.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { rfc3339 } from '../../events/encoding/rfc3339.ts';
import { time } from '../time.ts';

/** Name of the file, in the data folder. */
export const TOKEN_USES_FILE = 'token-uses.json';

const OWNER_ONLY = 0o600;

const usesSchema = z.record(z.string(), time);

/** Times by the actor that the token makes, `token:NAME`; microseconds since the epoch. */
export type TokenTimes = ReadonlyMap<string, number>;

/**
 * The times that a file has; none when there is no such file.
 *
 * @throws Error that names the file, when it cannot be read
 */
export async function readTokenUses(file: string): Promise<TokenTimes> {
  try {
    const uses = usesSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    return new Map(Object.entries(uses));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw new Error(`${file} is not as the service writes it; remove it, and a new one begins`, {
      cause: error,
    });
  }
}

export class TokenUses {
  readonly #file: string;
  readonly #times: Map<string, number>;
  #isWritten = true;

  /** @param times what the file has */
  constructor(file: string, times: TokenTimes) {
    this.#file = file;
    this.#times = new Map(times);
  }

  /** @param now microseconds since the epoch */
  note(actor: string, now: number): void {
    this.#times.set(actor, now);
    this.#isWritten = false;
  }

  /** Writes what changed, and of these actors only: a revoked token has no last use any more. */
  async write(actors: Iterable<string>): Promise<void> {
    if (this.#isWritten) return;
    this.#isWritten = true;
    const there = new Set(actors);
    for (const actor of this.#times.keys()) if (!there.has(actor)) this.#times.delete(actor);
    const uses = Object.fromEntries(Array.from(this.#times, ([name, at]) => [name, rfc3339(at)]));
    try {
      await writeFile(`${this.#file}.new`, `${JSON.stringify(uses, null, 2)}\n`, {
        mode: OWNER_ONLY,
      });
      await rename(`${this.#file}.new`, this.#file);
    } catch (error) {
      this.#isWritten = false;
      throw error;
    }
  }
}
