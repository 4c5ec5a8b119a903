// `npm run hostile [-- --requests N --minutes M --files N --seed S --on pglite|postgresql]`: hostile
// requests to a service, by the document and by spoiled calls of the recordings, and spoiled files. Each
// answer must be one of the document and no failure; memory stays bounded; in the end each log verifies,
// and its projections are those of a rebuild. Exit code 1 when anything is not so.

import { parseArgs } from 'node:util';
import { migrate } from '../../src/events/storage/migrate.ts';
import { openPglite } from '../../src/events/storage/pglite-database.ts';
import { openPostgres } from '../../src/events/storage/postgres-database.ts';
import { randomFrom } from '../../src/recorders/generator/random.ts';
import { post, startTestService } from '../api/running.ts';
import { startPostgres } from '../support/postgres.ts';
import { seedOfRun } from '../support/seed.ts';
import { verifyAllHosts } from '../support/verified-hosts.ts';
import { faultOf } from './answers.ts';
import { fileKinds } from './files.ts';
import { recordedCalls, SpoiledCalls } from './golden-calls.ts';
import { prepareHosts } from './hosts.ts';
import { operations, Requests } from './requests.ts';
import { spoiledBytes } from './spoiled-bytes.ts';

const RELEASE = '6.18';
/** Of a host: then the next ones go to a new host, as the state of one is bounded. */
const REQUESTS_OF_HOST = 4000;
/** One request in so many is of spoiled calls. */
const SPOILED_EVERY = 3;
const FAULTS_MAX = 20;
const MIB = 1024 * 1024;
/** Requests after which memory is looked at, once all code was used. */
const WARM_REQUESTS = 20_000;
/** What may be added after that. */
const GROWTH_MIB_MAX = 256;

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '20000' },
    minutes: { type: 'string', default: '60' },
    files: { type: 'string', default: '0' },
    seed: { type: 'string' },
    on: { type: 'string', default: 'postgresql' },
  },
});
const seed = Number(values.seed ?? seedOfRun());
const random = randomFrom(seed, 'hostile');
const requests = new Requests(random);
const faults: string[] = [];
const statuses = new Map<number, number>();

const server = values.on === 'pglite' ? undefined : await startPostgres();
const database = server ? openPostgres({ url: server.url }) : await openPglite({});
await migrate(database);
const service = await startTestService({ database });
await prepareHosts(service.app);
const spoiled = new SpoiledCalls(await recordedCalls(RELEASE), random);
const operationPost = operations.find(({ operationId }) => operationId === 'postSyscalls');
if (operationPost === undefined) throw new Error('the document has postSyscalls');

const usedMiB = () => {
  (globalThis as { readonly gc?: () => void }).gc?.();
  return process.memoryUsage().rss / MIB;
};

let spoiledHost = '';
async function ask(nth: number): Promise<void> {
  if (nth % REQUESTS_OF_HOST === 0) {
    spoiledHost = `spoiled${nth / REQUESTS_OF_HOST}`;
    await post(service.app, '/v1/hosts', { body: { name: spoiledHost, release: RELEASE } });
  }
  const isSpoiled = nth % SPOILED_EVERY === 0;
  const operation = isSpoiled ? operationPost : random.pick(operations);
  const [url, init] = isSpoiled
    ? ([
        `/v1/hosts/${spoiledHost}/syscalls`,
        {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(spoiled.next()),
        },
      ] as const)
    : requests.requestOf(operation as (typeof operations)[number]);
  const response = await service.app.request(url, init);
  statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
  const again = async (other: string) => service.app.request(other, init);
  const fault = await faultOf(operation as (typeof operations)[number], { url, response, again });
  if (fault === undefined) return;
  faults.push(
    `request ${nth}: ${fault}\n    ${init.method} ${url} ${init.body ?? ''}`.slice(0, 2000),
  );
}

const wanted = Number(values.requests);
const began = performance.now();
const until = began + Number(values.minutes) * 60_000;
let done = 0;
let [warm, most] = [0, 0];
while (done < wanted && performance.now() < until && faults.length < FAULTS_MAX) {
  await ask(done++);
  // What a test looks at afterwards is no memory of the service.
  service.answered.length = 0;
  if (done === WARM_REQUESTS) warm = usedMiB();
  if (done % 10_000 !== 0) continue;
  most = Math.max(most, usedMiB());
  const rate = Math.round((done / (performance.now() - began)) * 1000);
  console.log(`${done} requests, ${rate} a second, ${Math.round(most)} MiB`);
}
const seconds = (performance.now() - began) / 1000;
if (warm > 0 && most - warm > GROWTH_MIB_MAX) {
  faults.push(`memory grew from ${Math.round(warm)} MiB to ${Math.round(most)} MiB`);
}
faults.push(...service.faults.map(String));

let slowest = 0;
const kinds = Number(values.files) > 0 ? await fileKinds(service) : [];
for (let i = 0; i < Number(values.files) && faults.length < FAULTS_MAX; i++) {
  const { name, files, read } = random.pick(kinds);
  const bytes = spoiledBytes(random.pick(files), random, random.pick(files));
  const asked = performance.now();
  const fault = await read(bytes);
  slowest = Math.max(slowest, performance.now() - asked);
  service.answered.length = 0;
  if (fault !== undefined) faults.push(`${name}: ${fault}\n    ${bytes.toString('base64')}`);
}
if (kinds.length > 0)
  console.log(`${values.files} files, the slowest took ${Math.round(slowest)} ms`);

const verified = await verifyAllHosts(database);
faults.push(...verified.faults);
for (const fault of faults) console.log(fault);
const shown = [...statuses].sort(([a], [b]) => a - b).map(([status, n]) => `${n} × ${status}`);
console.log(
  `seed ${seed} on ${values.on}: ${done} requests in ${seconds.toFixed(0)} s (${Math.round(done / seconds)} a second): ` +
    `${shown.join(', ')}; ${verified.events} events recorded, each reproduced; memory ${Math.round(warm)} to ` +
    `${Math.round(most)} MiB; ${faults.length} faults`,
);
await service.close();
await server?.stop();
process.exitCode = faults.length > 0 ? 1 : 0;
