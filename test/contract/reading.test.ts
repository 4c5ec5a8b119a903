// Reading on both databases: pages, times, states at a position, snapshots and followers.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { emptyKernel } from '../../src/domain/boot.ts';
import { snapshotOf } from '../../src/domain/snapshot.ts';
import { systemClock } from '../../src/events/clock.ts';
import type { LedgerEvent } from '../../src/events/event.ts';
import type { Log } from '../../src/events/log.ts';
import { HostFeed } from '../../src/events/reading/host-feed.ts';
import { fold } from '../../src/events/reading/host-state.ts';
import { expectSoundLog } from './log-facts.ts';
import { describeStores, logOn, mkdir, newHost, type Store } from './stores.ts';

describeStores('reading', ({ open }) => {
  let store: Store;
  let log: Log;
  let second: Log;

  beforeAll(async () => {
    store = await open();
    log = await logOn(store.database);
    second = await logOn(store.another());
  });

  afterAll(async () => {
    await Promise.all([log?.close(), second?.close()]);
    await store?.drop();
  });

  it('reads pages, single events and what lies beyond the head', async () => {
    const host = await newHost(log);
    for (const path of ['/a', '/b', '/c']) await log.submit(host, mkdir(path));
    const page = await second.read(host, { from: 2, limit: 2 });
    expect(page.map((event) => event.position)).toEqual([2, 3]);
    expect(await second.read(host, { from: 5 })).toEqual([]);
    expect(await second.event(host, 3)).toEqual(page[1]);
    await expect(second.event(host, 5)).rejects.toMatchObject({
      reason: { why: 'no-such-position', position: 5, head: 4 },
    });
    await expect(second.kernelAt(host, 5)).rejects.toMatchObject({
      reason: { why: 'no-such-position' },
    });
  });

  it('lists hosts in the order of their names', async () => {
    const all = await log.hosts();
    const names = all.map(({ name }) => name);
    expect(names).toEqual([...names].sort());
    const [first] = names;
    expect((await log.hosts({ after: first as string, limit: 2 })).map((h) => h.name)).toEqual(
      names.slice(1, 3),
    );
  });

  it('finds the last position whose running maximum of `at` is not after a time', async () => {
    const host = await newHost(log);
    const start = (await log.head(host)).at_max;
    const times = [start + 10, start + 30, start + 20, start + 30, start + 50];
    const call = (at: number) => ({ at, call: { name: 'exec' } as const });
    await log.submit(host, { actor: 'local', calls: times.slice(0, 3).map(call) });
    await log.submit(host, { actor: 'local', calls: times.slice(3).map(call) });
    const found = [];
    for (const after of [-1, 0, 9, 10, 29, 30, 49, 50, 1e9]) {
      found.push(await log.positionAt(host, start + after));
    }
    expect(found).toEqual([0, 1, 1, 2, 2, 5, 5, 6, 6]);
  });

  it('gives the state at every position, with and without snapshots', {
    timeout: 60_000,
  }, async () => {
    const host = await newHost(log);
    const { host_id } = await log.host(host);
    const storedPosition = async () => (await second.kernelAt(host)).snapshotPosition;
    for (let i = 0; i < 11; i++) {
      const calls = Array.from({ length: 1000 }, (_, j) => {
        const path = `/${i}-${j >> 1}`;
        return { call: { name: j % 2 === 0 ? 'mkdir' : 'rmdir', path } } as const;
      });
      await log.submit(host, { actor: 'local', calls });
      // It is stored while others are answered, and none is begun before the one before is stored.
      await expect.poll(storedPosition, { timeout: 10_000 }).toBe((i + 1) * 1000 + 1);
    }
    const [kept] = await store.database.query<{ snapshots: number }>(
      'select count(*)::int4 as snapshots from snapshots where host_id = $1',
      [host_id],
    );
    expect(kept?.snapshots).toBe(11);
    const events = await expectSoundLog(store.database, host_id);
    for (const position of [0, 1, 2, 999, 1001, 4500, 10_002, 11_001]) {
      const kernel = emptyKernel();
      fold(kernel, events.slice(0, position));
      const state = await second.kernelAt(host, position);
      expect(snapshotOf(state.kernel)).toEqual(snapshotOf(kernel));
    }
  });

  it('shows a follower every event in order while two instances write', async () => {
    const host = await newHost(log);
    const total = 1 + 6 * 40;
    const followers = [log, second, log].map((one, i) =>
      collect(one, host, i === 2 ? 1 : 0, total),
    );
    const write = async (c: number) => {
      for (let i = 0; i < 40; i++) {
        await (c % 2 ? log : second).submit(host, mkdir(`/w${c}-${i}`));
      }
    };
    await Promise.all(Array.from({ length: 6 }, (_, c) => write(c)));
    const [first, other, later] = await Promise.all(followers);
    const stored = await expectSoundLog(store.database, (await log.host(host)).host_id);
    expect(stored.length).toBe(total);
    expect(first).toEqual(stored);
    expect(other).toEqual(stored);
    expect(later).toEqual(stored.slice(1));
  });

  it('lets a slow follower catch up from the database', async () => {
    const host = await newHost(log);
    const { host_id } = await log.host(host);
    const { database } = store;
    const feed = new HostFeed({
      database,
      clock: systemClock,
      hostId: host_id,
      ringEventsMax: 8,
    });
    const following = await feed.follow({ after: 0 });
    const seen: number[] = [];
    const step = async () => {
      const { value } = await following.next();
      for (const event of (value ?? []) as LedgerEvent[]) seen.push(event.position);
    };
    await step();
    for (let i = 0; i < 50; i++) {
      const before = await log.head(host);
      const { events } = await log.submit(host, mkdir(`/s${i}`));
      feed.takeAppended(events, before, await log.head(host));
    }
    while (seen.length < 51) await step();
    expect(seen).toEqual(Array.from({ length: 51 }, (_, i) => i + 1));
    await following.return();
    expect(await following.next()).toMatchObject({ done: true });
    expect(feed.followers).toBe(0);
  });

  it('ends a follower that waits', async () => {
    const host = await newHost(log);
    const following = await log.subscribe(host, { after: 1 });
    const next = following.next();
    setTimeout(() => following.return(), 20);
    expect(await next).toMatchObject({ done: true });
  });
});

/** The events after a position, until `last` has come. */
async function collect(log: Log, host: string, after: number, last: number) {
  const events: LedgerEvent[] = [];
  for await (const piece of await log.subscribe(host, { after })) {
    events.push(...piece);
    if (events.at(-1)?.position === last) break;
  }
  return events;
}
