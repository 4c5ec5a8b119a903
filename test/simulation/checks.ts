// What must be true of a log after whatever happened to it. Each says what it found in a sentence.

import { emptyKernel } from '../../src/domain/boot.ts';
import { decodeEvent } from '../../src/events/encoding/codec.ts';
import { chainHash } from '../../src/events/encoding/hash-chain.ts';
import { hexOf } from '../../src/events/encoding/hex.ts';
import type { LedgerEvent } from '../../src/events/event.ts';
import type { ProjectionRow } from '../../src/events/projector.ts';
import { genesisOf } from '../../src/events/reading/birth.ts';
import { fold } from '../../src/events/reading/host-state.ts';
import { sqlArray } from '../../src/events/storage/sql-array.ts';
import { projector } from '../../src/projections/projector.ts';
import type { Fault } from './scene.ts';
import type { HostRows } from './server.ts';

/** The events of a log, and what is wrong with it. */
export function examine(rows: HostRows): {
  readonly events: LedgerEvent[];
  readonly faults: Fault[];
} {
  const faults: string[] = [];
  const events: LedgerEvent[] = [];
  const { head, name, log_id } = rows;
  let hash = genesisOf({ host: name, log_id });
  let recordedAt = 0;
  for (const [i, row] of rows.events.entries()) {
    if (row.position !== i + 1) faults.push(`event ${row.position} stands at place ${i + 1}`);
    if (row.recorded_at < recordedAt)
      faults.push(`event ${row.position} is recorded before the one before it`);
    recordedAt = row.recorded_at;
    hash = chainHash(hash, row);
    if (row.hash !== null && row.hash !== hexOf(hash))
      faults.push(`the chain breaks at ${row.position}`);
    events.push(decodeEvent(row));
  }
  if (head?.position !== events.length)
    faults.push(`the head is ${head?.position} of ${events.length} events`);
  if (head?.hash !== hexOf(hash)) faults.push('the head has another hash than its log');
  faults.push(...keyFaults(rows));
  const broken = faults.map((says) => ({ promise: 'the log is whole', says }) as const);
  return { events, faults: [...broken, ...projectionFaults(rows, events)] };
}

/** The rows of the projections are those of a fold. */
function projectionFaults(rows: HostRows, events: readonly LedgerEvent[]): Fault[] {
  const kernel = emptyKernel();
  const wanted: string[] = [];
  let batch: ProjectionRow[][] = projector.tables.map(() => []);
  for (const [i, event] of events.entries()) {
    fold(kernel, [event]);
    projector.project(kernel, event).forEach((added, t) => void batch[t]?.push(...added));
    if (rows.events[i]?.hash === null) continue;
    for (const [t, added] of batch.entries()) {
      const table = projector.tables[t];
      if (table === undefined || added.length === 0) continue;
      const columns = table.columns.map((_, c) => sqlArray(added.map((row) => row[c] ?? null)));
      wanted.push(`${event.position} ${table.name} ${columns.join(' ')}`);
    }
    batch = projector.tables.map(() => []);
  }
  const found = rows.projected
    .filter(({ columns }) => columns[0] !== '{}')
    .map(({ to, table, columns }) => `${to} ${table} ${columns.join(' ')}`);
  if (wanted.sort().join('\n') === found.sort().join('\n')) return [];
  const says = 'the rows of the projections are not those of a fold';
  return [{ promise: 'the projections are a fold', says }];
}

/** What a key names is in the log, and no key is there twice. */
function keyFaults({ keys, events }: HostRows): string[] {
  const faults: string[] = [];
  const seen = new Set<string>();
  for (const { key, position_from, position_to } of keys) {
    if (seen.has(key)) faults.push(`the key ${key} is there twice`);
    seen.add(key);
    if (position_from < 2 || position_to > events.length)
      faults.push(`the key ${key} names what is not there`);
  }
  return faults;
}
