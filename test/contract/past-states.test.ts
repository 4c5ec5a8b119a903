// States at past positions that are kept in memory: the same as the log says, whoever read before,
// and no more of them than there is room for.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { snapshotOf } from '../../src/domain/snapshot.ts';
import { knowLine } from '../../src/events/reading/host-line.ts';
import { loadState } from '../../src/events/reading/host-state.ts';
import { markAt } from '../../src/events/reading/mark-at.ts';
import { PastStates } from '../../src/events/reading/past-states.ts';
import type { Queryable } from '../../src/events/storage/database.ts';
import { addHost, appendHistory } from '../support/projected-log.ts';
import { randomHistory } from '../support/random-history.ts';
import { describeStores, type Store } from './stores.ts';

const EVENTS = 1500;

/** States of a log that is not looked at again: what goes back is the matter of lost-tail.test.ts. */
const pastStates = (database: Queryable, rowsMax: number) =>
  new PastStates({ database, rowsMax, nowMs: () => 0, onHistoryChanged: () => undefined });

describeStores('past states', ({ open }) => {
  let store: Store;
  let hosts: number[];

  beforeAll(async () => {
    store = await open();
    hosts = [];
    for (const seed of [3, 4]) {
      const host = await addHost(store.database, `past-${seed}`);
      const steps = randomHistory({ seed, events: EVENTS });
      await appendHistory(store.database, host, steps, { sizeOf: () => 500 });
      hosts.push(host);
    }
  });

  afterAll(() => store?.drop());

  /** The database, and how many queries went to it. */
  function countingDatabase() {
    const asked = { count: 0 };
    const database: Queryable = {
      query(text, params) {
        asked.count++;
        return store.database.query(text, params);
      },
    };
    return { database, asked };
  }

  it('are the same from whatever was read before', async () => {
    const past = pastStates(store.database, 1_000_000);
    // Later and earlier positions, the same again, concurrently, and some that are folded on.
    const positions = [1200, 1201, 40, 1200, 300, 1499, 41, 1, 700];
    const told = await Promise.all(
      [...positions, ...positions].flatMap((position) =>
        hosts.map((host) => past.read(host, position, snapshotOf)),
      ),
    );
    for (const [i, position] of [...positions, ...positions].entries()) {
      for (const [j, host] of hosts.entries()) {
        const { kernel } = await loadState(store.database, host, position);
        expect(told[i * hosts.length + j]).toEqual(snapshotOf(kernel));
      }
    }
  });

  it('are whole when the log comes to a position after it was read, and before its head is', async () => {
    const grown = await addHost(store.database, 'past-grown');
    const steps = [...randomHistory({ seed: 5, events: 60 })];
    await appendHistory(store.database, grown, steps.slice(0, 40), { sizeOf: () => 40 });
    let isLate = true;
    const database: Queryable = {
      async query(text, params) {
        if (text.includes('from heads') && isLate) {
          isLate = false;
          await appendHistory(store.database, grown, steps.slice(40), { sizeOf: () => 20 });
        }
        return store.database.query(text, params);
      },
    };
    const past = pastStates(database, 1_000_000);
    const early = await past.read(grown, 50, snapshotOf);
    const { kernel } = await loadState(store.database, grown, 50);
    expect(early).toEqual(snapshotOf(kernel));
    expect(isLate).toBe(false);
    const on = await loadState(store.database, grown, 55);
    expect(await past.read(grown, 55, snapshotOf)).toEqual(snapshotOf(on.kernel));
  });

  it('have a mark when the log comes to a position between the reads of its mark and its state', async () => {
    const steps = [...randomHistory({ seed: 6, events: 60 })];
    for (const kept of [undefined, 30]) {
      const grown = await addHost(store.database, `past-marked-${kept ?? 'none'}`);
      await appendHistory(store.database, grown, steps.slice(0, 40), { sizeOf: () => 40 });
      let isHeld = false;
      let isMarkRead = false;
      let go = () => {};
      const grows = new Promise<void>((resolve) => {
        go = resolve;
      });
      const database: Queryable = {
        async query(text, params) {
          if (isHeld && !isMarkRead && text.includes('as mark')) {
            isMarkRead = true;
            const early = await store.database.query<never>(text, params);
            await appendHistory(store.database, grown, steps.slice(40), { sizeOf: () => 20 });
            go();
            return early;
          }
          if (isHeld) await grows;
          return store.database.query(text, params);
        },
      };
      knowLine(database, grown, false);
      const past = pastStates(database, 1_000_000);
      const markOf = (position: number) => past.read(grown, position, (_, mark) => mark);
      // The check of the log comes before both reads.
      if (kept === undefined) await markOf(99).catch(() => undefined);
      else await markOf(kept);
      isHeld = true;
      const told = await markOf(50);
      expect(isMarkRead).toBe(true);
      expect(told).toBe(await markAt(store.database, grown, 50));
      expect(await markOf(50)).toBe(told);
    }
  });

  it('whose mark could not be read are asked for again', async () => {
    let isDown = true;
    const database: Queryable = {
      async query(text, params) {
        if (isDown && text.includes('as mark')) throw new Error('the connection is lost');
        return store.database.query(text, params);
      },
    };
    const past = pastStates(database, 1_000_000);
    const [host] = hosts as [number];
    const read = () => past.read(host, 900, (_, mark) => mark);
    await expect(read()).rejects.toThrow('the connection is lost');
    isDown = false;
    expect(await read()).toBe(await markAt(store.database, host, 900));
  });

  it('are read from the database once', async () => {
    const { database, asked } = countingDatabase();
    const past = pastStates(database, 1_000_000);
    const [host] = hosts as [number];
    await Promise.all([1, 2, 3].map(() => past.read(host, 900, snapshotOf)));
    const once = asked.count;
    await past.read(host, 900, snapshotOf);
    expect(asked.count).toBe(once);
  });

  it('make room for others', async () => {
    const { database, asked } = countingDatabase();
    const past = pastStates(database, 1);
    const [host, other] = hosts as [number, number];
    await past.read(host, 900, snapshotOf);
    await past.read(other, 900, snapshotOf);
    const before = asked.count;
    await past.read(other, 900, snapshotOf);
    expect(asked.count).toBe(before);
    await past.read(host, 900, snapshotOf);
    expect(asked.count).toBeGreaterThan(before);
  });

  it('are refused after the head, near a state that is kept or not', async () => {
    const past = pastStates(store.database, 1_000_000);
    const [host] = hosts as [number];
    for (const kept of [false, true]) {
      if (kept) await past.read(host, EVENTS, snapshotOf);
      for (let n = 0; n < 2; n++) {
        await expect(past.read(host, EVENTS + 1, snapshotOf)).rejects.toMatchObject({
          reason: { why: 'no-such-position', position: EVENTS + 1, head: EVENTS },
        });
      }
    }
  });

  it('are refused each for its own position when several are asked for concurrently', async () => {
    const past = pastStates(store.database, 1_000_000);
    const [host] = hosts as [number];
    const positions = [1, 2, 3].map((beyond) => EVENTS + beyond);
    const reads = await Promise.allSettled(
      positions.map((position) => past.read(host, position, snapshotOf)),
    );
    const refused = reads.map((read) => read.status === 'rejected' && read.reason.reason.position);
    expect(refused).toEqual(positions);
  });

  it('that could not be read are asked for again', async () => {
    let broken = true;
    const database: Queryable = {
      query: (text, params) =>
        broken ? Promise.reject(new Error('gone')) : store.database.query(text, params),
    };
    const past = pastStates(database, 1_000_000);
    const [host] = hosts as [number];
    await expect(past.read(host, 5, snapshotOf)).rejects.toThrow('gone');
    broken = false;
    const { kernel } = await loadState(store.database, host, 5);
    expect(await past.read(host, 5, snapshotOf)).toEqual(snapshotOf(kernel));
  });
});
