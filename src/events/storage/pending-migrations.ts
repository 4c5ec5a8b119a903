/** The migrations that a database lacks: a service must not run on a schema of another version. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from './database.ts';
import { MIGRATIONS_FOLDER } from './migrate.ts';

const JOURNAL = join(MIGRATIONS_FOLDER, 'meta/_journal.json');

interface Journal {
  readonly entries: readonly { readonly when: number; readonly tag: string }[];
}

/** Names of the checked-in migrations that the database lacks, in order. */
export async function pendingMigrations(database: Database): Promise<string[]> {
  const { entries } = JSON.parse(await readFile(JOURNAL, 'utf8')) as Journal;
  const [table] = await database.query<{ name: string | null }>(
    `select to_regclass('drizzle.__drizzle_migrations')::text as name`,
  );
  if (table === undefined || table.name === null) return entries.map(({ tag }) => tag);
  const [row] = await database.query<{ latest: number | null }>(
    'select max(created_at)::int8 as latest from drizzle.__drizzle_migrations',
  );
  return entries.filter(({ when }) => when > (row?.latest ?? 0)).map(({ tag }) => tag);
}
