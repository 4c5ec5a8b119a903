// `npm run promotions [-- --times 10 --seed S]`: a synchronous standby takes over from a server that is
// killed under load, again and again; each time a new standby joins. The clients outside remember each
// answer: nothing that was acknowledged is lost or doubled. Exit code 1 when it is.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import postgres from 'postgres';
import { migrate } from '../../src/events/storage/migrate.ts';
import { openPostgres } from '../../src/events/storage/postgres-database.ts';
import { rebuild } from '../../src/projections/rebuild.ts';
import { setup as build } from '../support/built.ts';
import { endsOnSignals } from '../support/ends-on-signals.ts';
import { type PostgresServer, startPostgres, startStandby } from '../support/postgres.ts';
import { seedOfRun } from '../support/seed.ts';
import { startFront } from '../support/tcp-front.ts';
import { storm } from './storm.ts';

endsOnSignals();
build();
const { values } = parseArgs({
  options: { times: { type: 'string', default: '10' }, seed: { type: 'string' } },
});
const times = Number(values.times);
const seed = Number(values.seed ?? seedOfRun());

async function administer(server: PostgresServer, ...statements: readonly string[]): Promise<void> {
  const sql = postgres(server.url, { max: 1, onnotice: () => undefined });
  for (const statement of statements) await sql.unsafe(statement);
  await sql.end();
}

/** What is acknowledged is on both from now on. */
async function joinStandby(primary: PostgresServer): Promise<PostgresServer> {
  const standby = await startStandby(primary.url);
  const wanted = `alter system set synchronous_standby_names = '*'`;
  await administer(primary, wanted, 'select pg_reload_conf()');
  return standby;
}

const folder = mkdtempSync(join(tmpdir(), 'bpfledger-promotions-'));
let primary = await startPostgres();
let standby = await joinStandby(primary);
const front = await startFront();
front.passTo(primary.url);
const address = new URL(primary.url);
address.port = new URL(front.url).port;
const first = openPostgres({ url: primary.url });
await migrate(first);
await first.close();

let longest = 0;
async function promote(): Promise<void> {
  const began = performance.now();
  front.cut();
  await primary.kill();
  await administer(standby, `alter system reset synchronous_standby_names`, 'select pg_promote()');
  front.passTo(standby.url);
  longest = Math.max(longest, performance.now() - began);
  await primary.stop();
  primary = standby;
  await sleep(500);
  standby = await joinStandby(primary);
}

const aftermath = await storm({
  seed,
  env: { DATABASE_URL: address.href, BPFLEDGER_DATA_DIR: folder },
  deeds: Array.from({ length: times }, () => 'crash-server' as const),
  instances: 2,
  clients: 6,
  toDatabase: promote,
  onDeed: (_, done) => console.log(`${done} promotions`),
});
const { faults, acknowledged, failed } = aftermath;
await aftermath.stop();
const database = openPostgres({ url: primary.url });
const [host] = await database.query<{ host_id: number }>('select host_id from hosts');
const { differing } = await rebuild(database, { host_id: host?.host_id ?? 0, check: true });
await database.close();
if (differing > 0) console.log(`${differing} rows of the projections are not those of a rebuild`);
for (const fault of faults) console.log(fault);
console.log(
  `seed ${seed}: ${times} promotions, the longest took ${Math.round(longest)} ms; ${acknowledged} ` +
    `acknowledged, ${failed} attempts without an answer, ${faults.length} faults`,
);
await front.close();
await standby.stop();
await primary.stop();
rmSync(folder, { recursive: true, force: true });
process.exitCode = faults.length > 0 || differing > 0 ? 1 : 0;
