/** The tokens file as the file system has it: who may read and change it matters too. */
import { open } from 'node:fs/promises';
import { type Tokens, tokensOf } from './tokens.ts';

export interface TokensFile {
  readonly tokens: Tokens;
  /** What the operator should know of the file. */
  readonly warning?: string;
}

/** Write permission of the group and of others. */
const CHANGED_BY_OTHERS = 0o022;
/** Read permission of others; the group may be the service's own. */
const READ_BY_ALL = 0o004;

/**
 * Reads a tokens file.
 *
 * @throws Error that says what is wrong: missing, to be changed by others, or not of the format
 */
export async function readTokensFile(file: string): Promise<TokensFile> {
  const opened = await open(file);
  try {
    const { mode } = await opened.stat();
    const shown = `${file} has the mode ${(mode & 0o777).toString(8)}`;
    if ((mode & CHANGED_BY_OTHERS) !== 0) {
      throw new Error(`${shown}: others may change who may use the service (chmod 600 ${file})`);
    }
    const tokens = tokensOf(await opened.readFile('utf8'));
    if ((mode & READ_BY_ALL) === 0) return { tokens };
    const warning = `${shown}: everyone on this machine may read the hashes (chmod 600 ${file})`;
    return { tokens, warning };
  } finally {
    await opened.close();
  }
}
