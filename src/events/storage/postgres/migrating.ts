/** Migrations on a server: one process at a time applies what is missing, all or nothing. */
import type { Queryable } from '../database.ts';

/** Names the advisory lock under which a process migrates. */
const LOCK = 0x6270_666c;

/** Where drizzle, and `pendingMigrations`, look for what was applied. */
const TABLE = 'drizzle.__drizzle_migrations';

/** Applies, in a transaction, the migrations of a folder that are missing; returns how many were. */
export async function applyMigrations(tx: Queryable, folder: string): Promise<number> {
  // A service never migrates a server, so it need not wait for this at its start.
  const { readMigrationFiles } = await import('drizzle-orm/migrator');
  await tx.query('select pg_advisory_xact_lock($1)', [LOCK]);
  await tx.query('create schema if not exists drizzle');
  await tx.query(
    `create table if not exists ${TABLE} (id serial primary key, hash text not null, created_at bigint)`,
  );
  const [row] = await tx.query<{ latest: number | null }>(
    `select max(created_at)::int8 as latest from ${TABLE}`,
  );
  const latest = row?.latest ?? 0;
  const missing = readMigrationFiles({ migrationsFolder: folder }).filter(
    ({ folderMillis }) => folderMillis > latest,
  );
  for (const { sql, folderMillis, hash } of missing) {
    for (const statement of sql) await tx.query(statement);
    const insert = `insert into ${TABLE} (hash, created_at) values ($1, $2)`;
    await tx.query(insert, [hash, folderMillis]);
  }
  return missing.length;
}
