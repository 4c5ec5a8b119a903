// Appends whose answer is lost: the log is asked what became of them before anyone is answered, so
// every acknowledged call is recorded exactly once and nothing is recorded that was refused.

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database, Queryable } from '../../src/events/storage/database.ts';
import { type Random, randomFrom } from '../../src/recorders/generator/random.ts';
import { faulty } from '../support/faulty-database.ts';
import { seedOfRun } from '../support/seed.ts';
import { expectSoundLog } from './log-facts.ts';
import { describeStores, logOn, mkdir, newHost, type Store } from './stores.ts';

const seed = seedOfRun(20260325);

describeStores(`lost answers (seed ${seed})`, ({ name, open }) => {
  let store: Store;

  beforeAll(async () => {
    store = await open();
  });

  afterAll(async () => {
    await store?.drop();
  });

  it.each(['before', 'after'] as const)('records a call once when it breaks %s', async (fault) => {
    const database = faulty(store.database);
    const log = await logOn(database);
    const host = await newHost(log);
    const { host_id, epoch } = await log.head(host);
    database.faults.push(fault);
    const { events, repeated } = await log.submit(host, mkdir('/x'));
    expect(events[0]).toMatchObject({ position: 2, outcome: { ret: 0 } });
    expect(repeated).toBe(false);
    expect(database.countBroken()).toBe(1);
    expect((await log.head(host)).epoch).toBe(epoch + 1);
    await log.submit(host, mkdir('/y'));
    expect((await expectSoundLog(store.database, host_id)).length).toBe(3);
    await log.close();
  });

  it.each(['before', 'after'] as const)('creates a host once when it breaks %s', async (fault) => {
    const database = faulty(store.database);
    const log = await logOn(database);
    database.faults.push(fault);
    const name = `made-${fault}`;
    const made = await log.createHost({ name, actor: 'local', release: '6.18' });
    expect(made.event.position).toBe(1);
    expect(database.countBroken()).toBe(1);
    expect((await expectSoundLog(store.database, made.host_id)).length).toBe(1);
    await log.close();
  });

  it('keeps every promise while three writers lose answers at random', async () => {
    const random = randomFrom(seed);
    const databases = [faulty(store.database), faulty(store.another()), faulty(store.another())];
    const logs = await Promise.all(databases.map((database) => logOn(database)));
    const [log] = logs as [(typeof logs)[number]];
    const host = await newHost(log);
    const { host_id } = await log.head(host);
    for (const { faults } of databases) {
      faults.push(...Array.from({ length: 60 }, () => pick(random)));
    }
    const answered: { path: string; position: number | undefined }[] = [];
    const client = async (c: number) => {
      for (let i = 0; i < 15; i++) {
        const path = `/c${c}-${i}`;
        const { events } = await (logs[c % 3] as typeof log).submit(host, mkdir(path));
        answered.push({ path, position: events[0]?.position });
      }
    };
    await Promise.all(Array.from({ length: 9 }, (_, c) => client(c)));
    await Promise.all(logs.map((one) => one.close()));

    const events = await expectSoundLog(store.database, host_id);
    expect(databases.reduce((sum, one) => sum + one.countBroken(), 0)).toBeGreaterThan(10);
    expect(events.length).toBe(1 + answered.length);
    for (const { path, position } of answered) {
      expect(events[(position ?? 0) - 1]?.call).toEqual({ name: 'mkdir', path });
    }
  });

  it('records a request anew whose key is forgotten while it is looked for', async () => {
    const log = await logOn(store.database);
    const host = await newHost(log);
    const { host_id } = await log.head(host);
    const write = mkdir('/x', { idempotency: { key: 'forgotten', fingerprint: 'f' } });
    await log.submit(host, write);
    const forgetful: Database = {
      ...store.database,
      query: (text, params) => store.database.query(text, params),
      transaction: (work, patience) =>
        store.database.transaction((tx) => work(forgettingIn(tx, host_id)), patience),
    };
    const other = await logOn(forgetful);
    const again = await other.submit(host, write);
    expect(again).toMatchObject({ repeated: false, events: [{ position: 3 }] });
    await Promise.all([log.close(), other.close()]);
    expect((await expectSoundLog(store.database, host_id)).length).toBe(3);
  });

  if (name === 'PostgreSQL')
    it('records each call once while the server cuts connections', async () => {
      const cutter = store.another(1);
      const log = await logOn(store.another());
      const host = await newHost(log);
      const { host_id } = await log.head(host);
      let open = true;
      const cutting = (async () => {
        for (let cut = 0; open && cut < 60; cut += 1) {
          await cutter.query(
            `select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid()`,
          );
          await sleep(5 + (cut % 7) * 3);
        }
      })();
      const paths = Array.from({ length: 6 }, (_, c) =>
        Array.from({ length: 15 }, (_, i) => `/t${c}-${i}`),
      );
      const outcomes = await Promise.all(
        paths.map(async (mine) => {
          const outcomes = [];
          for (const path of mine) {
            const write = mkdir(path, { idempotency: { key: path, fingerprint: path } });
            outcomes.push(await insist(() => log.submit(host, write)));
          }
          return outcomes;
        }),
      );
      open = false;
      await cutting;
      const events = await expectSoundLog(cutter, host_id);
      expect(events.length).toBe(91);
      for (const { events: answer } of outcomes.flat()) {
        expect(events[(answer[0]?.position ?? 0) - 1]).toEqual(answer[0]);
      }
      await insist(() => log.close());
    });

  it('says that the fate is unknown when the database stays away, and goes on later', async () => {
    let away = false;
    const database = {
      ...store.database,
      query: (text: string, params?: readonly unknown[]) =>
        away
          ? Promise.reject(new Error('connect ECONNREFUSED'))
          : store.database.query(text, params),
    } as typeof store.database;
    let now = Date.now() * 1000;
    const clock = {
      now: () => now,
      async sleep(ms: number) {
        now += ms * 1000;
      },
    };
    const log = await logOn(database, { clock });
    const host = await newHost(log);
    away = true;
    const write = mkdir('/x', { idempotency: { key: 'k', fingerprint: 'f' } });
    // The host's name is known from here on, so only the append meets the broken connection.
    away = false;
    await log.submit(host, mkdir('/first'));
    away = true;
    await expect(log.submit(host, write)).rejects.toMatchObject({
      reason: { why: 'fate-unknown' },
    });
    away = false;
    expect((await log.submit(host, write)).events[0]?.position).toBe(3);
    await log.close();
  });
});

function pick(random: Random): 'none' | 'before' | 'after' {
  const drawn = random.fraction();
  if (drawn < 0.15) return 'before';
  return drawn < 0.3 ? 'after' : 'none';
}

/** A client with a key repeats what failed until it is answered: as long as connections are cut, and on. */
async function insist<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt > 5000) throw error;
      await sleep(2);
    }
  }
}

/** The keys of a host are gone as soon as somebody looks for one. */
function forgettingIn(tx: Queryable, hostId: number): Queryable {
  return {
    ...tx,
    async query<Row extends object>(text: string, params?: readonly unknown[]) {
      if (text.includes('position_to from idempotency'))
        await tx.query('delete from idempotency where host_id = $1', [hostId]);
      return tx.query<Row>(text, params);
    },
  };
}
