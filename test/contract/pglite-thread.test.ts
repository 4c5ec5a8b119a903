// PGlite in its thread: what is asked of it is answered as before, the service's own thread goes on
// meanwhile, and a database that breaks down says so.

import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/events/storage/database.ts';
import {
  findViolatedUnique,
  troubleOf,
  wasRefused,
} from '../../src/events/storage/database-error.ts';
import { migrate } from '../../src/events/storage/migrate.ts';
import { pendingMigrations } from '../../src/events/storage/pending-migrations.ts';
import { writePrepared } from '../../src/events/storage/pglite/prepare.ts';
import { preparedFile } from '../../src/events/storage/pglite/prepared.ts';
import { openPglite } from '../../src/events/storage/pglite-database.ts';

/** Holds PostgreSQL for a second or so. */
const LONG = 'select count(*)::int8 as n from generate_series(1, 6000000)';

/** How often the event loop of this thread came round before some work was done. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns++;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  await work.finally(() => {
    isOver = true;
  });
  return turns;
}

describe('PGlite in its thread', () => {
  let database: Database;

  beforeAll(async () => {
    database = await openPglite();
    await database.query('create table held (id int8 primary key, body text, bytes bytea)');
  });
  afterAll(() => database.close());

  it('answers with rows of every kind, also more than go in one piece', async () => {
    const rows = await database.query<{ n: number }>('select generate_series(1, 2500)::int8 as n');
    expect(rows.map(({ n }) => n)).toEqual(Array.from({ length: 2500 }, (_, i) => i + 1));
    const [row] = await database.query(
      `select true as t, null::text as none, 9007199254740991::int8 as big, '{"a":[1]}'::json as j,
         decode('00ff', 'hex') as bytes, $1::text as text, $2::int8[] as list`,
      ['ä"\\', '{1,2}'],
    );
    expect(row).toMatchObject({
      ...{ t: true, none: null, big: Number.MAX_SAFE_INTEGER, j: { a: [1] }, text: 'ä"\\' },
      list: [1, 2],
    });
    expect(Buffer.from((row as { bytes: Uint8Array }).bytes).toString('hex')).toBe('00ff');
  });

  it('keeps what an error of the server says', async () => {
    const insert = () => database.query('insert into held (id) values ($1)', [1]);
    await insert();
    const error = await insert().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect([wasRefused(error), findViolatedUnique(error)]).toEqual([true, 'held_pkey']);
    await expect(database.query('select nothing from nowhere')).rejects.toMatchObject({
      code: '42P01',
    });
    expect(await insert().catch(findViolatedUnique)).toBe('held_pkey');
  });

  it('keeps a transaction to itself, takes back one that fails, and takes nothing after it', async () => {
    const count = () => database.query<{ n: number }>('select count(*)::int8 as n from held');
    let late: Promise<unknown> = Promise.resolve();
    const failing = database.transaction(async (tx) => {
      await tx.query('insert into held (id) values (100)');
      late = new Promise((resolve) => setTimeout(resolve, 100)).then(() => tx.query('select 1'));
      late.catch(() => undefined);
      throw new Error('not this time');
    });
    const [failed, [row]] = await Promise.all([failing.catch((e: Error) => e.message), count()]);
    expect([failed, row?.n]).toEqual(['not this time', 1]);
    await expect(late).rejects.toThrow('the transaction is over');
  });

  it('tells who listens what a commit notified', async () => {
    const heard: string[] = [];
    const deafen = await database.listen('grown', (payload) => heard.push(payload));
    await database.query(`select pg_notify('grown', 'seven')`);
    await expect.poll(() => heard).toEqual(['seven']);
    await deafen();
  });

  it('does not hold the thread that asks', async () => {
    // In the thread that asks, the loop would stand still for all of it.
    expect(await turnsDuring(database.query(LONG))).toBeGreaterThan(100);
  });

  it('lets a short statement pass forty long ones of one kind', async () => {
    const page = 'select count(*)::int8 as n from generate_series(1, $1::int8)';
    const done: string[] = [];
    const long = Array.from({ length: 40 }, () =>
      database.query(page, [200_000]).then(() => done.push('page')),
    );
    const short = database.query('select 1').then(() => done.push('short'));
    await Promise.all([...long, short]);
    expect(done.indexOf('short')).toBeLessThan(4);
  });

  it('refuses what comes after it was closed', async () => {
    const other = await openPglite();
    await other.close();
    await expect(other.query('select 1')).rejects.toThrow('the database is closed');
  });
});

describe('a database that breaks down', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-broken-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('fails whatever is asked, says so, and is whole when it is opened again', async () => {
    const lost: Error[] = [];
    const database = await openPglite({ folder, onLost: (error) => lost.push(error) });
    await database.query('create table kept as select 1 as n');
    // The engine's stack ends before that of PostgreSQL, which ends with it.
    await database.query(`set max_stack_depth = '7000kB'`);
    await database.query(
      'create function deep(i int) returns int language plpgsql as $$ begin return deep(i); end $$',
    );
    const asked = ['select deep(1)', 'select 1', 'select n from kept'];
    const answers = await Promise.allSettled(asked.map((text) => database.query(text)));
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'CONNECTION_LOST' } });
      expect(troubleOf((answer as PromiseRejectedResult).reason)).toBeDefined();
    }
    await expect(database.query('select 1')).rejects.toThrow('start the service again');
    expect(lost).toHaveLength(1);
    await database.close();
    const again = await openPglite({ folder });
    expect(await again.query('select n from kept')).toEqual([{ n: 1 }]);
    await again.close();
  });
});

describe('a new database', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-prepared-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('ends with a statement that does not end, and is there again with what was acknowledged', async () => {
    const data = join(folder, 'endless');
    const lost: Error[] = [];
    const options = { folder: data, statementMs: 1500, onLost: (error: Error) => lost.push(error) };
    const database = await openPglite(options);
    await database.query('create table kept (n int8)');
    await database.query('insert into kept values (1)');
    const endless = database.query('select count(*) from generate_series(1, 1000000000000)');
    const behind = database.query('select n from kept');
    for (const asked of [
      endless,
      behind,
      database.transaction(async (tx) => tx.query('select 1')),
    ]) {
      expect(troubleOf(await asked.catch((error: unknown) => error))?.sentence).toBeDefined();
    }
    expect(lost).toMatchObject([{ cause: { message: 'a statement took more than 1.5 s' } }]);
    // It does not wait for the statement, for which a close has ten seconds.
    const start = performance.now();
    await database.close();
    expect(performance.now() - start).toBeLessThan(10_000);
    const again = await openPglite({ folder: data });
    expect(await again.query('select n from kept')).toEqual([{ n: 1 }]);
    await again.close();
  });

  it('begins as the prepared one: with the schema, and as one that was migrated', async () => {
    await writePrepared();
    expect(statSync(preparedFile()).size).toBeLessThan(3 * 1024 * 1024);
    const tables = `select table_name, column_name, data_type from information_schema.columns
      where table_schema in ('public', 'drizzle') order by 1, 2`;
    const prepared = await openPglite({ folder });
    expect(await pendingMigrations(prepared)).toEqual([]);
    const databases = 'select datname from pg_database';
    expect(await prepared.query(databases)).toEqual([{ datname: 'postgres' }]);
    const bare = await openPglite({ prepared: false });
    expect(await bare.query(tables)).toEqual([]);
    await migrate(bare);
    expect(await bare.query(tables)).toEqual(await prepared.query(tables));
    await Promise.all([prepared.close(), bare.close()]);
  });

  it('leaves nothing half there when it is killed while it is unpacked', async () => {
    const data = join(folder, 'killed');
    // What a kill leaves: the folder beside, with some of its files.
    mkdirSync(join(data, 'postgres.new/base'), { recursive: true });
    const database = await openPglite({ folder: data });
    expect(await pendingMigrations(database)).toEqual([]);
    await database.close();
    expect(existsSync(join(data, 'postgres.new'))).toBe(false);
  });
});
