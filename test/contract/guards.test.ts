// What the database itself guards: nobody changes what was recorded, and nobody shares a folder.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database, Queryable } from '../../src/events/storage/database.ts';
import { lockFolder } from '../../src/events/storage/folder-lock.ts';
import { migrate } from '../../src/events/storage/migrate.ts';
import { pendingMigrations } from '../../src/events/storage/pending-migrations.ts';
import { openPglite } from '../../src/events/storage/pglite-database.ts';
import { deleteHost } from '../../src/projections/delete-host.ts';
import { describeStores, logOn, mkdir, newHost, type Store } from './stores.ts';

describeStores('guards', ({ open }) => {
  let store: Store;

  beforeAll(async () => {
    store = await open();
    const log = await logOn(store.database);
    await newHost(log);
    await log.close();
  });

  afterAll(async () => {
    await store?.drop();
  });

  it.each([
    ['update', 'update events set recorded_at = 0'],
    ['delete', 'delete from events where host_id = -1'],
    ['truncate', 'truncate events'],
    ['update', 'update batches set at_max = 0'],
    ['delete', 'delete from batches'],
    ['delete', 'delete from checkpoints'],
    ['truncate', 'truncate segments'],
  ])('%s is refused: %s', async (verb, text) => {
    const message = new RegExp(`is append-only: ${verb.toUpperCase()} is refused`);
    await expect(store.database.query(text)).rejects.toThrow(message);
  });

  it('every unique key begins with the host, so that the log can be distributed by host', async () => {
    const keys = await store.database.query<{ table: string; first: string }>(
      `select i.indrelid::regclass::text as "table", a.attname as first
       from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
       where i.indisunique and i.indrelid in (
         select oid from pg_class where relnamespace = current_schema()::regnamespace)
       order by 1, 2`,
    );
    const others = keys.filter(({ first }) => first !== 'host_id');
    // Small tables that every node has (migrations/citus/distribute.sql).
    expect(others.map(({ table }) => table)).toEqual([
      ...['alert_deliveries', 'alert_duty', 'alert_rules', 'alert_rules', 'alert_spells'],
      ...['hosts', 'ledger_fields', 'ledger_names', 'signing_keys'],
    ]);
  });

  it('a database that allows no branches says so', async () => {
    const { database } = store;
    const log = await logOn(database);
    const host = await newHost(log);
    const refuse = readFileSync(
      new URL('../../migrations/citus/distribute.sql', import.meta.url),
      'utf8',
    );
    const trigger = refuse.slice(refuse.indexOf('CREATE FUNCTION "refuse_branches"'));
    for (const statement of trigger.split(/(?<=\$\$;|refuse_branches"\(\);)\n/u).slice(0, 2)) {
      await database.query(statement);
    }
    const branch = log.createBranch(host, { name: 'twig', position: 1, actor: 'local' });
    await expect(branch).rejects.toMatchObject({ reason: { why: 'branches-unsupported' } });
    await log.close();
  });

  it('a database that is distributed by host says that no host is deleted from it', async () => {
    const script = readFileSync(
      new URL('../../migrations/citus/distribute.sql', import.meta.url),
      'utf8',
    );
    const guards = /^CREATE OR REPLACE FUNCTION "refuse_deletion\w*"[\s\S]*?^\$\$;/gmu;
    const replaced = [...script.matchAll(guards)].map(([statement]) => statement);
    expect(replaced).toHaveLength(2);
    const log = await logOn(store.database);
    const host = await newHost(log);
    const request = { name: host, actor: 'root', reason: '', now: 1 };
    const refused = store.database.transaction(async (tx) => {
      for (const statement of replaced) await tx.query(statement);
      await deleteHost(inside(store.database, tx), request);
    });
    await expect(refused).rejects.toThrow(
      'no host is deleted from a database that is distributed by host',
    );
    // Without the cluster's guards it goes.
    await expect(deleteHost(store.database, request)).resolves.toMatchObject({ events: 1 });
    await log.close();
  });

  it('the role of the service may add to the log and not touch it', async () => {
    const grants = await store.database.query<{ name: string; may: string }>(
      `select table_name as name, string_agg(privilege_type, ' ' order by privilege_type) as may
         from information_schema.role_table_grants where grantee = 'bpfledger_service'
         group by 1 order by 1`,
    );
    const of = Object.fromEntries(grants.map(({ name, may }) => [name, may]));
    expect(of).toMatchObject({
      events: 'INSERT SELECT',
      host_deletions: 'SELECT',
      heads: 'INSERT SELECT UPDATE',
      idempotency: 'DELETE INSERT SELECT',
      link_versions: 'INSERT SELECT',
    });
  });

  it.each([
    'update events set recorded_at = 0',
    'delete from events',
    'truncate events',
    'alter table events disable trigger all',
    'drop trigger events_append_only on events',
    'alter table events owner to current_user',
    'set local session_replication_role = replica',
  ])('the role of the service may not: %s', async (text) => {
    const tried = store.database.transaction(async (tx) => {
      await tx.query('set local role bpfledger_service');
      await tx.query(text);
    });
    await expect(tried).rejects.toThrow(/^(?:permission denied|must be owner)/u);
  });

  it('a database that a newer version of the program migrated is refused', async () => {
    const back = new Error('rolled back');
    const tried = store.database.transaction(async (tx) => {
      const newer = `insert into drizzle.__drizzle_migrations (hash, created_at)
        values ('newer', 9000000000000)`;
      await tx.query(newer);
      const refused = pendingMigrations(inside(store.database, tx));
      await expect(refused).rejects.toThrow(/has 1 migration of a newer version of this program/);
      throw back;
    });
    await expect(tried).rejects.toBe(back);
  });

  it('the role is enough to write a log', async () => {
    await store.database.transaction(async (tx) => {
      await tx.query('set local role bpfledger_service');
      expect(await pendingMigrations(inside(store.database, tx))).toEqual([]);
      const log = await logOn(inside(store.database, tx));
      const host = await newHost(log);
      expect((await log.submit(host, mkdir('/x'))).events[0]?.position).toBe(2);
      await log.sweepKeys();
      await log.close();
    });
  });

  it('migrating again changes nothing, also when several do it concurrently', async () => {
    await Promise.all([migrate(store.database), migrate(store.another())]);
  });
});

/** The database as a transaction sees it, with that transaction's role. */
function inside(database: Database, tx: Queryable): Database {
  return {
    ...database,
    ...tx,
    transaction: (work) => work(tx),
    listen: async () => async () => undefined,
  };
}

describe('a PGlite folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-folder-'));

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is refused to a second opener, with the pid of the first, and free after it closed', async () => {
    const first = await openPglite({ folder });
    await expect(openPglite({ folder })).rejects.toThrow(
      `${folder} is in use by process ${process.pid}`,
    );
    await migrate(first);
    const log = await logOn(first);
    const host = await newHost(log);
    await log.close();
    await first.close();
    const again = await openPglite({ folder });
    expect((await (await logOn(again)).head(host)).position).toBe(1);
    await again.close();
  });

  it('is free again when its holder was killed, and exactly one of many then gets it', async () => {
    const holder = spawn(process.execPath, ['--import', 'tsx', '-e', holding(folder)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    await expect(lockFolder(folder)).rejects.toMatchObject({ pid: holder.pid });
    holder.kill('SIGKILL');
    await once(holder, 'exit');

    const takers = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)));
    const won = takers.filter((taker) => taker.status === 'fulfilled');
    expect(won.length).toBe(1);
    await won[0]?.value();
    expect(readdirSync(folder).filter((name) => name !== 'postgres').length).toBe(1);
    await (await lockFolder(folder))();
  });
});

/** A program that locks the folder, says so and stays. */
function holding(folder: string): string {
  const module = new URL('../../src/events/storage/folder-lock.ts', import.meta.url).href;
  return `
    import(${JSON.stringify(module)}).then(async ({ lockFolder }) => {
      await lockFolder(${JSON.stringify(folder)});
      console.log('locked');
      setInterval(() => {}, 1000);
    });`;
}
