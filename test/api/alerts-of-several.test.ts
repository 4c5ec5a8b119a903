// Several instances on one database: each alert comes up once, whoever evaluates, and in order; when one
// ends, another goes on.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/events/storage/database.ts';
import { migrate } from '../../src/events/storage/migrate.ts';
import { openPostgres } from '../../src/events/storage/postgres-database.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { needs } from '../support/needs.ts';
import { type Got, type Receiver, startReceiver } from './receiver.ts';
import { post, startTestService, type TestService } from './running.ts';

const attempts = { max: 10, firstMs: 20, pauseMaxMs: 100 };

const pathOf = ({ body }: Got) => (body.data.event as { call: { path: string } }).call.path;

/** Paths in the order in which they first came, of a host. */
const firstOf = (got: readonly Got[], host: string) => [
  ...new Set(got.filter(({ body }) => body.subject === host).map(pathOf)),
];

describe.skipIf(!needs('postgresql').ok)('two instances', () => {
  let made: TestDatabase;
  const databases: Database[] = [];
  let receiver: Receiver;
  let one: TestService;
  let other: TestService;

  async function start(): Promise<TestService> {
    const database = openPostgres({ url: made.url });
    databases.push(database);
    return startTestService({ database, alerts: { attempts } });
  }

  async function mkdir(on: TestService, host: string, path: string): Promise<void> {
    const body = { call: { name: 'mkdir', path } };
    expect((await post(on.app, `/v1/hosts/${host}/syscalls`, { body })).status).toBe(200);
  }

  const outbox = async () => {
    const text =
      'select position, host_id, count(*)::int8 as n from alert_deliveries group by 1, 2';
    return (databases[0] as Database).query<{ position: number; host_id: number; n: number }>(text);
  };

  beforeAll(async () => {
    made = await createDatabase();
    const database = openPostgres({ url: made.url });
    await migrate(database);
    databases.push(database);
    receiver = await startReceiver();
    one = await start();
    other = await start();
    for (const name of ['a', 'b']) {
      await post(one.app, '/v1/hosts', { body: { name, release: '6.18' } });
    }
    const rule = { name: 'made', url: receiver.url, filter: { call: 'mkdir' } };
    expect((await post(one.app, '/v1/rules', { body: rule })).status).toBe(201);
  });
  afterAll(async () => {
    await other.close();
    await receiver.close();
    for (const database of databases) await database.close();
    await made.drop();
  });

  it('that both evaluate put each alert into the outbox once, and deliver each in order', async () => {
    const [database] = databases as [Database];
    const stolen = setInterval(() => {
      // Who has the duty believes it for a while: both do.
      database.query('delete from alert_duty').catch(() => undefined);
    }, 10);
    let flaky = 0;
    receiver.answer(() => (++flaky % 4 === 0 ? 503 : 200));
    for (let n = 0; n < 20; n++) {
      await mkdir(n % 2 === 0 ? one : other, 'a', `/a${n}`);
      await mkdir(n % 3 === 0 ? one : other, 'b', `/b${n}`);
    }
    await receiver.waitForTaken(40);
    while (new Set(receiver.got.map(({ id }) => id)).size < 40) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    clearInterval(stolen);
    const rows = await outbox();
    expect([rows.length, rows.every(({ n }) => n === 1)]).toEqual([40, true]);
    for (const host of ['a', 'b']) {
      const wanted = Array.from({ length: 20 }, (_, n) => `/${host}${n}`);
      expect(firstOf(receiver.got, host)).toEqual(wanted);
    }
  });

  it('of which one ends, or ended without a word, go on', async () => {
    receiver.answer(200);
    const [database] = databases as [Database];
    await one.close();
    const soon = Date.now() * 1000 + 500_000;
    await database.query(
      `insert into alert_duty values (1, 'killed', $1)
       on conflict (duty) do update set holder = excluded.holder, expires_at = excluded.expires_at`,
      [soon],
    );
    await mkdir(other, 'a', '/after');
    await expect.poll(() => receiver.got.map(pathOf), { interval: 25 }).toContain('/after');
    expect([one.faults, other.faults]).toEqual([[], []]);
  });
});
