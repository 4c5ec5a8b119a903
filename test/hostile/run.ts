// `npm run hostile [-- --requests N --minutes M --clients N --files N --seed S --visit V --progress FILE
// --on pglite|postgresql]`: hostile requests to a service, by the document and by spoiled calls of the
// recordings, and spoiled files. Some clients send them, each in visits to a world of its own. Each answer
// must be one of the document and no failure; memory stays bounded; after each visit its logs verify, and
// their projections are those of a rebuild. `--seed S --visit V` makes one visit again, alone. Exit code 1
// when anything is not so.

import { parseArgs } from 'node:util';
import { endsOnSignals } from '../support/ends-on-signals.ts';
import { startPostgres } from '../support/postgres.ts';
import { seedOfRun } from '../support/seed.ts';
import { openConnection } from './connection.ts';
import { recordedCalls } from './golden-calls.ts';
import { RELEASE } from './hosts.ts';
import { Progress } from './progress.ts';
import { startHostileService } from './service-process.ts';
import { hostOfVisit, REQUESTS_OF_VISIT, visit } from './visit.ts';
import { withTokenOf } from './visit-tokens.ts';

const FAULTS_MAX = 20;
/** Requests after which memory is looked at, once all code was used. */
const WARM_REQUESTS = 40_000;
/** What may be added after that. */
const GROWTH_MIB_MAX = 256;
/** Rules that there may be, of all visits under way, and some to spare. */
const CLIENTS_MAX = 40;

endsOnSignals();
const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '20000' },
    minutes: { type: 'string', default: '60' },
    clients: { type: 'string', default: '24' },
    files: { type: 'string', default: '0' },
    seed: { type: 'string' },
    visit: { type: 'string' },
    progress: { type: 'string' },
    on: { type: 'string', default: 'postgresql' },
  },
});
const seed = Number(values.seed ?? seedOfRun());
const first = Number(values.visit ?? 0);
const wanted = values.visit ? (first + 1) * REQUESTS_OF_VISIT : Number(values.requests);
const end = Math.ceil(wanted / REQUESTS_OF_VISIT);
const progress = new Progress(seed, values.progress);
const before = progress.requests;

const server = values.on === 'pglite' ? undefined : await startPostgres();
const service = await startHostileService({ first, end, databaseUrl: server?.url });
const calls = await recordedCalls(RELEASE);
const began = performance.now();
const until = began + Number(values.minutes) * 60_000;
let [warm, most] = [0, 0];

const visits = Array.from({ length: end - first }, (_, i) => first + i).filter(
  (nth) => !progress.has(nth),
);
const clients = Math.min(Number(values.clients), CLIENTS_MAX, Math.max(1, visits.length));
await Promise.all(Array.from({ length: clients }, visitInTurn));
const seconds = (performance.now() - began) / 1000;

/** Makes visits as long as there are any, by a connection of its own. */
async function visitInTurn(): Promise<void> {
  const connection = openConnection(service.url);
  for (let nth = visits.shift(); nth !== undefined; nth = visits.shift()) {
    if (performance.now() > until || progress.faults.length >= FAULTS_MAX) break;
    const requests = Math.min(REQUESTS_OF_VISIT, wanted - nth * REQUESTS_OF_VISIT);
    const visited = await visit(withTokenOf(nth, connection.send), { seed, nth, requests, calls });
    const verified = await service.ask({ what: 'verify', host: hostOfVisit(nth) });
    const memory = await service.ask({ what: 'memory' });
    const faults = [...visited.faults, ...verified.faults];
    progress.add({ seed, nth, ...visited, events: verified.events, faults, memory });
    tell(nth, faults, memory);
  }
  connection.close();
}

function tell(nth: number, faults: readonly string[], memory: number): void {
  const made = progress.requests - before;
  if (made >= WARM_REQUESTS && warm === 0) warm = memory;
  most = Math.max(most, memory);
  for (const fault of faults) console.log(fault);
  if (faults.length > 0) console.log(`again: npm run hostile -- --seed ${seed} --visit ${nth}`);
  const rate = Math.round((made / (performance.now() - began)) * 1000);
  console.log(`${progress.requests} requests, ${rate} a second, ${Math.round(memory)} MiB`);
}

const faults = [...progress.faults];
if (warm > 0 && most - warm > GROWTH_MIB_MAX) {
  faults.push(`memory grew from ${Math.round(warm)} MiB to ${Math.round(most)} MiB`);
}
const files = Number(values.files);
if (files > 0) {
  const spoiled = await service.ask({ what: 'files', files, seed });
  faults.push(...spoiled.faults);
  console.log(`${files} files, the slowest took ${Math.round(spoiled.slowestMs)} ms`);
}
const others = await service.ask({ what: 'verify others' });
faults.push(...others.faults);
await service.stop();
await server?.stop();

for (const fault of faults.slice(progress.faults.length)) console.log(fault);
const busy = progress.visits.reduce((sum, visited) => sum + visited.busy, 0);
const events = progress.visits.reduce((sum, visited) => sum + visited.events, others.events);
const made = progress.requests - before;
console.log(
  `seed ${seed} on ${values.on}: ${progress.requests} requests (${made} of them in ${seconds.toFixed(0)} s, ` +
    `${Math.round(made / seconds)} a second): ${progress.statuses}, ${busy} × busy; ${events} events recorded, ` +
    `each reproduced; memory ${Math.round(warm)} to ${Math.round(most)} MiB; ${faults.length} faults`,
);
process.exitCode = faults.length > 0 ? 1 : 0;
