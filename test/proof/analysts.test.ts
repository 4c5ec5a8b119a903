// Whom docs/sql.md gives the views and functions gets them, and nothing else: a login of its own on
// PostgreSQL tries every table, view and function that there is.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/events/storage/database.ts';
import { migrate } from '../../src/events/storage/migrate.ts';
import { openPostgres } from '../../src/events/storage/postgres-database.ts';
import { post, startTestService } from '../api/running.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { needs } from '../support/needs.ts';

const page = readFileSync(new URL('../../docs/sql.md', import.meta.url), 'utf8');
const [, calls = ''] = /^```json\n(.*?)^```$/ms.exec(page) ?? [];
const [, grant = ''] = /```\n(CREATE ROLE .*?)```/s.exec(page) ?? [];
const examples = [...page.matchAll(/^```sql\n(.*?)^```$/gms)].map(([, query = '']) => query);
const promised = [...page.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = '']) =>
  [...cell.matchAll(/`(\w+)/g)].map(([, name = '']) => name),
);

describe.skipIf(!needs('postgresql').ok)('an analyst', () => {
  const login = `analyst_${randomBytes(6).toString('hex')}`;
  let made: TestDatabase;
  let owner: Database;
  let url: URL;
  let sql: postgres.Sql;

  beforeAll(async () => {
    made = await createDatabase();
    owner = openPostgres({ url: made.url });
    await migrate(owner);
    const service = await startTestService({ database: owner });
    const web1 = { name: 'web1', release: '6.18', at: '2026-03-25T06:56:00Z' };
    await post(service.app, '/v1/hosts', { body: web1 });
    await post(service.app, '/v1/hosts/web1/syscalls', { body: calls });
    await post(service.app, '/v1/hosts/web1/branches', { body: { name: 'dropped' } });
    await service.app.request('/v1/hosts/web1/branches/dropped', { method: 'DELETE' });
    await service.close();
    for (const statement of grant.replace('analyst ', `${login} `).split(';')) {
      if (statement.trim() !== '') await owner.query(statement.replace("'…'", "'secret'"));
    }
    url = new URL(made.url);
    url.username = login;
    url.password = 'secret';
    sql = postgres(url.href, { max: 1, onnotice: () => undefined });
  }, 60_000);

  afterAll(async () => {
    await sql?.end();
    await owner?.query(`drop owned by ${login}`);
    await owner?.query(`drop role ${login}`);
    await owner?.close();
    await made?.drop();
  });

  it('is somebody whom the page says how to make', () => {
    expect(grant).toContain('bpfledger_analyst');
    expect(promised.length).toBeGreaterThan(8);
  });

  it.each(examples)('may ask %s', async (query) => {
    expect((await sql.unsafe(query)).length).toBeGreaterThan(0);
  });

  it('may use each view and function of the page', async () => {
    for (const name of promised) {
      const args = {
        effective_array_at: `'web1', '/pods', 'cgroup_inet_egress'`,
        position_at: `'web1', now()`,
      }[name];
      const from = name.endsWith('_view') ? name : `${name}(${args ?? "'web1'"})`;
      await sql.unsafe(`select * from ${from}`);
    }
  });

  it('may read no table and no other view', async () => {
    const relations = await owner.query<{ name: string }>(
      `select relname as name from pg_class where relkind in ('r', 'p', 'v', 'm', 'S')
       and relnamespace = 'public'::regnamespace`,
    );
    const allowed: string[] = [];
    for (const { name } of relations) {
      const asked = sql.unsafe(`select * from "${name}" limit 1`);
      const refused = await asked.then(
        () => false,
        (error: unknown) => /permission denied/.test(String(error)),
      );
      if (!refused) allowed.push(name);
    }
    expect(relations.length).toBeGreaterThan(20);
    expect(allowed.sort()).toEqual([
      'events_view',
      'hosts_view',
      // What the log's numbers are called.
      'ledger_fields',
      'ledger_names',
    ]);
  });

  it('cannot have a function look into a table of its own', async () => {
    await sql.unsafe('create temp table hosts as select 1::bigint host_id, $$fake$$ as name');
    await sql.unsafe('create temp table heads as select 1::bigint host_id, 1::bigint "position"');
    await expect(sql.unsafe(`select * from links_at('fake')`)).rejects.toThrow('no host fake');
    await sql.unsafe('drop table pg_temp.hosts, pg_temp.heads');
  });

  it('does not see what a condition of its own is shown', async () => {
    const seen: string[] = [];
    const onnotice = ({ message = '' }: postgres.Notice) => seen.push(message);
    const watching = postgres(url.href, { max: 1, onnotice });
    await watching.unsafe(
      `create function pg_temp.seen(host text) returns boolean language plpgsql cost 0.0001 as
       $$ begin raise notice '%', host; return true; end $$`,
    );
    await watching.unsafe('select * from hosts_view where pg_temp.seen(host)');
    await watching.end();
    expect(seen).toEqual(['web1']);
  });
});

describe.skipIf(!needs('postgresql').ok)('a login without the role', () => {
  it('may call none of the functions that look into tables', async () => {
    const made = await createDatabase();
    const database = openPostgres({ url: made.url });
    await migrate(database);
    const functions = await database.query<{ name: string; open: boolean }>(
      `select proname as name, has_function_privilege('public', p.oid, 'execute') as open
       from pg_proc p where pronamespace = 'public'::regnamespace and prosecdef`,
    );
    expect(functions).toHaveLength(8);
    expect(functions.filter(({ open }) => open)).toEqual([]);
    await database.close();
    await made.drop();
  });
});
