// Connections that the server cuts under load: every statement is answered or refused, nothing of a
// transaction that broke is committed, and the pool comes back whole.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/events/storage/database.ts';
import { openPostgres } from '../../src/events/storage/postgres-database.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { needs } from '../support/needs.ts';

const CONNECTIONS = 4;
const CUTS = 15;

describe.skipIf(!needs('postgresql').ok)('cut connections', () => {
  let made: TestDatabase;
  let database: Database;
  let cutter: Database;

  beforeAll(async () => {
    made = await createDatabase();
    database = openPostgres({ url: made.url, connectionsMax: CONNECTIONS });
    cutter = openPostgres({ url: made.url, connectionsMax: 1 });
    await cutter.query('create table notes (place text, n int8)');
  });

  afterAll(async () => {
    await Promise.all([database.close(), cutter.close()]);
    await made.drop();
  });

  const cut = () =>
    cutter.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    );
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  it('leave no statement unanswered, and no connection unusable', { timeout: 60_000 }, async () => {
    let stopped = false;
    const settled = { answered: 0, refused: 0 };
    const asking = Array.from({ length: 16 }, async (_, i) => {
      while (!stopped) {
        const long = database.query('select repeat($1, $2) as text', ['x', 100 + i * 150]);
        await long.then(
          () => settled.answered++,
          () => settled.refused++,
        );
      }
    });
    for (let i = 0; i < CUTS; i++) {
      // Some are answered between two cuts, however long a connection takes to come back.
      const before = settled.answered;
      await pause(100);
      while (settled.answered === before) await pause(5);
      await cut();
    }
    stopped = true;
    await Promise.all(asking);
    expect(settled.refused).toBeGreaterThan(0);
    await pause(200);
    const after = Array.from({ length: 50 }, (_, n) => database.query('select $1::int8 as n', [n]));
    expect(await Promise.all(after)).toEqual(after.map((_, n) => [{ n }]));
  });

  it('commit nothing of a transaction that they broke', { timeout: 60_000 }, async () => {
    let finished: Promise<unknown> = Promise.resolve();
    const broken = database.transaction(async (tx) => {
      finished = (async () => {
        for (let n = 0; n < 200; n++) {
          await tx.query('insert into notes values ($1, $2)', ['inside', n]).catch(() => undefined);
          await pause(5);
        }
      })();
      await finished;
    });
    await Promise.all([expect(broken).rejects.toThrow(), pause(200).then(cut)]);
    // The pool goes on meanwhile, over all its connections: there is one to fall into.
    for (let n = 0; n < 50; n++) {
      const others = Array.from({ length: 2 * CONNECTIONS }, () =>
        database.query('insert into notes values ($1, 0)', ['pool']),
      );
      await Promise.allSettled(others);
    }
    await finished;
    const [row] = await cutter.query<{ inside: number }>(
      `select count(*)::int8 as inside from notes where place = 'inside'`,
    );
    expect(row).toEqual({ inside: 0 });
  });
});
