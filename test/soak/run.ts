// `npm run soak [-- --minutes 30 --seed S]`: mixed load on two services and a PostgreSQL server, with
// chaos: connections that end, a server that crashes, and kills of the second service. Memory, file
// descriptors and database connections of the first one stay flat: the last quarter of the time is
// compared with the second. Exit code 1 when they do not, or a promise is broken. `--calm` is the time
// between two deeds, in seconds.

import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openPostgres } from '../../src/events/storage/postgres-database.ts';
import { randomFrom } from '../../src/recorders/generator/random.ts';
import { type ServiceProcess, startProcess } from '../api/process.ts';
import { onPostgresql } from '../chaos/stage.ts';
import { endsOnSignals } from '../support/ends-on-signals.ts';
import { seedOfRun } from '../support/seed.ts';
import { verifyAllHosts } from '../support/verified-hosts.ts';
import { load } from './load.ts';

const LOOK_MS = 2000;
/** What may be added between the second and the last quarter. */
const GROWTH = { mib: 48, fds: 12, connections: 4 } as const;
const KIB_OF_MIB = 1024;

endsOnSignals();
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string' },
    calm: { type: 'string', default: '15' },
  },
});
const seed = Number(values.seed ?? seedOfRun());
const minutes = Number(values.minutes);
const calmMs = Number(values.calm) * 1000;
const random = randomFrom(seed, 'soak');

interface Look {
  readonly mib: number;
  readonly fds: number;
  readonly connections: number;
}

const stage = await onPostgresql();
const own = openPostgres({ url: stage.env.DATABASE_URL ?? '' });
/** What no answer shows: why the service failed. */
const onLine = (line: string) => {
  if (line.includes('request failed')) console.log(line.slice(0, 2000));
};
const first = await startProcess(stage.env, onLine);
let second: ServiceProcess | undefined = await startProcess(stage.env, onLine);
let isOver = false;

async function look({ pid }: ServiceProcess): Promise<Look | undefined> {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const [row] = await own
    .query<{ n: number }>(
      `select count(*)::int4 as n from pg_stat_activity where backend_type = 'client backend'
       and datname = current_database()`,
    )
    .catch(() => []);
  if (row === undefined) return undefined;
  return {
    mib: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / KIB_OF_MIB,
    fds: readdirSync(`/proc/${pid}/fd`).length,
    connections: row.n,
  };
}

async function chaos(): Promise<number> {
  let deeds = 0;
  while (!isOver) {
    await sleep(calmMs / 2 + random.below(calmMs));
    if (isOver) break;
    deeds++;
    const deed = random.pick(['cut-connections', 'crash-server', 'kill'] as const);
    if (deed === 'kill') {
      const killed = second;
      second = undefined;
      await killed?.kill();
      second = await startProcess(stage.env, onLine);
    } else await stage.toDatabase?.(deed, random);
  }
  return deeds;
}

const middle = (numbers: readonly number[]) =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

const began = performance.now();
const ends = began + minutes * 60_000;
const loading = load({
  urls: () => [first.url, ...(second === undefined ? [] : [second.url])],
  random,
  isOver: () => isOver,
});
const befalling = chaos();
const looks: Look[] = [];
loading.catch(() => undefined);
while (performance.now() < ends) {
  await sleep(LOOK_MS);
  const seen = await look(first);
  if (seen !== undefined) looks.push(seen);
  if (looks.length % 30 !== 0 || seen === undefined) continue;
  const at = Math.round((performance.now() - began) / 1000);
  console.log(
    `${at} s: ${Math.round(seen.mib)} MiB, ${seen.fds} fds, ${seen.connections} connections`,
  );
}
isOver = true;
const [tally, deeds] = await Promise.all([loading, befalling]);

const faults = [...tally.faults.slice(0, 20)];
const quarter = Math.floor(looks.length / 4);
const shown: string[] = [];
for (const what of ['mib', 'fds', 'connections'] as const) {
  const early = middle(looks.slice(quarter, 2 * quarter).map((one) => one[what]));
  const late = middle(looks.slice(-quarter).map((one) => one[what]));
  shown.push(`${Math.round(early)} to ${Math.round(late)} ${what}`);
  if (late - early > GROWTH[what]) faults.push(`${what} grew from ${early} to ${late}`);
}
const verified = await verifyAllHosts(own);
faults.push(...verified.faults);
for (const fault of faults) console.log(fault);
console.log(
  `seed ${seed}, ${minutes} minutes: ${tally.answered} answers, ${tally.failed} attempts without one, ` +
    `${tally.messages} pieces of streams, ${verified.events} events, ${deeds} deeds; ${shown.join(', ')}; ` +
    `${faults.length} faults`,
);
await first.stop();
await second?.stop();
await own.close();
await stage.close();
process.exitCode = faults.length > 0 ? 1 : 0;
