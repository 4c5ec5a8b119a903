// What a client asked for and left is not read on: neither the loop nor the database works for
// nobody.

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '../../src/events/storage/database.ts';
import { startTestService, type TestService } from '../api/running.ts';
import { abandon, ask } from '../stalls/client.ts';
import { describeStores, logOn, type Store } from './stores.ts';

const EVENTS = 10_000;
const LIST = 1000;

/** A database that takes its time, so that there is something to leave, and counts what it is asked. */
function counting(database: Database) {
  const asked = { count: 0 };
  const slow: Database = {
    ...database,
    async query<Row extends object>(text: string, params?: readonly unknown[]) {
      asked.count++;
      await sleep(5);
      return database.query<Row>(text, params);
    },
  };
  return { asked, slow };
}

/** Waits until nothing is asked any more; how much was. */
async function settle(asked: { readonly count: number }): Promise<number> {
  for (let before = -1; before !== asked.count; ) {
    before = asked.count;
    await sleep(200);
  }
  return asked.count;
}

describeStores('what was asked for and left', ({ open }) => {
  let store: Store;
  let service: TestService;
  let asked: { count: number };
  let url: string;

  beforeAll(async () => {
    store = await open();
    const log = await logOn(store.database);
    await log.createHost({ name: 'h', actor: 'local', release: '6.18' });
    for (let made = 0; made < EVENTS; made += LIST) {
      const calls = Array.from({ length: LIST }, (_, i) => ({
        call: { name: 'mkdir', path: `/d${made + i}` } as const,
      }));
      await log.submit('h', { actor: 'local', calls });
    }
    await log.close();
    const counted = counting(store.database);
    asked = counted.asked;
    service = await startTestService({ database: counted.slow });
    url = `${await service.listen()}/v1/hosts/h`;
  });
  afterAll(async () => {
    await service?.close();
    await store?.drop();
  });

  // Times, and at least how many statements it takes to read all of it once.
  it.each([
    ['a filtered stream', 'events/stream?call=rmdir', 40, EVENTS / 256],
    ['a stream', 'events/stream', 40, EVENTS / 256],
    ['a filtered export', 'export?format=ndjson&call=rmdir', 4, EVENTS / 1000],
    ['a verification', 'verify', 2, EVENTS / 500],
  ])('%s is read no further, and makes room', async (_, path, times, statements) => {
    await settle(asked);
    const before = asked.count;
    // Each has asked something when it is left.
    const until = () =>
      expect
        .poll(() => asked.count - before, { interval: 5, timeout: 20_000 })
        .toBeGreaterThanOrEqual(times);
    await abandon(`${url}/${path}`, { times, until });
    const read = (await settle(asked)) - before;
    expect(read).toBeGreaterThan(0);
    expect(read).toBeLessThan(times * statements);
    expect(service.faults).toEqual([]);
    const again = path.includes('stream') ? 'events' : path;
    expect((await ask(`${url}/${again}`)).status).toBe(200);
  });
});
