/** I: hosts that are written concurrently get equal shares, whether their states are held or evicted. */
import type { Bench } from './harness/bench.ts';
import { type Connection, openConnection } from './harness/connection.ts';
import { alternate, type Figure, figureOf, quantile } from './harness/measure.ts';
import { makeHost, post, shareOut } from './harness/posting.ts';
import { type BenchService, startBenchService } from './harness/service.ts';
import { type Bound, boundTable, number, spread } from './harness/table.ts';

const HOSTS = 500;
const CONNECTIONS = 64;
const SECONDS = 5;
/** Hosts that the evicting service holds: a fifth. */
const HELD_MAX = 100;

const NAMES = Array.from({ length: HOSTS }, (_, i) => `fair-${i}`);

/** One run: events and milliseconds. */
interface Run {
  readonly perSecond: number;
  readonly eventsOfHost: readonly number[];
  readonly waits: readonly number[];
  /** Mean wait, by host. */
  readonly waitsOfHost: readonly number[];
}

export const fairness: Bench = {
  name: 'fairness',
  title: `${HOSTS} hosts written concurrently`,
  async run(context) {
    const held = await startBenchService(context, 'fairness_held');
    const evicting = await startBenchService(context, 'fairness_evicting', {
      BPFLEDGER_HELD_HOSTS_MAX: String(HELD_MAX),
    });
    try {
      for (const service of [held, evicting]) await withHosts(service);
      const runs: Record<'held' | 'evicting', Run[]> = { held: [], evicting: [] };
      const measure = async (name: 'held' | 'evicting', service: BenchService) => {
        context.say(`${HOSTS} hosts, ${name}`);
        const run = await write(service);
        runs[name].push(run);
        return run.perSecond;
      };
      await alternate(
        { held: () => measure('held', held), evicting: () => measure('evicting', evicting) },
        context.rounds,
      );
      return {
        text: TEXT,
        tables: [
          {
            title: 'I: shares of hosts',
            columns: ['states', 'events/s', 'events of a host', 'p50 ms', 'p99 ms', 'slowest ms'],
            rows: [
              row('all held', runs.held),
              row(`evicting: ${number(HELD_MAX)} held`, runs.evicting),
            ],
          },
          boundTable('I: fairness and starvation', [
            ...bounds('all held', runs.held),
            ...bounds('evicting', runs.evicting),
          ]),
        ],
      };
    } finally {
      await Promise.all([held.stop(), evicting.stop()]);
    }
  },
};

const TEXT = [
  `${CONNECTIONS} keep-alive connections post single calls to ${HOSTS} hosts on PostgreSQL. Each has ` +
    'seven or eight hosts of its own and writes to them in turn, as fast as it is answered, so a ' +
    'host that the service lets wait has fewer events and longer waits than others. ' +
    `*Evicting* is \`BPFLEDGER_HELD_HOSTS_MAX=${HELD_MAX}\`: every write finds its host let go. ` +
    "Jain's index is 1 when all shares are equal and 1 ÷ hosts when one host has everything.",
];

async function withHosts(service: BenchService): Promise<void> {
  const connections = await connect(service);
  await shareOut(NAMES, connections, async (connection, name) => {
    await makeHost(connection, name);
    await post(connection, `/v1/hosts/${name}/syscalls`, { call: { name: 'mkdir', path: '/a' } });
  });
  for (const connection of connections) connection.close();
}

function connect({ port }: BenchService): Promise<Connection[]> {
  return Promise.all(Array.from({ length: CONNECTIONS }, () => openConnection(port)));
}

async function write(service: BenchService): Promise<Run> {
  const connections = await connect(service);
  const eventsOfHost = new Array<number>(HOSTS).fill(0);
  const waitedOfHost = new Array<number>(HOSTS).fill(0);
  const waits: number[] = [];
  const start = performance.now();
  const until = start + SECONDS * 1000;

  await Promise.all(
    connections.map(async (connection, id) => {
      const own = NAMES.map((_, host) => host).filter((host) => host % CONNECTIONS === id);
      for (let turn = 0; performance.now() < until; turn++) {
        const host = own[turn % own.length] as number;
        const asked = performance.now();
        await call(connection, host, Math.floor(turn / own.length));
        const waited = performance.now() - asked;
        waits.push(waited);
        (eventsOfHost[host] as number)++;
        (waitedOfHost[host] as number) += waited;
      }
    }),
  );
  const elapsed = performance.now() - start;
  for (const connection of connections) connection.close();
  return {
    perSecond: (waits.length / elapsed) * 1000,
    eventsOfHost,
    waits: waits.toSorted((a, b) => a - b),
    waitsOfHost: waitedOfHost.map((waited, host) => waited / (eventsOfHost[host] as number)),
  };
}

async function call(connection: Connection, host: number, turn: number): Promise<void> {
  const name = turn % 2 === 0 ? 'mkdir' : 'rmdir';
  await post(connection, `/v1/hosts/${NAMES[host]}/syscalls`, { call: { name, path: '/pod' } });
}

/** Jain's fairness index of shares. */
function jain(shares: readonly number[]): number {
  const sum = shares.reduce((total, share) => total + share, 0);
  const squares = shares.reduce((total, share) => total + share * share, 0);
  return (sum * sum) / (shares.length * squares);
}

const over = (runs: readonly Run[], of: (run: Run) => number): Figure => figureOf(runs.map(of));

function row(name: string, runs: readonly Run[]): string[] {
  const perHost = figureOf(runs.flatMap((run) => run.eventsOfHost));
  return [
    name,
    spread(over(runs, (run) => run.perSecond)),
    spread(perHost),
    spread(over(runs, (run) => quantile(run.waits, 0.5))),
    spread(over(runs, (run) => quantile(run.waits, 0.99))),
    spread(over(runs, (run) => quantile(run.waits, 1))),
  ];
}

function bounds(name: string, runs: readonly Run[]): Bound[] {
  const slowestHost = (run: Run) => {
    const { median, max } = figureOf(run.waitsOfHost);
    return max / median;
  };
  const row = { target: 'I', unit: '' };
  return [
    {
      ...row,
      what: `Jain's index of events, ${name}`,
      ours: over(runs, (run) => jain(run.eventsOfHost)),
      wanted: { atLeast: 0.95 },
    },
    {
      ...row,
      what: `events of the least host ÷ median host, ${name}`,
      ours: over(runs, ({ eventsOfHost: of }) => figureOf(of).min / figureOf(of).median),
      wanted: { atLeast: 0.5 },
    },
    {
      ...row,
      what: `mean wait of the slowest host ÷ median host, ${name}`,
      ours: over(runs, slowestHost),
      wanted: { atMost: 2 },
    },
  ];
}
