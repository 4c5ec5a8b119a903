/** Opens PGlite, a new database as the prepared one, and migrates it. In the thread of PGlite. */
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { PGlite, types } from '@electric-sql/pglite';
import { databaseFolder } from '../data-folder.ts';
import { openPrepared, readPrepared } from './prepared.ts';
import { unpackTar } from './tar.ts';

/** An int8 is a number, as on the server, also where a log holds a time past 2^53. */
const parsers = { [types.INT8]: Number };

/**
 * PostgreSQL's own pages: PGlite touches all of them at start, so its default of 128 MB is 128 MB of
 * every process. The pages of a larger database come from the pages of the operating system.
 */
const startParams = [...PGlite.defaultStartParams, '-c', 'shared_buffers=16MB'];

interface Opening {
  /** Whether a new database may begin as the prepared one. */
  readonly prepared: boolean;
}

/** A new database that is gone at the end. */
export async function openInMemory({ prepared }: Opening): Promise<PGlite> {
  const tar = prepared ? await readPrepared() : undefined;
  if (tar === undefined) return PGlite.create('memory://', { parsers, startParams });
  return PGlite.create('memory://', {
    parsers,
    startParams,
    loadDataDir: new Blob([tar as Uint8Array<ArrayBuffer>]),
  });
}

/** The database in a folder that this process has locked; a new one when there is none. */
export async function openDirectory(folder: string, { prepared }: Opening): Promise<PGlite> {
  const directory = databaseFolder(folder);
  if (prepared && !existsSync(directory)) await layOut(directory);
  return PGlite.create(directory, { parsers, startParams });
}

/** Unpacks the prepared database beside the folder, so that a crash leaves no half-made one. */
async function layOut(directory: string): Promise<void> {
  const tar = await openPrepared();
  if (tar === undefined) return;
  const unfinished = `${directory}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await unpackTar(tar, unfinished);
  await rename(unfinished, directory);
}

/** Applies what is missing of a folder of migrations; returns how many that were. */
export async function applyMigrations(pg: PGlite, migrationsFolder: string): Promise<number> {
  // Most starts find nothing to apply, and need not wait for these.
  const { drizzle } = await import('drizzle-orm/pglite');
  const { migrate } = await import('drizzle-orm/pglite/migrator');
  const before = await countApplied(pg);
  await migrate(drizzle(pg), { migrationsFolder });
  return (await countApplied(pg)) - before;
}

/** Counts the migrations that were applied; a new database has no table of them. */
async function countApplied(pg: PGlite): Promise<number> {
  const table = 'drizzle.__drizzle_migrations';
  const { rows: found } = await pg.query<{ name: string | null }>(
    `select to_regclass('${table}')::text as name`,
  );
  if (found[0]?.name === null) return 0;
  const { rows } = await pg.query<{ count: number }>(
    `select count(*)::int4 as count from ${table}`,
  );
  return rows[0]?.count ?? 0;
}
