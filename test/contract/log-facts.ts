// What must be true of every log at any time, whoever wrote it.

import { expect } from 'vitest';
import { emptyKernel } from '../../src/domain/boot.ts';
import { snapshotOf } from '../../src/domain/snapshot.ts';
import { decodeEvent } from '../../src/events/encoding/codec.ts';
import { chainHash } from '../../src/events/encoding/hash-chain.ts';
import type { LedgerEvent } from '../../src/events/event.ts';
import { readHead } from '../../src/events/head.ts';
import { genesisOf, identityOf } from '../../src/events/reading/birth.ts';
import { fold, loadState } from '../../src/events/reading/host-state.ts';
import { readRows } from '../../src/events/reading/log-reader.ts';
import type { Database } from '../../src/events/storage/database.ts';

interface BatchRow {
  readonly position_to: number;
  readonly recorded_at: number;
  readonly at_max: number;
  readonly hash: string;
}

/**
 * Checks positions, times, chain and head, and that the state from a snapshot is the state from
 * the whole log. Returns the events.
 */
export async function expectSoundLog(database: Database, hostId: number): Promise<LedgerEvent[]> {
  const batches = await database.query<BatchRow>(
    `select position_to, recorded_at, at_max, encode(hash, 'hex') as hash from batches
     where host_id = $1 order by position_to`,
    [hostId],
  );
  const batchAt = new Map(batches.map((batch) => [batch.position_to, batch]));
  const events: LedgerEvent[] = [];
  let hash = genesisOf((await identityOf(database, hostId)).born);
  let recordedAt = 0;
  let atMax = 0;
  for (;;) {
    const rows = await readRows(database, hostId, { from: events.length + 1 });
    if (rows.length === 0) break;
    for (const row of rows) {
      const event = decodeEvent(row);
      expect(event.position).toBe(events.length + 1);
      expect(event.recorded_at).toBeGreaterThanOrEqual(recordedAt);
      recordedAt = event.recorded_at;
      atMax = Math.max(atMax, event.at);
      hash = chainHash(hash, row);
      events.push(event);
      const batch = batchAt.get(event.position);
      if (batch === undefined) continue;
      const hex = Buffer.from(hash).toString('hex');
      expect(batch).toMatchObject({ hash: hex, recorded_at: recordedAt, at_max: atMax });
    }
  }
  const head = await readHead(database, hostId);
  expect(head).toMatchObject({ position: events.length, recorded_at: recordedAt, at_max: atMax });
  expect(Buffer.from(head.hash).toString('hex')).toBe(batchAt.get(events.length)?.hash);

  const kernel = emptyKernel();
  fold(kernel, events);
  const loaded = await loadState(database, hostId, events.length);
  expect(snapshotOf(loaded.kernel)).toEqual(snapshotOf(kernel));
  return events;
}
