// The invariants on the fields of what lives long trip an assert where a bug of ours would break them.

import { AssertionError } from 'node:assert';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../src/events/clock.ts';
import type { Log } from '../../src/events/log.ts';
import { inOnePiece } from '../../src/events/turns.ts';
import { appendFor } from '../../src/events/writing/append.ts';
import { draftOf } from '../../src/events/writing/draft.ts';
import { HostWriter } from '../../src/events/writing/host-writer.ts';
import { Tip } from '../../src/events/writing/tip.ts';
import { projector } from '../../src/projections/projector.ts';
import { asOwner, loseTail } from '../support/lost-tail.ts';
import { describeStores, logOn, mkdir, newHost, type Store } from './stores.ts';

const unheard = {
  onCommitted: () => undefined,
  onLearnt: () => undefined,
  onHistoryChanged: () => undefined,
};

describeStores('a bug is caught', ({ open }) => {
  let store: Store;
  let log: Log;
  let host: string;
  let hostId: number;
  let tip: Tip;

  beforeAll(async () => {
    store = await open();
    log = await logOn(store.database);
  });

  afterAll(async () => {
    await log?.close();
    await store?.drop();
  });

  beforeEach(async () => {
    host = await newHost(log);
    hostId = (await log.head(host)).host_id;
    tip = await Tip.load(store.database, hostId, unheard);
  });

  const draft = (path: string) =>
    inOnePiece(
      draftOf([mkdir(path)], {
        kernel: tip.kernel,
        head: tip.head,
        projector,
        now: systemClock.now(),
        bytesMax: 1000,
      }),
    );

  it('when a tip takes a draft that was made before it moved', () => {
    const [first, second] = [draft('/a'), draft('/b')];
    tip.advance(first);
    expect(() => tip.advance(second)).toThrow(AssertionError);
    expect([tip.head.position, tip.kernel.cgroups.size]).toEqual([2, 2]);
  });

  it('when a damaged tip takes a draft', async () => {
    const made = draft('/a');
    await asOwner(store.database, (tx) =>
      tx.query('update heads set position = 2 where host_id = $1', [hostId]),
    );
    await expect(tip.catchUp(store.database)).rejects.toThrow('missing from the log');
    expect(() => tip.advance(made)).toThrow('a damaged tip takes no draft');
  });

  it('when a snapshot would stand after the head', () => {
    expect(() => tip.expectSnapshot(2)).toThrow(AssertionError);
    expect(tip.snapshotPosition).toBe(0);
  });

  it('and a snapshot that fails late is not counted on in the log that came instead', async () => {
    for (const path of ['/a', '/b']) await log.submit(host, mkdir(path));
    await tip.catchUp(store.database);
    tip.expectSnapshot(3);
    await loseTail(store.database, hostId, 1);
    await tip.catchUp(store.database);
    tip.missSnapshot(3, 2);
    expect([tip.head.position, tip.snapshotPosition]).toEqual([1, 0]);
  });

  it('when a writer is let go while submissions wait', async () => {
    const { database } = store;
    const writer = await HostWriter.open({
      database,
      clock: systemClock,
      projector,
      append: appendFor(projector.tables),
      writer: 7,
      onAppended: () => undefined,
      hostId,
      ...unheard,
    });
    const receipt = writer.submit(mkdir('/a'));
    await expect(writer.part()).rejects.toThrow(AssertionError);
    expect((await receipt).events).toHaveLength(1);
    await writer.part();
    await writer.close();
  });
});
