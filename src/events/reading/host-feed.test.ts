import { AssertionError } from 'node:assert';
import { describe, expect, it } from 'vitest';
import { encodeEvent } from '../encoding/codec.ts';
import type { LedgerEvent } from '../event.ts';
import type { Queryable } from '../storage/database.ts';
import { HostFeed } from './host-feed.ts';

const event = (position: number): LedgerEvent => ({
  position,
  recorded_at: position,
  at: position,
  source: 'decided',
  boot: 1,
  actor: 'local',
  pid: 1,
  comm: '',
  call: { name: 'exit' },
  outcome: { ret: 0 },
  effects: [],
});
const events = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => event(from + i));

/** A log of which only the first `committed` events are there, and how often it was read. */
function logOf(committed: number) {
  /** Appends end in the same hash here, in hexadecimal, but where a position has a mark of its own. */
  const log = { committed, reads: 0, hash: '', marks: new Map<number, string>() };
  const database: Queryable = {
    async query<Row extends object>(text: string, params: readonly unknown[] = []) {
      const { hash } = log;
      if (text.includes('from heads')) return [{ position: log.committed, hash }] as never;
      if (text.includes('from batches'))
        return [{ mark: log.marks.get(Number(params[1])) ?? hash }] as never;
      if (text.includes('from lineages')) return [];
      log.reads++;
      const [, from, limit] = params as [number, number, number];
      const to = Math.min(log.committed, from + limit - 1);
      const rows = events(from, to).map((one) => ({ ...one, body: encodeEvent(one), mark: hash }));
      return rows as unknown as Row[];
    },
  };
  return { log, database };
}

/** Hands a feed the events of an append. */
function publish(feed: HostFeed, appended: readonly LedgerEvent[], hash = ''): void {
  const point = (position = 0) => ({ position, hash: Buffer.from(hash, 'hex') });
  const [first, last] = [appended[0]?.position ?? 1, appended.at(-1)?.position];
  feed.takeAppended(appended, point(first - 1), point(last));
}

/** Never polls by itself. */
const clock = { now: () => 0, sleep: () => new Promise<void>(() => undefined) };

async function startFollowing(committed: number, after: number) {
  const { log, database } = logOf(committed);
  const feed: HostFeed = new HostFeed({
    ...{ database, clock, hostId: 1, ringEventsMax: 10 },
    onHistoryChanged: (change) => feed.end(change),
  });
  const following = await feed.follow({ after });
  const seen: number[] = [];
  return {
    log,
    feed,
    seen,
    following,
    async see(upTo: number) {
      while ((seen.at(-1) ?? after) < upTo) {
        const { value } = await following.next();
        seen.push(...((value ?? []) as LedgerEvent[]).map((one) => one.position));
      }
      expect(seen).toEqual(events(after + 1, upTo).map((one) => one.position));
    },
  };
}

describe('the live end of a log', () => {
  it('hands what the writer committed to a follower without reading the database', async () => {
    const { log, feed, see } = await startFollowing(3, 0);
    await see(3);
    const { reads } = log;
    log.committed = 6;
    publish(feed, events(4, 6));
    await see(6);
    expect(log.reads).toBe(reads);
  });

  it('ignores what it had already', async () => {
    const { log, feed, see } = await startFollowing(3, 0);
    await see(3);
    log.committed = 5;
    publish(feed, events(2, 4));
    publish(feed, events(4, 5));
    await see(5);
  });

  it('reads what is missing before a gap', async () => {
    const { log, feed, see } = await startFollowing(3, 0);
    await see(3);
    publish(feed, events(4, 4));
    log.committed = 9;
    publish(feed, events(8, 9));
    await see(9);
  });

  it.each([
    ['that goes on over what followers have', 2],
    ['that goes on just after it', 4],
  ])('hands on nothing of another history %s', async (_what, from) => {
    const { log, feed, seen, see, following } = await startFollowing(3, 0);
    await see(3);
    Object.assign(log, { committed: 6, hash: 'f'.repeat(16) });
    publish(feed, events(from, 6), log.hash);
    const change = { host_id: 1, known: 3, head: 6 };
    expect(await following.next()).toEqual({ done: true, value: change });
    expect(seen).toEqual([1, 2, 3]);
  });

  it('holds large events only up to a size, and hands them out a few in each piece', async () => {
    const { log, feed, following } = await startFollowing(0, 0);
    const insns = 'x'.repeat(200_000);
    const large = events(1, 100).map((one) => ({
      ...one,
      call: { name: 'prog_load', prog_type: 'cgroup_skb', insns } as LedgerEvent['call'],
    }));
    publish(feed, large.slice(0, 5));
    const { value: first } = await following.next();
    expect(first).toHaveLength(2);
    log.committed = 200;
    for (const one of [...large.slice(5), ...events(101, 109)]) publish(feed, [one]);
    expect(feed.pieceFrom(99)).toBeUndefined();
    expect(feed.pieceFrom(100)).toHaveLength(10);
    const huge = 'x'.repeat(20_000_000);
    const alone = { ...event(110), call: { ...large[0]?.call, insns: huge } as never };
    publish(feed, [alone]);
    expect(feed.pieceFrom(109)).toBeUndefined();
    expect(feed.pieceFrom(110)).toEqual([alone]);
  });

  it('reads once for all followers when someone says that the log grew', async () => {
    const { log, feed, see } = await startFollowing(3, 3);
    const first = see(5);
    const others = await Promise.all(Array.from({ length: 20 }, () => feed.follow({ after: 3 })));
    const pieces = others.map((other) => other.next());
    await new Promise(setImmediate);
    const { reads } = log;
    log.committed = 5;
    feed.hint();
    await first;
    for (const { value } of await Promise.all(pieces)) expect(value).toHaveLength(2);
    // One that finds the two events, one that finds no more.
    expect(log.reads - reads).toBe(2);
  });

  it('lets a follower fall far behind and catch up', async () => {
    const { log, feed, see } = await startFollowing(1, 0);
    await see(1);
    for (let position = 2; position <= 100; position++) {
      log.committed = position;
      publish(feed, events(position, position));
    }
    await see(100);
  });

  it('takes no events with a gap between them, and lets nobody leave twice: bugs of ours', async () => {
    const { feed, see, following } = await startFollowing(3, 0);
    await see(3);
    expect(() => feed.publish([event(4), event(6)])).toThrow(AssertionError);
    publish(feed, [event(4)]);
    await see(4);
    feed.leave(following);
    expect(() => feed.leave(following)).toThrow(AssertionError);
    expect(feed.followers).toBe(0);
  });

  it('tells a follower that has more than went through it when just that is lost', async () => {
    const { log, feed, see } = await startFollowing(3, 0);
    await see(3);
    log.committed = 4;
    log.marks.set(4, 'bb'.repeat(8));
    const ahead = await feed.follow({ after: 4, mark: 'bb'.repeat(8) });
    const next = ahead.next();
    // Event 4 is lost, and another one stands there when the feed looks again.
    log.marks.set(4, 'cc'.repeat(8));
    log.committed = 5;
    feed.hint();
    expect(await next).toMatchObject({ done: true, value: { host_id: 1 } });
  });

  it('keeps nothing when nobody follows', async () => {
    const { log, feed, see, following } = await startFollowing(2, 0);
    await see(2);
    await following.return();
    expect(await following.next()).toMatchObject({ done: true });
    expect(feed.followers).toBe(0);
    const { reads } = log;
    publish(feed, events(3, 3));
    feed.hint();
    expect(log.reads).toBe(reads);
  });
});
