// An upgrade as an operator makes it: processes of the new version come to a database that an older one left.
// Those that migrate take turns, a service starts on its own tables only, and says what is missing.

import postgres from 'postgres';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MIGRATIONS_FOLDER } from '../../src/events/storage/migrate.ts';
import { applyMigrations } from '../../src/events/storage/postgres/migrating.ts';
import { openPostgres } from '../../src/events/storage/postgres-database.ts';
import { send } from '../api/process.ts';
import { bpfledger, type Serving, serving } from '../support/command.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { needs } from '../support/needs.ts';
import { layOut, recordedDatabase } from '../support/recorded-database.ts';

const PATIENCE = { timeout: 600_000 };
const LAST = '0044_xdp_frags';
/** The version before the last migration, and one from the middle. */
const BEFORE = '0043_controllers';
const MIDDLE = '0016_append_columns';
/** There the role of the service cannot see yet which migrations were applied. */
const BLIND = '0006_proof_append_only';

describe.skipIf(!needs('postgresql').ok)('a database of an older version', () => {
  let made: TestDatabase;
  let services: Serving[];

  beforeEach(async () => {
    services = [];
    made = await createDatabase();
  });

  afterEach(async () => {
    await Promise.all(services.map(({ end }) => end('SIGKILL')));
    await made.drop();
  });

  async function leave(tag: string): Promise<void> {
    const database = openPostgres({ url: made.url });
    await layOut(database, recordedDatabase(tag));
    await database.close();
  }

  const command = (...words: string[]) => bpfledger(words, { env: { DATABASE_URL: made.url } });
  async function service(url = made.url): Promise<Serving> {
    const started = await serving([], { DATABASE_URL: url });
    services.push(started);
    return started;
  }
  const appliedNames = ({ out }: { readonly out: string }) =>
    [...out.matchAll(/^applied (\S+)$/gmu)].map(([, name]) => String(name));

  it(
    'is migrated by one of two processes that come concurrently, and both succeed',
    PATIENCE,
    async () => {
      await leave(MIDDLE);
      const both = await Promise.all([command('migrate'), command('migrate')]);
      for (const { code, err, out } of both) {
        expect({ code, err }).toEqual({ code: 0, err: '' });
        expect(out).toContain('is up to date\n');
      }
      const applied = both.flatMap(appliedNames);
      expect(applied.at(-1)).toBe(LAST);
      expect(applied).toEqual([...new Set(applied)].sort());
      await expectServed();
    },
  );

  async function expectServed(): Promise<void> {
    const { url, end } = await service();
    const call = { name: 'mkdir', path: '/after' };
    expect(await send(`${url}/v1/hosts/web/syscalls`, { call })).toMatchObject({
      status: 200,
      body: { outcome: { ret: 0 } },
    });
    const verified = await fetch(`${url}/v1/hosts/web/verify`);
    expect(await verified.json()).toMatchObject({
      chain: { holds: true },
      projections: { holds: true },
    });
    expect(await end('SIGTERM')).toBe(0);
  }

  it(
    'that another process migrates now is refused by a service, and served when it is done',
    PATIENCE,
    async () => {
      await leave(BEFORE);
      const database = openPostgres({ url: made.url });
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      let begun = () => {};
      const applied = new Promise<void>((resolve) => {
        begun = resolve;
      });
      const migrating = database.transaction(async (tx) => {
        await applyMigrations(tx, MIGRATIONS_FOLDER);
        begun();
        await held;
      }, 'job');
      await applied;
      try {
        await expect(service()).rejects.toThrow(
          `the database lacks the migrations ${LAST}: run \`bpfledger migrate\` first`,
        );
        // One more that migrates waits for its turn, and finds nothing left to do.
        const next = command('migrate');
        await expectWaiting();
        release();
        await migrating;
        expect(await next).toMatchObject({
          code: 0,
          err: '',
          out: expect.not.stringContaining('applied'),
        });
      } finally {
        release();
        await migrating;
        await database.close();
      }
      await expectServed();
    },
  );

  /** Somebody waits for an advisory lock. */
  async function expectWaiting(): Promise<void> {
    const sql = postgres(made.url, { max: 1 });
    const waiting = () =>
      sql`select count(*)::int as count from pg_stat_activity
          where datname = current_database() and wait_event = 'advisory'`;
    await expect.poll(waiting).toMatchObject([{ count: 1 }]);
    await sql.end();
  }

  describe('under the role of the service', () => {
    let url: string;

    beforeEach(() => {
      const address = new URL(made.url);
      address.username = `ledger_${address.pathname.slice(1)}`;
      address.password = 'secret';
      url = address.href;
    });

    async function asOwner(...statements: readonly string[]): Promise<void> {
      const sql = postgres(made.url, { max: 1, onnotice: () => undefined });
      for (const statement of statements) await sql.unsafe(statement);
      await sql.end();
    }

    async function withLogin(work: () => Promise<void>): Promise<void> {
      const { username } = new URL(url);
      await asOwner(`create role ${username} login password 'secret' in role bpfledger_service`);
      try {
        await work();
      } finally {
        await asOwner(`drop owned by ${username}`, `drop role ${username}`);
      }
    }

    it.each([
      [BEFORE, `the database lacks the migrations ${LAST}: run \`bpfledger migrate\` first`],
      [BLIND, 'may not read which migrations were applied: run `bpfledger migrate` first'],
    ])('is refused by a service: %s', PATIENCE, async (tag, sentence) => {
      await leave(tag);
      await withLogin(async () => {
        await expect(service(url)).rejects.toThrow(sentence);
        // Nor may it migrate.
        const refused = await bpfledger(['migrate'], { env: { DATABASE_URL: url } });
        expect(refused).toMatchObject({
          out: '',
          err: expect.stringContaining(
            'this user of the database may not migrate it; name the owner',
          ),
        });
        expect(refused.code).not.toBe(0);
        expect(await command('migrate')).toMatchObject({ code: 0 });
        const { end } = await service(url);
        expect(await end('SIGTERM')).toBe(0);
      });
    });
  });
});
