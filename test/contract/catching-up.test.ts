// A writer that reads what other processes wrote: what breaks half way goes on from there, and is
// not taken for a log that went back.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { HistoryChange } from '../../src/events/reading/history.ts';
import type { Database } from '../../src/events/storage/database.ts';
import { describeStores, logOn, newHost, type Store } from './stores.ts';

const REFUSED = { call: { name: 'rmdir', path: '/none' } } as const;

/** Breaks each read of a page of events from after a position, for as long as it is told to. */
function breakingAfter(database: Database, position: number) {
  const fault = { on: false };
  const broken: Database = {
    ...database,
    query(text, params = []) {
      const isPage = text.includes('from events') && text.includes('limit $3');
      if (fault.on && isPage && (params[1] as number) > position) {
        throw new Error('the connection broke');
      }
      return database.query(text, params);
    },
  };
  return { fault, broken };
}

describeStores('catching up', ({ open }) => {
  let store: Store;

  beforeAll(async () => {
    store = await open();
  });

  afterAll(() => store?.drop());

  it('goes on after a page that could not be read', async () => {
    const told: HistoryChange[] = [];
    const { fault, broken } = breakingAfter(store.another(), 1000);
    const log = await logOn(broken, { onHistoryChanged: (change) => told.push(change) });
    const host = await newHost(log);
    await log.withHead(host, () => 0);

    const other = await logOn(store.database);
    const calls = Array.from({ length: 600 }, () => REFUSED);
    for (let i = 0; i < 2; i++) await other.submit(host, { actor: 'local', calls });
    fault.on = true;
    await expect(log.withHead(host, () => 0)).rejects.toThrow('the connection broke');
    fault.on = false;
    expect(await log.withHead(host, (_kernel, { position }) => position)).toBe(1201);
    expect(told).toEqual([]);
    await Promise.all([other.close(), log.close()]);
  });
});

describeStores('a transaction', ({ open }) => {
  it('commits nothing once a statement of it failed, whatever the work makes of that', async () => {
    const { database, drop } = await open();
    await database.query('create table kept (id int8 primary key)');
    const swallowing = database.transaction(async (tx) => {
      await tx.query('insert into kept (id) values (1)');
      await tx.query('select 1 from nowhere').catch(() => undefined);
    });
    await expect(swallowing).rejects.toThrow('nowhere');
    expect(await database.query('select id from kept')).toEqual([]);
    await drop();
  });
});
