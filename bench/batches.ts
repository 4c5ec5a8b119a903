/** B: how many syscalls a second go in over HTTP by batches of 1,000? */

import type { Bench } from './harness/bench.ts';
import { type Connection, openConnection } from './harness/connection.ts';
import { alternate } from './harness/measure.ts';
import { post } from './harness/posting.ts';
import { startBenchService } from './harness/service.ts';
import { comparisonTable, number } from './harness/table.ts';
import { agentLog } from './logs/agent-log.ts';
import { rawRows } from './peers/raw-rows.ts';

const BATCH = 1000;
const BATCHES = 30;
const CONNECTIONS = 2;
const WARM_ROUNDS = 5;

export const batches: Bench = {
  name: 'batches',
  title: 'syscalls over HTTP by batches of 1,000',
  async run(context) {
    const service = await startBenchService(context, 'batches');
    const connections = await Promise.all(
      Array.from({ length: CONNECTIONS }, () => openConnection(service.port)),
    );
    const bodies = bodiesOf(BATCHES);
    let hosts = 0;
    const ours = async () => {
      const names = connections.map(() => `agent${++hosts}`);
      for (const name of names) await makeHost(connections[0] as Connection, name);
      const start = performance.now();
      await Promise.all(
        connections.map(async (connection, i) => {
          for (const body of bodies) await send(connection, names[i] as string, body);
        }),
      );
      const seconds = (performance.now() - start) / 1000;
      return (BATCH * BATCHES * CONNECTIONS) / seconds;
    };
    // The first rounds are the compiler's.
    for (let warm = 0; warm < WARM_ROUNDS; warm++) await ours();
    const raw = await rawRows(service.databaseUrl, { hostId: 1, batch: BATCH });
    const figures = await alternate(
      { ours, raw: raw.insert, ready: raw.insertReady },
      context.rounds,
    );
    for (const connection of connections) connection.close();
    await raw.close();
    await service.stop();
    return {
      text: [
        `${CONNECTIONS} connections, each sends ${BATCHES} lists of ${number(BATCH)} calls of a busy node's agents to a host of its own, and reads all answers. The reference inserts exactly the rows that one of these hosts came to (${number(raw.rows / raw.events)} rows an event, projections included) by multi-row \`unnest\`, a transaction for every ${number(BATCH)} events, without a model, a chain or answers. *Ready* leaves out even what it takes to write the values as parameters.`,
      ],
      tables: [
        comparisonTable('Syscalls recorded a second', [
          {
            ...{ target: 'B', what: 'lists of 1,000 calls over HTTP', unit: '/s' },
            ...{ ours: figures.ours, reference: figures.raw },
            ...{ against: 'the same rows by unnest', wanted: { atLeast: 0.5 } },
          },
          {
            ...{ target: 'B', what: 'lists of 1,000 calls over HTTP', unit: '/s' },
            ...{ ours: figures.ours, reference: figures.ready },
            against: 'the same, parameters ready',
          },
        ]),
      ],
    };
  },
};

/** Makes a host; its boot is its first event, as it is that of the log of the agents. */
async function makeHost(connection: Connection, name: string): Promise<void> {
  await post(connection, '/v1/hosts', { name, release: '6.18' });
}

async function send(connection: Connection, host: string, body: string): Promise<void> {
  const answer = await connection.post(`/v1/hosts/${host}/syscalls`, body);
  if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.body.slice(0, 500)}`);
}

/** The calls of the agents' log as bodies of requests. */
function bodiesOf(count: number): string[] {
  const calls = [...agentLog(count * BATCH + 1)].slice(1).map(({ pid, call }) => ({ pid, call }));
  return Array.from({ length: count }, (_, i) =>
    JSON.stringify(calls.slice(i * BATCH, (i + 1) * BATCH)),
  );
}
