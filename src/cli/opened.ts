/** Opens the database that the configuration names, for commands that work beside the service. */
import { counted } from '../domain/counted.ts';
import type { Database } from '../events/storage/database.ts';
import { FolderInUse } from '../events/storage/folder-lock.ts';
import { pendingMigrations } from '../events/storage/pending-migrations.ts';
import { openPglite } from '../events/storage/pglite-database.ts';
import { openPostgres } from '../events/storage/postgres-database.ts';
import type { Configuration } from '../main.ts';

/**
 * Opens the database, works with it and closes it.
 *
 * @throws Error that says what to do, when a service has the embedded database open
 */
export async function withDatabase<T>(
  { databaseUrl, dataDir }: Configuration,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const database =
    databaseUrl === undefined
      ? await openPglite({ folder: dataDir }).catch(whenInUse)
      : openPostgres({ url: databaseUrl });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

function whenInUse(error: unknown): never {
  if (!(error instanceof FolderInUse)) throw error;
  throw new Error(
    `${error.message}: stop that service, type this again, and start the service after it; ` +
      'a command that asks a running service takes its address by --url',
    { cause: error },
  );
}

/** Refuses a database that another version of the program made. */
export async function requireMigrated(database: Database): Promise<void> {
  const pending = await pendingMigrations(database);
  if (pending.length > 0)
    throw new Error(
      `${counted(pending.length, 'migration is', 'migrations are')} missing: run bpfledger migrate`,
    );
}
