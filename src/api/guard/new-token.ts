/** New tokens, and tokens that end: changes of the tokens file, which a service reads at SIGHUP. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { type TokenEntry, tokenEntries, tokenLines, tokensOf } from './tokens.ts';

/** Bytes of randomness in a token. */
const TOKEN_BYTES = 32;
/** Of a new tokens file: only its owner reads and writes it. */
const OWNER_ONLY = 0o600;

/** A tokens file cannot be changed as asked; says why. */
export class TokenChangeRefused extends Error {}

/** The entries of a tokens file; none when there is no such file. */
export async function readTokenEntries(file: string): Promise<TokenEntry[]> {
  return existsSync(file) ? tokenEntries(await readFile(file, 'utf8')) : [];
}

/**
 * Adds a token to a file, which is made if it is not there. Only its hash is kept.
 *
 * @returns the token, which nobody can read again
 * @throws TokenChangeRefused when the name is taken, or another change is under way
 * @throws Error that names the field that is wrong
 */
export async function createToken(
  file: string,
  entry: Omit<TokenEntry, 'sha256'>,
): Promise<string> {
  const token = randomBytes(TOKEN_BYTES).toString('hex');
  const sha256 = createHash('sha256').update(token).digest('hex');
  await changeFile(file, (entries) => {
    if (entries.some(({ name }) => name === entry.name)) {
      throw new TokenChangeRefused(`there is a token ${entry.name} already; revoke it first`);
    }
    return [...entries, { ...entry, sha256 }];
  });
  return token;
}

/**
 * Takes a token out of a file.
 *
 * @throws TokenChangeRefused when there is none of that name, or another change is under way
 */
export async function revokeToken(file: string, name: string): Promise<void> {
  await changeFile(file, (entries) => {
    const kept = entries.filter((entry) => entry.name !== name);
    if (kept.length < entries.length) return kept;
    const names = entries.map((entry) => entry.name).join(', ');
    throw new TokenChangeRefused(
      `there is no token ${name} in ${file} (it has ${names || 'none'})`,
    );
  });
}

/** Puts a changed file in the place of the old one: a service never reads half of it. */
async function changeFile(
  file: string,
  change: (entries: TokenEntry[]) => TokenEntry[],
): Promise<void> {
  const next = `${file}.new`;
  const old = existsSync(file) ? await stat(file) : undefined;
  const writing = await open(next, 'wx', OWNER_ONLY).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
    throw new TokenChangeRefused(`${next} is there: another change is under way, or was cut off`);
  });
  try {
    const text = tokenLines(change(await readTokenEntries(file)));
    // Whatever the service would refuse must not get into its place.
    tokensOf(text);
    await writing.writeFile(text);
    if (old !== undefined) {
      await writing.chmod(old.mode & 0o777);
      await chown(next, old.uid, old.gid);
    }
    await writing.sync();
    await rename(next, file);
  } catch (error) {
    await rm(next, { force: true });
    throw error;
  } finally {
    await writing.close();
  }
}
