/** Opens the database that the configuration names, for commands that work beside the service. */
import type { Database } from '../events/storage/database.ts';
import { pendingMigrations } from '../events/storage/pending-migrations.ts';
import { openPglite } from '../events/storage/pglite-database.ts';
import { openPostgres } from '../events/storage/postgres-database.ts';
import type { Configuration } from '../main.ts';

/**
 * Opens the database, works with it and closes it.
 *
 * @throws FolderInUse when a service has the embedded database open
 */
export async function withDatabase<T>(
  { databaseUrl, dataDir }: Configuration,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const database =
    databaseUrl === undefined
      ? await openPglite({ folder: dataDir })
      : openPostgres({ url: databaseUrl });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** Refuses a database that another version of the program made. */
export async function requireMigrated(database: Database): Promise<void> {
  const pending = await pendingMigrations(database);
  if (pending.length > 0)
    throw new Error(`${pending.length} migrations are missing: run bpfledger migrate`);
}
