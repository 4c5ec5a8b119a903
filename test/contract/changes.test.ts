// What folds read, on both databases: pid and effects alone, from sealed segments and from rows.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FoldedEvent, LedgerEvent } from '../../src/events/event.ts';
import type { Log } from '../../src/events/log.ts';
import { sealSegments } from '../../src/events/proof/seal.ts';
import { readChanges } from '../../src/events/reading/change-reader.ts';
import { UnreadableSegment } from '../../src/events/segment/segment.ts';
import { describeStores, logOn, mkdir, newHost, type Store } from './stores.ts';

const SEGMENT = 700;
const HEAD = 2500;
const PAGE = 500;

describeStores('folding', ({ open }) => {
  let store: Store;
  let log: Log;
  let host_id: number;
  const events: LedgerEvent[] = [];

  beforeAll(async () => {
    store = await open();
    log = await logOn(store.database);
    const host = await newHost(log);
    ({ host_id } = await log.host(host));
    const requests = Array.from({ length: HEAD - 1 }, (_, i) => mkdir(`/${i % 1700}`).calls);
    for (let from = 0; from < requests.length; from += PAGE) {
      const calls = requests.slice(from, from + PAGE).flat();
      await log.submit(host, { actor: 'local', calls });
    }
    expect(await sealSegments(store.database, { host_id, events: SEGMENT })).toBe(3);
    for (let from = 1; from <= HEAD; from += PAGE) {
      events.push(...(await log.read(host, { from, limit: PAGE })));
    }
  }, 60_000);

  afterAll(async () => {
    await log?.close();
    await store?.drop();
  });

  async function changes(from: number, to: number): Promise<FoldedEvent[]> {
    const read: FoldedEvent[] = [];
    for await (const page of readChanges(store.database, host_id, { from, to })) read.push(...page);
    return read.filter(({ effects }) => effects.length > 0);
  }

  it('reads what the events of any range changed', async () => {
    expect(events).toHaveLength(HEAD);
    // A whole log; within a segment; from one into the next; into rows; rows alone; few events.
    const ranges = [
      [1, HEAD],
      [10, 690],
      [350, 1700],
      [701, 2000],
      [1400, HEAD],
      [2101, HEAD],
      [699, 702],
      [5, 4],
      [1700, HEAD + 700],
    ] as const;
    for (const [from, to] of ranges) {
      const within = events.filter(({ position }) => position >= from && position <= to);
      const expected = within
        .filter(({ effects }) => effects.length > 0)
        .map(({ position, pid, effects }) => ({ position, pid, effects }));
      expect([from, to, await changes(from, to)]).toEqual([from, to, expected]);
    }
  });

  it('stops at a damaged segment, and only when it gets there', async () => {
    const other = { ...store.database, query: damagedQuery(store) };
    const read = readChanges(other, host_id, { from: 1, to: HEAD });
    const first = await read.next();
    expect(first.value?.[0]).toMatchObject({ position: 1 });
    const rest = async () => {
      for await (const page of read) expect(page.at(-1)?.position).toBeLessThanOrEqual(SEGMENT);
    };
    await expect(rest()).rejects.toThrow(UnreadableSegment);
    const stopped = readChanges(other, host_id, { from: 1, to: HEAD });
    await stopped.next();
    await stopped.return(undefined);
  });
});

/** Queries of a store whose second segment has one byte flipped. */
function damagedQuery({ database }: Store): Store['database']['query'] {
  return async <Row extends object>(text: string, params?: readonly unknown[]) => {
    const rows = await database.query<Row>(text, params);
    for (const row of rows as { position_from?: number; bytes?: Uint8Array }[]) {
      if (row.position_from !== SEGMENT + 1 || row.bytes === undefined) continue;
      row.bytes[row.bytes.length >> 1] = (row.bytes[row.bytes.length >> 1] as number) ^ 1;
    }
    return rows;
  };
}
