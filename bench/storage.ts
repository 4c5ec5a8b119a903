/** H: how many bytes does an event take, as rows with their indexes and in sealed segments? */
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import type { LedgerEvent } from '../src/events/event.ts';
import { sealSegments } from '../src/events/proof/seal.ts';
import { SEGMENT_EVENTS } from '../src/events/segment/segment.ts';
import type { Database } from '../src/events/storage/database.ts';
import { migrate } from '../src/events/storage/migrate.ts';
import { openPostgres } from '../src/events/storage/postgres-database.ts';
import { projector } from '../src/projections/projector.ts';
import type { Bench, BenchContext } from './harness/bench.ts';
import { figureOf } from './harness/measure.ts';
import type { BenchPostgres } from './harness/postgres.ts';
import { boundTable, comparisonTable, number } from './harness/table.ts';
import { agentLog } from './logs/agent-log.ts';
import { goldenLog, incidentLog } from './logs/golden-log.ts';
import { type WrittenLog, writeLog } from './logs/written-log.ts';

const EVENTS = 20_000;
const BATCHES = [1, 4, 64, 1000] as const;
/** Batch of the tables of keys and projections, and of emmett's appends. */
const BATCH_USUAL = 64;
const ROW_BYTES_MAX = 260;
const SEALED_BYTES_MAX = 40;

const LOG_TABLES = ['events'];

export const storage: Bench = {
  name: 'storage',
  title: 'bytes an event takes',
  async run(context: BenchContext) {
    const postgres = await context.postgres();
    const rows = new Map<(typeof BATCHES)[number], number>();
    for (const batch of BATCHES) {
      context.say(`rows in batches of ${batch}`);
      rows.set(batch, (await ours(postgres, { batch }, LOG_TABLES)) / EVENTS);
    }
    const bytesAt = (batch: (typeof BATCHES)[number]) => rows.get(batch) as number;
    context.say('keys and projections');
    const beside = { batch: BATCH_USUAL, projector, keyed: true };
    const keys = (await ours(postgres, beside, ['idempotency'])) / Math.ceil(EVENTS / BATCH_USUAL);
    const tables = projector.tables.map(({ name }) => name);
    const projections = (await ours(postgres, beside, tables)) / EVENTS;
    context.say('emmett');
    const emmett = (await emmettBytes(postgres)) / EVENTS;
    context.say('segments');
    const logs = { 'recordings of 6.18': await goldenLog(), incidents: await incidentLog() };
    const sealed = [];
    for (const [what, events] of Object.entries(logs)) {
      const bytes = await sealedBytes(postgres, events);
      sealed.push({ target: 'H', what, unit: 'bytes', ours: once(bytes), wanted: SEALED });
    }
    const what = (batch: number) => `rows of batches of ${batch}`;
    return {
      text: [
        TEXT,
        `What is known of an append (the chain's value, its writer, the latest time) takes ${number(bytesAt(1) - bytesAt(1000))} bytes of its last event.`,
        `Beside the rows of events: ${number(keys)} bytes for each key of a write, ${number(projections)} bytes of projections for each event of this log.`,
      ],
      tables: [
        boundTable(
          'Bytes of an event in its row, chain and indexes included',
          [...rows].map(([batch, bytes]) => ({
            ...{ target: 'H', what: what(batch), unit: 'bytes' },
            ...{ ours: once(bytes), wanted: { atMost: ROW_BYTES_MAX } },
          })),
        ),
        comparisonTable('Bytes of an event in its row, against emmett', [
          {
            ...{ target: 'H', what: what(BATCH_USUAL), unit: 'bytes' },
            ...{ ours: once(bytesAt(BATCH_USUAL)), reference: once(emmett) },
            ...{ against: 'emmett-postgresql', wanted: { atMost: 1 } },
          },
        ]),
        boundTable('Bytes of an event in a sealed segment', sealed),
      ],
    };
  },
};

const SEALED = { atMost: SEALED_BYTES_MAX };

const TEXT = `${number(EVENTS)} events of the agents of a node, \`pg_total_relation_size\` after \`vacuum\`. emmett stores the same events as JSON: the call's name as the type; call, outcome, effects, pid, comm, actor and time as data; in appends of ${BATCH_USUAL}.`;

/** Sizes come out the same each time. */
function once(bytes: number) {
  return figureOf([bytes]);
}

/** Bytes of tables after the events were written. */
async function ours(
  postgres: BenchPostgres,
  written: Omit<WrittenLog, 'name' | 'events'>,
  tables: readonly string[],
): Promise<number> {
  return withDatabase(postgres, async (database) => {
    await writeLog(database, { name: 'stored', events: agentLog(EVENTS), ...written });
    await database.query('vacuum');
    return sizeOf(database, tables);
  });
}

async function sizeOf(database: Database, tables: readonly string[]): Promise<number> {
  let sum = 0;
  for (const table of tables) {
    const [row] = await database.query<{ bytes: number }>(
      'select pg_total_relation_size($1::text::regclass) as bytes',
      [table],
    );
    sum += (row as { bytes: number }).bytes;
  }
  return sum;
}

async function sealedBytes(
  postgres: BenchPostgres,
  events: readonly LedgerEvent[],
): Promise<number> {
  return withDatabase(postgres, async (database) => {
    const host_id = await writeLog(database, { name: 'sealed', events, batch: BATCH_USUAL });
    await sealSegments(database, { host_id });
    // Short logs and the end of long ones are sealed here as well, so that all of it counts.
    await sealSegments(database, { host_id, events: events.length % SEGMENT_EVENTS });
    const [row] = await database.query<{ bytes: number }>(
      'select sum(length(bytes))::int8 as bytes from segments',
    );
    return (row as { bytes: number }).bytes / events.length;
  });
}

let databases = 0;

/** Work on a migrated database of its own; commits need not be waited for, since sizes are asked. */
async function withDatabase<T>(
  postgres: BenchPostgres,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const name = `storage${++databases}`;
  const url = await postgres.createDatabase(name);
  await postgres.psql(url, `alter database ${name} set synchronous_commit = off`);
  const database = openPostgres({ url, connectionsMax: 2 });
  try {
    await migrate(database);
    return await work(database);
  } finally {
    await database.close();
  }
}

async function emmettBytes(postgres: BenchPostgres): Promise<number> {
  const name = `storage${++databases}`;
  const url = await postgres.createDatabase(name);
  await postgres.psql(url, `alter database ${name} set synchronous_commit = off`);
  const store = getPostgreSQLEventStore(url);
  try {
    let pending = [];
    for (const { call, position: _, recorded_at: __, ...event } of agentLog(EVENTS)) {
      pending.push({ type: call.name, data: { call, ...event } });
      if (pending.length < BATCH_USUAL) continue;
      await store.appendToStream('host', pending);
      pending = [];
    }
    if (pending.length > 0) await store.appendToStream('host', pending);
  } finally {
    await store.close();
  }
  await postgres.psql(url, 'vacuum');
  const sizes = await postgres.psql(
    url,
    `select sum(pg_total_relation_size(oid)) from pg_class
     where relkind = 'r' and relname like 'emt_messages%'`,
  );
  return Number(sizes);
}
