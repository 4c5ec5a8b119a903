/**
 * Starts the service: opens the database while the rest of the program is loaded. Either takes some
 * 0.7 s, and the embedded database works in a thread of its own.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Configuration } from './api/configuration.ts';
import { makeDataFolder } from './events/storage/data-folder.ts';
import type { Database } from './events/storage/database.ts';
import type { Running } from './wiring.ts';

export { type Configuration, configurationOf } from './api/configuration.ts';
export {
  createToken,
  readTokenEntries,
  revokeToken,
  TokenChangeRefused,
} from './api/guard/new-token.ts';
export { readTokenUses, TOKEN_USES_FILE, type TokenTimes } from './api/guard/token-uses.ts';
export { ROLES, type TokenEntry } from './api/guard/tokens.ts';
export type { Running } from './wiring.ts';

/**
 * Starts the service.
 *
 * Throws an error with a sentence for the operator when the tokens, the database or the address
 * cannot be had; nothing is left open then.
 */
export async function startService(configuration: Configuration): Promise<Running> {
  if (!configuration.ephemeral) return startIn(configuration);
  // A database in the memory of the process would take twice what this takes of it.
  const dataDir = await mkdtemp(join(tmpdir(), 'bpfledger-ephemeral-'));
  const forget = () => rm(dataDir, { recursive: true, force: true });
  try {
    const running = await startIn({ ...configuration, dataDir });
    return { ...running, close: () => running.close().finally(forget) };
  } catch (error) {
    await forget();
    throw error;
  }
}

/** Starts the service on what its configuration says is kept. */
async function startIn(configuration: Configuration): Promise<Running> {
  await makeDataFolder(configuration.dataDir).catch((cause: unknown) => {
    throw new Error('cannot use the data folder (--data-dir, BPFLEDGER_DATA_DIR)', { cause });
  });
  let lose: (error: Error) => void = () => undefined;
  const lost = new Promise<never>((_, reject) => {
    lose = reject;
  });
  const opening = openDatabase(configuration, lose);
  // Whoever waits for them gets the errors; nobody does before the program is loaded.
  lost.catch(() => undefined);
  opening.catch(() => undefined);
  try {
    const { serviceOn } = await import('./wiring.ts');
    return await serviceOn(configuration, { opening, lost });
  } catch (error) {
    const database = await opening.catch(() => undefined);
    await database?.close();
    throw error;
  }
}

/** The database that the configuration names. Only its own driver is loaded: a start waits for every module. */
async function openDatabase(
  { databaseUrl, dataDir }: Configuration,
  onLost: (error: Error) => void,
): Promise<Database> {
  if (databaseUrl === undefined) {
    const { openPglite } = await import('./events/storage/pglite-database.ts');
    return openPglite({ folder: dataDir, onLost });
  }
  const { openPostgres } = await import('./events/storage/postgres-database.ts');
  return openPostgres({ url: databaseUrl });
}
