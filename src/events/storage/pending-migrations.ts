/** The migrations that a database lacks: a service must not run on a schema of another version. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { countText } from '../../domain/count-text.ts';
import type { Database } from './database.ts';
import { MIGRATIONS_FOLDER } from './migrate.ts';

const JOURNAL = join(MIGRATIONS_FOLDER, 'meta/_journal.json');

interface Journal {
  readonly entries: readonly { readonly when: number; readonly tag: string }[];
}

/** The database has migrations that this program does not know. */
export class NewerSchema extends Error {
  override readonly name = 'NewerSchema';

  constructor(unknown: number) {
    super(
      `the database has ${countText(unknown, 'migration')} of a newer version of this program, ` +
        'which this one would write beside: use that version, or a copy of the database from before',
    );
  }
}

/**
 * Names of the checked-in migrations that the database lacks, in order.
 *
 * @throws NewerSchema
 */
export async function pendingMigrations(database: Database): Promise<string[]> {
  const { entries } = JSON.parse(await readFile(JOURNAL, 'utf8')) as Journal;
  const [table] = await database.query<{ name: string | null }>(
    `select to_regclass('drizzle.__drizzle_migrations')::text as name`,
  );
  if (table === undefined || table.name === null) return entries.map(({ tag }) => tag);
  const known = entries.at(-1)?.when ?? 0;
  const [row] = await database.query<{ latest: number | null; unknown: number }>(
    `select max(created_at)::int8 as latest, count(*) filter (where created_at > $1)::int8 as unknown
     from drizzle.__drizzle_migrations`,
    [known],
  );
  if (row !== undefined && row.unknown > 0) throw new NewerSchema(row.unknown);
  return entries.filter(({ when }) => when > (row?.latest ?? 0)).map(({ tag }) => tag);
}
