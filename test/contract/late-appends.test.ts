// An append that reaches the database when its writer has given it up: it was on its way, or waited for a
// lock, while the connection broke. The writer has asked what became of it, and got an answer that must stay
// true.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '../../src/events/storage/database.ts';
import { DatabaseAbsent } from '../../src/events/storage/database-error.ts';
import { expectSoundLog } from './log-facts.ts';
import { describeStores, logOn, mkdir, newHost, type Store } from './stores.ts';

describeStores('an append that comes late', ({ open }) => {
  let store: Store;

  beforeAll(async () => {
    store = await open();
  });

  afterAll(() => store?.drop());

  it('records nothing once its writer was told that nothing was recorded', async () => {
    const { database, late, loseNext } = losing(store.database);
    const log = await logOn(database);
    const host = await newHost(log);
    loseNext();
    const { events } = await log.submit(host, mkdir('/x'));
    // It came between the question for its fate and the append that stands for it.
    expect(late()).toEqual([{ moved: 0 }]);
    expect(events).toMatchObject([{ position: 2, outcome: { ret: 0 } }]);
    const { host_id } = await log.host(host);
    expect((await expectSoundLog(store.database, host_id)).length).toBe(2);
    await log.close();
  });
});

/** A database whose connection breaks under an append, which arrives after its fate was asked for. */
function losing(database: Database) {
  let isArmed = false;
  let arrive: (() => Promise<unknown>) | undefined;
  let answer: unknown;
  const between: Database = {
    ...database,
    async query<Row extends object>(text: string, params?: readonly unknown[]) {
      if (isArmed && text.includes('insert into events')) {
        isArmed = false;
        arrive = () => database.query(text, params);
        throw new DatabaseAbsent('the connection broke');
      }
      const rows = await database.query<Row>(text, params);
      if (text.startsWith('select 1 as found from batches') && arrive !== undefined) {
        answer = await arrive();
        arrive = undefined;
      }
      return rows;
    },
  };
  return {
    database: between,
    late: () => answer,
    loseNext() {
      isArmed = true;
    },
  };
}
