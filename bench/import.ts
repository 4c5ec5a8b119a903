/** C: how many events a second go in by import of a bundle, and by a stream of lines? */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { writeBundle } from '../src/events/bundle/write-bundle.ts';
import { sealSegments } from '../src/events/proof/seal.ts';
import type { Database } from '../src/events/storage/database.ts';
import { migrate } from '../src/events/storage/migrate.ts';
import { openPostgres } from '../src/events/storage/postgres-database.ts';
import { projector } from '../src/projections/projector.ts';
import type { Bench, BenchContext } from './harness/bench.ts';
import { alternate } from './harness/measure.ts';
import { type BenchService, startBenchService } from './harness/service.ts';
import { comparisonTable, number } from './harness/table.ts';
import { agentLog } from './logs/agent-log.ts';
import { writeLog } from './logs/written-log.ts';
import { rawRows } from './peers/raw-rows.ts';

const EVENTS = 60_000;
const WARM_ROUNDS = 3;
/** Events of an append of the exported log. */
const BATCH = 64;
const BUNDLE = 'application/vnd.bpfledger.bundle+ndjson';
const NDJSON = 'application/x-ndjson';

export const imports: Bench = {
  name: 'import',
  title: 'bundles and streams of lines',
  async run(context) {
    context.say('writing the bundles');
    const bundles = await makeBundles(context);
    const service = await startBenchService(context, 'import');
    let hosts = 0;
    const bundle = (body: Buffer) => () =>
      rate(service, { path: `/v1/bundles?host=imported${++hosts}`, type: BUNDLE, body });
    const lines = ndjson();
    const stream = async () => {
      const name = `streamed${++hosts}`;
      const host = Buffer.from(JSON.stringify({ name, release: '6.18' }));
      await send(service, { path: '/v1/hosts', type: 'application/json', body: host });
      return rate(service, { path: `/v1/hosts/${name}/syscalls`, type: NDJSON, body: lines });
    };
    const ours = { sealed: bundle(bundles.sealed), rows: bundle(bundles.rows), stream };
    // The first rounds are the compiler's.
    await alternate(ours, WARM_ROUNDS);
    const raw = await rawRows(service.databaseUrl, { hostId: 1, batch: EVENTS });
    const figures = await alternate({ ...ours, copy: raw.copy }, context.rounds);
    await raw.close();
    await service.stop();
    const row = (what: string, ours: typeof figures.copy) => ({
      ...{ target: 'C', what, unit: '/s', ours, reference: figures.copy },
      ...{ against: 'the same rows by COPY', wanted: { atLeast: 0.5 } },
    });
    return {
      text: [
        `${number(EVENTS)} events of a busy node's agents, sent over HTTP in one request. A bundle is checked (digest of every line, chain of hashes), folded and projected; a stream of lines is decided anew and every line is answered. The reference copies exactly the rows that an import comes to (${number(raw.rows / raw.events)} rows an event, projections included), without looking at them.`,
      ],
      tables: [
        comparisonTable('Events imported a second', [
          row('a bundle of sealed segments', figures.sealed),
          row('a bundle of rows', figures.rows),
          row('a stream of NDJSON lines', figures.stream),
        ]),
      ],
    };
  },
};

/** The same log as a bundle of rows, and as one of sealed segments. */
async function makeBundles(context: BenchContext) {
  const url = await (await context.postgres()).createDatabase('exported');
  const database = openPostgres({ url, connectionsMax: 2 });
  try {
    await migrate(database);
    const events = agentLog(EVENTS);
    const host_id = await writeLog(database, { name: 'log', events, batch: BATCH, projector });
    const rows = await bundleOf(database, host_id);
    await sealSegments(database, { host_id });
    return { rows, sealed: await bundleOf(database, host_id) };
  } finally {
    await database.close();
  }
}

async function bundleOf(database: Database, host_id: number): Promise<Buffer> {
  const lines: string[] = [];
  for await (const line of writeBundle(database, {
    host_id,
    host: 'log',
    tables: projector.tables,
  }))
    lines.push(line);
  return Buffer.from(lines.join(''));
}

/** The calls of the agents' log, a line each; a host's boot is its first event already. */
function ndjson(): Buffer {
  const events = [...agentLog(EVENTS)].slice(1);
  return Buffer.from(events.map(({ pid, call }) => `${JSON.stringify({ pid, call })}\n`).join(''));
}

interface Sent {
  readonly path: string;
  readonly type: string;
  readonly body: Buffer;
}

/** Events a second of one request. */
async function rate(service: BenchService, body: Sent): Promise<number> {
  const start = performance.now();
  await send(service, body);
  return (EVENTS / (performance.now() - start)) * 1000;
}

/** Posts a body and reads the whole answer. Throws when it is none of success. */
async function send({ port }: BenchService, { path, type, body }: Sent): Promise<void> {
  const headers = { 'content-type': type };
  const asked = request({ host: '127.0.0.1', port, path, method: 'POST', headers });
  asked.end(body);
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  let last = '';
  for await (const chunk of answer) last = String(chunk);
  const isProblem = last.includes('urn:bpfledger:problem');
  if ((answer.statusCode ?? 0) >= 300 || isProblem) {
    throw new Error(`${path}: ${answer.statusCode} ${last.slice(-500)}`);
  }
}
