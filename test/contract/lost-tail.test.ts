// A log that went back under an open one, as when a standby that was behind is promoted or a copy is
// restored: it is noticed and told, nothing that was lost is served or built upon, and the log that
// is there goes on whole.

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Kernel } from '../../src/domain/kernel.ts';
import type { Log } from '../../src/events/log.ts';
import type { Follower, Piece } from '../../src/events/reading/follower.ts';
import type { HistoryChange } from '../../src/events/reading/history.ts';
import { loseHost, loseTail, renumber } from '../support/lost-tail.ts';
import { expectSoundLog } from './log-facts.ts';
import { describeStores, logOn, mkdir, newHost, type Store } from './stores.ts';

describeStores('a log that went back', ({ open }) => {
  let store: Store;
  let log: Log;
  let told: HistoryChange[];
  let host: string;
  let host_id: number;

  beforeAll(async () => {
    store = await open();
  });

  afterAll(() => store?.drop());

  /** Ten events: the boot, /a2 … /a10. */
  beforeEach(async () => {
    told = [];
    const database = store.another();
    log = await logOn(database, { onHistoryChanged: (change) => told.push(change) });
    host = await newHost(log);
    ({ host_id } = await log.head(host));
    await write(log, 'a', 2, 10);
    return () => log.close();
  });

  async function write(to: Log, name: string, from: number, upTo: number): Promise<void> {
    for (let n = from; n <= upTo; n++) await to.submit(host, mkdir(`/${name}${n}`));
  }

  /** Another process, which knows nothing of what was lost, writes other events. */
  async function others(from: number, upTo: number): Promise<void> {
    const other = await logOn(store.database);
    await write(other, 'b', from, upTo);
    await other.close();
  }

  const paths = (kernel: Kernel) =>
    [...kernel.cgroups.values()]
      .map(({ path }) => path.slice(1))
      .filter((name) => /^[ab]\d/.test(name));
  const namesOf = (name: string, from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, i) => `${name}${from + i}`);

  const SITUATIONS = [
    { where: 'behind', head: 5 },
    { where: 'at the same position and epoch', head: 10 },
    { where: 'further on', head: 15 },
  ];

  /** The log lost what came after 5, and others went on from there. */
  async function replaceTail(head: number): Promise<string[]> {
    await loseTail(store.database, host_id, 5);
    await others(6, head);
    return [...namesOf('a', 2, 5), ...namesOf('b', 6, head)];
  }

  it.each(SITUATIONS)('is written on whole with the head $where', async ({ head }) => {
    const there = await replaceTail(head);
    const { events } = await log.submit(host, mkdir('/a7'));
    expect(events[0]).toMatchObject({ position: head + 1, outcome: { ret: 0 } });
    await log.submit(host, mkdir('/c'));
    expect((await expectSoundLog(store.database, host_id)).length).toBe(head + 2);
    expect(await log.withHead(host, paths)).toEqual([...there, 'a7']);
    expect(told).toMatchObject([{ host, known: 10, head }]);
  });

  it.each(SITUATIONS)('is read as it is with the head $where', async ({ head }) => {
    await log.withHead(host, paths);
    const there = await replaceTail(head);
    expect(await log.withHead(host, (kernel, { position }) => [position, paths(kernel)])).toEqual([
      head,
      there,
    ]);
    expect(told).toMatchObject([{ host, known: 10, head }]);
  });

  it.each(SITUATIONS)('ends its followers with the head $where', async ({ head }) => {
    const followers = await Promise.all([0, 9].map((after) => log.subscribe(host, { after })));
    const [near] = followers.slice(1) as [Follower];
    await near.next();
    const waiting = near.next();
    await replaceTail(head);
    for (const end of await Promise.all([waiting, untilEnd(followers[0] as Follower)])) {
      // It may have been noticed before the others were done.
      expect(end).toMatchObject({ done: true, value: { host, known: 10 } });
    }
    expect(told).toMatchObject([{ host, known: 10 }]);
    // Whoever comes back reads what is there.
    const again = await log.subscribe(host, { after: 0 });
    const seen: number[] = [];
    while (seen.length < head) {
      const { value } = await again.next();
      seen.push(...(value as Piece).map(({ position }) => position));
    }
    expect(seen).toEqual(Array.from({ length: head }, (_, i) => i + 1));
    await again.return();
  });

  async function untilEnd(follower: Follower) {
    for (;;) {
      const result = await follower.next();
      if (result.done) return result;
    }
  }

  it('hands a follower that is behind nothing of two histories', async () => {
    const follower = await log.subscribe(host, { after: 0 });
    // One that is at the end keeps the feed, whose ring holds nothing that was there before.
    await log.subscribe(host, { after: 10 });
    await replaceTail(15);
    const { done, value } = await follower.next();
    expect({ done, value }).toMatchObject({ done: true, value: { host, known: 10 } });
  });

  it('refuses a follower that is beyond the head', async () => {
    const keeps = await log.subscribe(host, { after: 10 });
    await expect(log.subscribe(host, { after: 12 })).rejects.toMatchObject({
      reason: { why: 'no-such-position', position: 12, head: 10 },
    });
    await keeps.return();
  });

  it.each([10, 15])('gives no state that was kept of what was lost, head at %i', async (head) => {
    expect(await log.withStateAt(host, 8, paths)).toEqual(namesOf('a', 2, 8));
    const there = await replaceTail(head);
    await expect
      .poll(() => log.withStateAt(host, 8, paths), { timeout: 20_000 })
      .toEqual(there.slice(0, 7));
    expect(told).toMatchObject([{ host, head }]);
  });

  it('refuses a state that was kept and is beyond the head now', async () => {
    await log.withStateAt(host, 8, paths);
    await loseTail(store.database, host_id, 5);
    const ask = () =>
      log.withStateAt(host, 8, paths).catch((error) => error.reason?.why as string | undefined);
    await expect.poll(ask, { timeout: 20_000 }).toBe('no-such-position');
  });

  it('records a write again whose key was lost with it', async () => {
    const keyed = mkdir('/k', { idempotency: { key: 'k', fingerprint: 'f' } });
    expect((await log.submit(host, keyed)).events[0]?.position).toBe(11);
    await loseTail(store.database, host_id, 10);
    const again = await log.submit(host, keyed);
    expect(again).toMatchObject({ repeated: false, events: [{ position: 11 }] });
    expect((await log.submit(host, keyed)).repeated).toBe(true);
  });

  it('answers each of many writers from the log that is there', async () => {
    await replaceTail(12);
    const writes = namesOf('m', 1, 40).map((name) => log.submit(host, mkdir(`/${name}`)));
    const positions = (await Promise.all(writes)).map(({ events }) => events[0]?.position);
    expect(positions).toEqual(Array.from({ length: 40 }, (_, i) => 13 + i));
    expect((await expectSoundLog(store.database, host_id)).length).toBe(52);
    expect(told).toHaveLength(1);
  });

  it('stores no state of what was lost', async () => {
    const calls = namesOf('s', 1, 600).flatMap((name) => mkdir(`/${name}`).calls);
    const other = await logOn(store.another(), { held: { hosts: 1 } });
    await other.submit(host, { actor: 'local', calls: calls.slice(0, 400) });
    await loseTail(store.database, host_id, 5);
    // Another host takes its place in memory: as it goes, its state would be stored.
    await other.submit(await newHost(other), mkdir('/x'));
    await other.close();
    await others(6, 20);
    await log.submit(host, { actor: 'local', calls });
    const [row] = await store.database.query<{ lost: number }>(
      'select count(*)::int4 as lost from snapshots where host_id = $1 and position between 6 and 600',
      [host_id],
    );
    expect(row?.lost).toBe(0);
    await expectSoundLog(store.database, host_id);
  });

  it('says of a host that went with it that there is none, and takes it anew', async () => {
    const follower = await log.subscribe(host, { after: 10 });
    const waiting = follower.next();
    await loseHost(store.database, host_id);
    await expect(log.submit(host, mkdir('/x'))).rejects.toMatchObject({
      reason: { why: 'no-such-host', host },
    });
    await expect(log.withHead(host, paths)).rejects.toMatchObject({
      reason: { why: 'no-such-host', host },
    });
    expect(await waiting).toMatchObject({ done: true, value: { head: 0 } });
    const made = await log.createHost({ name: host, actor: 'local', release: '6.18' });
    expect(made.host_id).not.toBe(host_id);
    expect((await log.submit(host, mkdir('/a7'))).events[0]?.position).toBe(2);
    expect((await expectSoundLog(store.database, made.host_id)).length).toBe(2);
  });

  it.each(['warm', 'cold'])(
    'never takes one host for another whose id it got (%s)',
    async (how) => {
      const other = await newHost(log);
      const { host_id: otherId } = await log.host(other);
      const asking = how === 'warm' ? log : await logOn(store.another());
      // It knows the name, and in the one case the state.
      if (how === 'cold') await asking.read(host, { from: 1 });
      await loseHost(store.database, host_id);
      await renumber(store.database, otherId, host_id);
      await expect(asking.withHead(host, paths)).rejects.toMatchObject({
        reason: { why: 'no-such-host', host },
      });
      await expect(asking.submit(host, mkdir('/x'))).rejects.toMatchObject({
        reason: { why: 'no-such-host', host },
      });
      await expect(asking.head(host)).rejects.toMatchObject({ reason: { why: 'no-such-host' } });
      expect((await asking.submit(other, mkdir('/x'))).events[0]?.position).toBe(2);
      await expectSoundLog(store.database, host_id);
      if (how === 'cold') await asking.close();
    },
  );

  it('is told once, and again when it happens again', async () => {
    const follower = await log.subscribe(host, { after: 10 });
    await log.withStateAt(host, 8, paths);
    await replaceTail(7);
    await log.withHead(host, paths);
    await log.submit(host, mkdir('/x'));
    await untilEnd(follower);
    await sleep(1100);
    await log.withStateAt(host, 7, paths);
    expect(told).toHaveLength(1);
    await loseTail(store.database, host_id, 6);
    await log.withHead(host, paths);
    expect(told).toHaveLength(2);
  });
});
