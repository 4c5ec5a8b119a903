// A log with its projections in a database, appended in batches as the writer does it, without the
// writer: for tests that are about what the tables say.

import { encodeEvent } from '../../src/events/encoding/codec.ts';
import { chainHash, GENESIS_HASH } from '../../src/events/encoding/hash-chain.ts';
import { bytesOf } from '../../src/events/encoding/hex.ts';
import type { LedgerEvent } from '../../src/events/event.ts';
import type { Head } from '../../src/events/head.ts';
import type { ProjectionRow } from '../../src/events/projector.ts';
import type { Database } from '../../src/events/storage/database.ts';
import { appendFor } from '../../src/events/writing/append.ts';
import { projector } from '../../src/projections/projector.ts';
import type { Step } from './random-history.ts';

const append = appendFor(projector.tables);

/** Makes an empty host; returns its id. */
export async function addHost(database: Database, name: string): Promise<number> {
  const [host] = await database.query<{ host_id: number }>(
    'insert into hosts (name) values ($1) returning host_id',
    [name],
  );
  if (host === undefined) throw new Error('an inserted host has an id');
  await database.query(
    `insert into heads (host_id, position, epoch, hash, recorded_at, at_max)
     values ($1, 0, 0, decode($2, 'hex'), 0, 0)`,
    [host.host_id, Buffer.from(GENESIS_HASH).toString('hex')],
  );
  return host.host_id;
}

/** Appends steps in batches whose sizes `sizeOf` gives, and tells `onStep` of each step. */
export async function appendHistory(
  database: Database,
  host_id: number,
  steps: Iterable<Step>,
  options: { readonly sizeOf: () => number; readonly onStep?: (step: Step) => void },
): Promise<void> {
  let batch = emptyBatch();
  let size = options.sizeOf();
  for (const step of steps) {
    batch.events.push(step.event);
    projector.project(step.kernel, step.event).forEach((rows, i) => {
      batch.rows[i]?.push(...rows);
    });
    options.onStep?.(step);
    if (batch.events.length < size) continue;
    await appendBatch(database, host_id, batch);
    batch = emptyBatch();
    size = options.sizeOf();
  }
  if (batch.events.length > 0) await appendBatch(database, host_id, batch);
}

interface OpenBatch {
  readonly events: LedgerEvent[];
  readonly rows: ProjectionRow[][];
}

function emptyBatch(): OpenBatch {
  return { events: [], rows: projector.tables.map(() => []) };
}

/** The head, in tables of any age. */
async function headOf(database: Database, hostId: number): Promise<Head> {
  const [row] = await database.query<Omit<Head, 'hash'> & { readonly hash: string }>(
    `select position, epoch, encode(hash, 'hex') as hash, recorded_at, at_max
     from heads where host_id = $1`,
    [hostId],
  );
  if (row === undefined) throw new Error(`there is no host ${hostId}`);
  return { ...row, hash: bytesOf(row.hash) };
}

async function appendBatch(database: Database, hostId: number, batch: OpenBatch): Promise<void> {
  const from = await headOf(database, hostId);
  const last = batch.events.at(-1);
  if (last === undefined) throw new Error('a batch has events');
  const { position, recorded_at } = last;
  const at_max = batch.events.reduce((max, { at }) => Math.max(max, at), from.at_max);
  const bodies = batch.events.map(encodeEvent);
  const hash = bodies.reduce(
    (before, body, i) => chainHash(before, { position: from.position + 1 + i, recorded_at, body }),
    from.hash,
  );
  const moved = await append(database, {
    hostId,
    writer: 1,
    from,
    to: { ...from, position, recorded_at, at_max, hash },
    bodies,
    keys: [],
    rows: batch.rows,
  });
  if (!moved) throw new Error('nobody else moves the head');
}
