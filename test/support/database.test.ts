import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, postgresUrl, type TestDatabase } from './database.ts';
import { needs } from './needs.ts';

const postgresql = needs('postgresql');

describe.skipIf(!postgresql.ok)('the PostgreSQL of the tests', () => {
  let database: TestDatabase;
  let sql: postgres.Sql;

  beforeAll(async () => {
    database = await createDatabase();
    sql = postgres(database.url, { max: 1 });
  });

  afterAll(async () => {
    await sql?.end();
    await database?.drop();
  });

  it('is one server for every file of the run', async () => {
    expect(new URL(await postgresUrl()).host).toBe(new URL(database.url).host);
  });

  it('keeps fsync on, is version 15 or later and stores UTF-8', async () => {
    const [row] = await sql`
      select current_setting('fsync') as fsync, current_setting('server_encoding') as encoding,
        current_setting('server_version_num')::int >= 150000 as recent`;
    expect(row).toEqual({ fsync: 'on', encoding: 'UTF8', recent: true });
  });

  it('gives each caller an empty database and takes it away', async () => {
    const other = await createDatabase();
    const [{ count } = { count: -1 }] = await sql`
      select count(*)::int from pg_database where datname = ${new URL(other.url).pathname.slice(1)}`;
    expect(count).toBe(1);
    await other.drop();
    const gone = postgres(other.url, { max: 1 });
    await expect(gone`select 1`).rejects.toMatchObject({ code: '3D000' });
  });
});
