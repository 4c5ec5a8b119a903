/** Hosts with tree logs, recorded by the product's own log, on either database. */
import { randomBytes } from 'node:crypto';
import { systemClock } from '../../src/events/clock.ts';
import { openLog } from '../../src/events/log.ts';
import { sealSegments } from '../../src/events/proof/seal.ts';
import type { Database } from '../../src/events/storage/database.ts';
import { migrate } from '../../src/events/storage/migrate.ts';
import { openPglite } from '../../src/events/storage/pglite-database.ts';
import { openPostgres } from '../../src/events/storage/postgres-database.ts';
import { projector } from '../../src/projections/projector.ts';
import type { BenchContext } from '../harness/bench.ts';
import { arriveAll } from './arrive-all.ts';
import { recordTreeLog } from './tree-log.ts';

/** The host whose log has `length` events after its tree stood. */
export function treeHost(length: number): string {
  return `tree-${length}`;
}

/**
 * A database on the run's server with a host for each length; its URL. Benchmarks of one run share
 * what takes long to record.
 */
export async function treesOnPostgres(
  context: BenchContext,
  lengths: readonly number[],
): Promise<string> {
  const postgres = await context.postgres();
  const url = await postgres.databaseUrl('trees');
  const database = openPostgres({ url });
  await migrate(database);
  const there = await database.query<{ readonly name: string }>('select name from hosts');
  const names = there.map(({ name }) => name);
  const missing = lengths.filter((length) => !names.includes(treeHost(length)));
  await record(context, database, missing);
  if (missing.length > 0) {
    // What recording left to be written back would be written while reads are measured.
    await database.query('vacuum analyze');
    await database.query('checkpoint');
  }
  await database.close();
  return url;
}

/** The same in a folder of an embedded database; gives what `look` finds there. */
export async function treesOnPglite<T>(
  context: BenchContext,
  folder: string,
  lengths: readonly number[],
  look: (database: Database) => Promise<T>,
): Promise<T> {
  const database = await openPglite({ folder });
  try {
    await migrate(database);
    await record(context, database, lengths);
    return await look(database);
  } finally {
    await database.close();
  }
}

async function record(context: BenchContext, database: Database, lengths: readonly number[]) {
  const log = await openLog({ database, clock: systemClock, projector, randomBytes });
  for (const length of lengths) {
    context.say(`recording ${length.toLocaleString('en-US')} events on ${database.kind}`);
    await recordTreeLog(log, treeHost(length), length);
    const { host_id } = await log.host(treeHost(length));
    // As upkeep does it: what is asked for is read as it is on a service that runs for long.
    await sealSegments(database, { host_id, signal: new AbortController().signal });
  }
  await arriveAll(database);
  await log.close();
}
