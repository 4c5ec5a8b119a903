/** Opens the database that the configuration names, for commands that work beside the service. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { countText } from '../domain/count-text.ts';
import { missing } from '../events/log-refusal.ts';
import { databaseFolder } from '../events/storage/data-folder.ts';
import type { Database } from '../events/storage/database.ts';
import { DatabaseAbsent } from '../events/storage/database-error.ts';
import { FolderInUse } from '../events/storage/folder-lock.ts';
import { pendingMigrations } from '../events/storage/pending-migrations.ts';
import { openPglite } from '../events/storage/pglite-database.ts';
import { openPostgres } from '../events/storage/postgres-database.ts';
import type { Configuration } from '../main.ts';
import { sentenceOf } from './exit-code.ts';
import { placeOf } from './settings.ts';

/**
 * Opens the database that is there, works with it and closes it. It makes no embedded database.
 *
 * @throws Error that says what to do, when the folder has no database or a service has it open
 */
export async function withDatabase<T>(
  configuration: Configuration,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const { databaseUrl, dataDir } = configuration;
  if (databaseUrl === undefined) await requireThere(dataDir);
  return withNewDatabase(configuration, (database) =>
    work(database).catch((error: unknown) => {
      if (missing(error) === undefined) throw error;
      // A service that runs may have another database: which one has no such host has to be said.
      const place = placeOf(configuration);
      throw new Error(`${place}: ${sentenceOf(error)}`, { cause: error });
    }),
  );
}

/**
 * Opens the database, works with it and closes it; an embedded one that is not there is made.
 *
 * @throws Error that says what to do, when a service has the embedded database open
 */
export async function withNewDatabase<T>(
  configuration: Configuration,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const { databaseUrl, dataDir } = configuration;
  const database =
    databaseUrl === undefined
      ? await openPglite({ folder: dataDir }).catch(whenInUse)
      : openPostgres({ url: databaseUrl });
  try {
    return await work(database);
  } catch (cause) {
    // "getaddrinfo ENOTFOUND db" says neither whose address that is nor what was asked of it.
    if (!(cause instanceof DatabaseAbsent)) throw cause;
    throw new Error(`cannot use ${placeOf(configuration)}`, { cause });
  } finally {
    await database.close();
  }
}

/** Refuses a folder without a database: opening it would make one. */
async function requireThere(folder: string): Promise<void> {
  try {
    await access(databaseFolder(folder), constants.F_OK);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EACCES') throw cause;
    throw new Error(
      `${folder} has no database: this command opens a database itself and asks no service; name ` +
        'the folder of a service that you stopped by --data-dir, or PostgreSQL by DATABASE_URL',
    );
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
      `${countText(pending.length, 'migration is', 'migrations are')} missing: run bpfledger migrate`,
    );
}
