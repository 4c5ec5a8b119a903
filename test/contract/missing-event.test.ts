// A log in which one event is missing or cannot be read: nothing that comes after it is read as if
// it were whole, nothing is written on top of it, and what comes before it is still there.

import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { problemFrom } from '../../src/api/problem-of.ts';
import type { LedgerEvent } from '../../src/events/event.ts';
import type { Log } from '../../src/events/log.ts';
import { asOwner } from '../support/lost-tail.ts';
import { describeStores, logOn, mkdir, newHost, type Store } from './stores.ts';

describeStores('a log whose event 3 of 5', ({ open }) => {
  let store: Store;
  /** It has to load the state from the log. */
  let cold: Log;
  let host: string;
  let host_id: number;

  beforeAll(async () => {
    store = await open();
  });

  afterAll(() => store?.drop());

  beforeEach(async () => {
    const writer = await logOn(store.database);
    host = await newHost(writer);
    ({ host_id } = await writer.head(host));
    for (const path of ['/a', '/b', '/c', '/d']) await writer.submit(host, mkdir(path));
    await writer.close();
    cold = await logOn(store.another());
    return () => cold.close();
  });

  const DAMAGES = [
    ['is missing', 'delete from events where host_id = $1 and position = 3'],
    [
      'cannot be read',
      "update events set body = replace(body, '[1,', '[99,') where host_id = $1 and position = 3",
    ],
  ] as const;

  it.each(DAMAGES)('%s is not read over and not written upon', async (_how, harm) => {
    await asOwner(store.database, (tx) => tx.query(harm, [host_id]));
    const refusals = [
      () => cold.submit(host, mkdir('/x')),
      () => cold.withHead(host, () => 0),
      () => cold.withStateAt(host, 4, () => 0),
      () => cold.read(host, { from: 3 }),
    ];
    for (const refused of refusals) {
      const error: unknown = await refused().then(
        () => undefined,
        (cause: unknown) => cause,
      );
      expect(problemFrom(error).slug).toBe('log-damaged');
    }
    expect(await cold.withStateAt(host, 2, (kernel) => kernel.cgroups.size)).toBe(2);
  });

  it('is missing lets no branch grow from after it', async () => {
    await asOwner(store.database, (tx) => tx.query(DAMAGES[0][1], [host_id]));
    // Inside of an append, the chain is computed from the events before.
    await asOwner(store.database, (tx) =>
      tx.query('delete from batches where host_id = $1 and position_to = 4', [host_id]),
    );
    const request = { name: 'grown', position: 4, actor: 'local' };
    await expect(cold.createBranch(host, request)).rejects.toMatchObject({ position: 3 });
  });

  it('is missing gives a page and a follower what comes before, and the follower then the fault', async () => {
    await asOwner(store.database, (tx) => tx.query(DAMAGES[0][1], [host_id]));
    const positions = (events: readonly LedgerEvent[]) => events.map(({ position }) => position);
    expect(positions(await cold.read(host, { from: 1 }))).toEqual([1, 2]);
    const follower = await cold.subscribe(host, { after: 0 });
    const { value } = await follower.next();
    expect(positions(value as readonly LedgerEvent[])).toEqual([1, 2]);
    const error: unknown = await follower.next().catch((cause: unknown) => cause);
    expect(problemFrom(error).slug).toBe('log-damaged');
    await follower.return();
    expect(await follower.next()).toEqual({ done: true, value: undefined });
  });
});

describeStores('a head whose hash was altered', ({ open }) => {
  let store: Store;
  let host: string;
  let host_id: number;

  beforeAll(async () => {
    store = await open();
    const writer = await logOn(store.database);
    host = await newHost(writer);
    ({ host_id } = await writer.head(host));
    await writer.submit(host, mkdir('/a'));
    await writer.close();
  });

  afterAll(() => store?.drop());

  it.each(['cold', 'warm'])('lets nothing be written on top of it (%s)', async (how) => {
    const log = await logOn(store.another());
    if (how === 'warm') await log.withHead(host, () => 0);
    const alter = `update heads set hash = set_byte(hash, 31, 255 - get_byte(hash, 31))
      where host_id = $1`;
    await asOwner(store.database, (tx) => tx.query(alter, [host_id]));
    for (const refused of [
      () => log.submit(host, mkdir('/x')),
      () => log.withHead(host, () => 0),
    ]) {
      const error: unknown = await refused().then(
        () => undefined,
        (cause: unknown) => cause,
      );
      expect(problemFrom(error)).toMatchObject({
        slug: 'log-damaged',
        message: expect.stringContaining('the hash of the head is not that'),
      });
    }
    await asOwner(store.database, (tx) => tx.query(alter, [host_id]));
    await log.close();
    // Mended, it is written on as if nothing had been.
    const mended = await logOn(store.another());
    expect((await mended.submit(host, mkdir(`/${how}`))).events[0]?.outcome).toEqual({ ret: 0 });
    await mended.close();
  });
});
