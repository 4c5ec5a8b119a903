/**
 * D: how fast is a log folded: from memory, from a database that this process has read nothing of,
 * and from pages of rows as other stores read them?
 */
import { sealSegments } from '../src/events/proof/seal.ts';
import type { Database } from '../src/events/storage/database.ts';
import { migrate } from '../src/events/storage/migrate.ts';
import { openPostgres } from '../src/events/storage/postgres-database.ts';
import type { ColdFold, Folded } from './fold/cold-fold.ts';
import { LOGS, type Log } from './fold/logs.ts';
import type { MemoryFold } from './fold/memory-fold.ts';
import { askedProcess } from './harness/asked-process.ts';
import type { Bench, BenchContext, Section } from './harness/bench.ts';
import { alternate, type Figure } from './harness/measure.ts';
import { type Bound, boundTable, type Comparison, comparisonTable } from './harness/table.ts';
import { writeLog } from './logs/written-log.ts';

const EVENTS = 300_000;
const EVENTS_FULL = 1_000_000;
/** Pages are slow enough that a part of the log tells their rate. */
const PAGED_EVENTS = 60_000;
/** Events of one append of the logs: what a busy service commits together. */
const BATCH_EVENTS = 100;

interface Measured {
  readonly log: string;
  readonly memory: Figure;
  readonly segments: Figure;
  readonly pages: Figure;
}

export const foldLogs: Bench = {
  name: 'fold',
  title: 'folding a log from its first event to its last',
  longer: true,
  async run(context: BenchContext): Promise<Section> {
    const events = context.full ? EVENTS_FULL : EVENTS;
    const postgres = await context.postgres();
    const url = await postgres.createDatabase('fold');
    const measured: Measured[] = [];
    for (const [log, make] of Object.entries(LOGS)) {
      measured.push(await measure(context, { url, log, events: make(events), to: events }));
    }
    return {
      text: [TEXT.replace('EVENTS', events.toLocaleString('en-US'))],
      tables: [
        boundTable('Fold in memory, one core', measured.map(boundRow)),
        comparisonTable('Fold from PostgreSQL', measured.flatMap(comparisons)),
      ],
    };
  },
};

const TEXT = `Logs of EVENTS events each. *Memory*: decoded events in an array, applied one after the other by a process that holds no other log. *Cold*: the state at the head without any snapshot, by a new connection of another process, which holds nothing of the log; the server has its pages in memory, and all code has run once. Sealed segments, as a cold start reads them. *Pages*: 1,000 rows at a time by position, each decoded whole, the same fold. All give the same state.`;

interface Workload {
  readonly url: string;
  readonly log: string;
  readonly events: Log;
  /** The last position. */
  readonly to: number;
}

async function measure(
  context: BenchContext,
  { url, log, events, to }: Workload,
): Promise<Measured> {
  context.say(`${log}: writing and sealing`);
  const hostId = await write(url, log, events);
  let digest = '';
  const holder = askedProcess<MemoryFold, Folded>(new URL('fold/memory-fold.ts', import.meta.url), [
    log,
    String(to),
  ]);
  async function memory(): Promise<number> {
    const folded = await holder.ask('fold');
    digest = folded.digest;
    return rate(to, folded.ms);
  }
  const other = askedProcess<ColdFold, Folded>(new URL('fold/cold-fold.ts', import.meta.url));
  async function cold(by: ColdFold['by'], last: number): Promise<number> {
    const folded = await other.ask({ url, hostId, to: last, by });
    if (last === to && folded.digest !== digest) {
      throw new Error(`${log}: ${by} give another state than memory`);
    }
    return rate(last, folded.ms);
  }
  try {
    const contenders = {
      memory,
      segments: () => cold('segments', to),
      pages: () => cold('pages', PAGED_EVENTS),
    };
    // Once for nothing: code that never ran is slow.
    await alternate(contenders, 1);
    return { log, ...(await alternate(contenders, context.rounds)) };
  } finally {
    holder.stop();
    other.stop();
  }
}

async function write(url: string, name: string, events: Log): Promise<number> {
  return withConnection(url, async (database) => {
    await migrate(database);
    const host_id = await writeLog(database, { name, events, batch: BATCH_EVENTS });
    await sealSegments(database, { host_id });
    await database.query('analyze');
    return host_id;
  });
}

/** Work on a connection of its own. */
async function withConnection<T>(
  url: string,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const database = openPostgres({ url, connectionsMax: 2 });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** Events a second. */
function rate(events: number, ms: number): number {
  return (events / ms) * 1000;
}

function boundRow({ log, memory }: Measured): Bound {
  const wanted = { atLeast: 1_000_000 };
  return { target: 'D', what: log, unit: 'events/s', ours: memory, wanted };
}

function comparisons({ log, memory, segments, pages }: Measured): Comparison[] {
  const cold = { target: 'D', what: `${log}, cold`, unit: 'events/s', ours: segments };
  return [
    { ...cold, reference: memory, against: 'memory', wanted: { atLeast: 0.6 } },
    { ...cold, reference: pages, against: 'pages of rows', wanted: { atLeast: 1.5 } },
  ];
}
