// Databases as older versions of the program left them (scripts/record-database.ts): their schema is made
// by the migrations of then, their rows are laid into it.

import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import type { Database } from '../../src/events/storage/database.ts';
import { MIGRATIONS_FOLDER } from '../../src/events/storage/migrate.ts';
import { asOwner } from './lost-tail.ts';

const FOLDER = join(import.meta.dirname, '../histories/databases');

export interface RecordedDatabase {
  /** The last migration that it has. */
  readonly tag: string;
  /** Of the version that left it. */
  readonly commit: string;
  /** As they were applied, in order; the hash is that of the SQL. */
  readonly migrations: readonly { readonly hash: string; readonly created_at: number }[];
  /** Rows by table, without those that migrations write. */
  readonly tables: Readonly<Record<string, readonly object[]>>;
}

/** Tags of the recorded ones, oldest first. */
export function recordedTags(): string[] {
  const ending = '.json.br';
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith(ending))
    .map((name) => name.slice(0, -ending.length))
    .sort();
}

export function recordedDatabase(tag: string): RecordedDatabase {
  const text = brotliDecompressSync(readFileSync(join(FOLDER, `${tag}.json.br`))).toString('utf8');
  return { tag, ...(JSON.parse(text) as Omit<RecordedDatabase, 'tag'>) };
}

/** Applies the migrations up to one, this one as well. */
export async function migrateTo(database: Database, tag: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-migrations-'));
  try {
    cpSync(MIGRATIONS_FOLDER, folder, { recursive: true });
    const path = join(folder, 'meta/_journal.json');
    const journal = JSON.parse(readFileSync(path, 'utf8')) as { entries: { tag: string }[] };
    const end = journal.entries.findIndex((entry) => entry.tag === tag) + 1;
    if (end === 0) throw new Error(`there is no migration ${tag}`);
    writeFileSync(path, JSON.stringify({ ...journal, entries: journal.entries.slice(0, end) }));
    await database.migrate(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Makes an empty database the recorded one. */
export async function layOut(database: Database, recorded: RecordedDatabase): Promise<void> {
  await migrateTo(database, recorded.tag);
  await asOwner(database, async (tx) => {
    for (const [table, rows] of Object.entries(recorded.tables)) {
      await tx.query(
        `insert into "${table}" overriding system value
         select * from json_populate_recordset(null::"${table}", $1::text::json)`,
        [JSON.stringify(rows)],
      );
    }
  });
  // The rows came with their numbers.
  for (const { table, column } of await database.query<{ table: string; column: string }>(
    `select table_name as table, column_name as column from information_schema.columns
     where table_schema = current_schema() and is_identity = 'YES'`,
  )) {
    await database.query(
      `select setval(pg_get_serial_sequence('"${table}"', '${column}'), max("${column}"))
       from "${table}" having max("${column}") is not null`,
    );
  }
}
