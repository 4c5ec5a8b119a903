/**
 * PGlite, a PostgreSQL inside this process: the default where no server is named. It survives a
 * crash of the process, not a loss of power (it never syncs). It has one connection and no lock
 * of its own, so the folder is locked here before it is opened.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite, type Transaction, types } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import type { Database, Queryable } from './database.ts';
import { lockFolder } from './folder-lock.ts';

/** An int8 is a number, as on the server, also where a log holds a time past 2^53. */
const PARSERS = { [types.INT8]: Number };

export interface PgliteOptions {
  /** Where the data is kept; absent: in memory, gone at the end. */
  readonly folder?: string;
}

/**
 * Opens the database in a folder, which it makes when there is none.
 *
 * @throws FolderInUse when another process has it open
 */
export async function openPglite(options: PgliteOptions = {}): Promise<Database> {
  const { folder } = options;
  if (folder === undefined)
    return databaseOf(await PGlite.create('memory://', { parsers: PARSERS }), async () => {});
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unlock = await lockFolder(folder);
  try {
    return databaseOf(await PGlite.create(join(folder, 'postgres'), { parsers: PARSERS }), unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

function databaseOf(pg: PGlite, unlock: () => Promise<void>): Database {
  return {
    ...queryable(pg),
    kind: 'pglite',
    transaction: (work) => pg.transaction((tx) => work(queryable(tx))),
    listen: (channel, wake) => pg.listen(channel, wake),
    migrate: (folder) => migrate(drizzle(pg), { migrationsFolder: folder }),
    async close() {
      await pg.close();
      await unlock();
    },
  };
}

function queryable(pg: PGlite | Transaction): Queryable {
  return {
    async query<Row extends object>(text: string, params: readonly unknown[] = []) {
      return (await pg.query<Row>(text, [...params])).rows;
    },
  };
}
