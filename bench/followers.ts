/** I: how long followers of one host wait for an event, and what following costs the service. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Bench, BenchContext } from './harness/bench.ts';
import { openConnection } from './harness/connection.ts';
import { startFollowers } from './harness/followers.ts';
import { alternate, type Figure, figureOf, monotonicMs, quantile } from './harness/measure.ts';
import { makeHost, post } from './harness/posting.ts';
import { type BenchService, startBenchService } from './harness/service.ts';
import { comparisonTable, number, spread, type Table } from './harness/table.ts';

const HOST = 'followed';
/** How long followers may take to connect, and to get what is left after the last write. */
const WITHIN_MS = 60_000;
/** Connections that writes are spread over. */
const WRITERS = 16;
/** Seconds of CPU that one tick of /proc stands for. */
const TICK_S = 0.01;

interface Load {
  readonly followers: number;
  readonly perSecond: number;
  readonly seconds: number;
}

const LOADS: readonly Load[] = [
  { followers: 1000, perSecond: 50, seconds: 4 },
  { followers: 20, perSecond: 2000, seconds: 3 },
];

/** What is followed: ours, or the floor. */
interface Server {
  readonly port: number;
  readonly pid: number;
  /** Where its log ends. */
  position: number;
}

/** One run of a load; milliseconds, bytes, microseconds. */
interface Run {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly cpuUs: number;
}

export const followers: Bench = {
  name: 'followers',
  title: 'followers of one host by server-sent events',
  async run(context) {
    const service = await startBenchService(context, 'followers');
    const bare = fork(fileURLToPath(new URL('harness/bare-fan-out.ts', import.meta.url)), {
      execArgv: ['--import', 'tsx'],
    });
    try {
      const [port] = (await once(bare, 'message')) as [number];
      const position = await newHost(service);
      const ours: Server = { port: service.port, pid: service.pid, position };
      const floor: Server = { port, pid: bare.pid ?? 0, position };
      const held = await memoryTable(context, service, ours);
      const compared = [];
      for (const load of LOADS) compared.push(await compare(context, load, ours, floor));
      return {
        text: TEXT,
        tables: [
          delays(compared),
          comparisonTable(
            'I: CPU time of the serving process for one event at one follower',
            compared.slice(0, 1).map(({ load, cpu }) => ({
              target: 'I',
              what: nameOf(load),
              unit: 'µs',
              ours: cpu.ours,
              reference: cpu.floor,
              against: 'bare Node writing ready-made bytes',
              // Not asked for: what a delivery may cost beside one that does nothing else.
              wanted: { atMost: 3 },
            })),
          ),
          held,
        ],
      };
    } finally {
      bare.disconnect();
      await service.stop();
    }
  },
};

const TEXT = [
  'Single `mkdir` and `rmdir` calls are posted at a fixed rate to one host on PostgreSQL. Followers ' +
    'are raw sockets in a process of their own; each checks that positions come without a gap and ' +
    'in order, and one that is missed, repeated or reordered ends the run. A delay is counted from ' +
    'the moment at which the writer has its answer to the arrival at the follower; a follower that ' +
    'knows before the writer counts as 0. *Bare Node* is an HTTP server that keeps and decides nothing ' +
    'and writes the same ready-made bytes to every follower.',
];

function nameOf({ followers: count, perSecond }: Load): string {
  return `${number(count)} followers, ${number(perSecond)} events/s`;
}

async function newHost(service: BenchService): Promise<number> {
  const connection = await openConnection(service.port);
  await makeHost(connection, HOST);
  connection.close();
  return 1;
}

/** Posts at a rate; resolves with when each event was answered, by its place after the first. */
async function write(server: Server, { perSecond, seconds }: Load): Promise<Float64Array> {
  const events = perSecond * seconds;
  const first = server.position + 1;
  const answered = new Float64Array(events);
  const start = monotonicMs();
  let begun = 0;

  async function writer(id: number): Promise<void> {
    const connection = await openConnection(server.port);
    for (let turn = 0; begun < events; turn++) {
      const due = start + (begun++ * 1000) / perSecond;
      const wait = due - monotonicMs();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      const call = { name: turn % 2 === 0 ? 'mkdir' : 'rmdir', path: `/w${id}` };
      const path = `/v1/hosts/${HOST}/syscalls`;
      const { position } = await post<{ position: number }>(connection, path, { call });
      answered[position - first] = monotonicMs();
    }
    connection.close();
  }

  await Promise.all(Array.from({ length: WRITERS }, (_, id) => writer(id)));
  server.position += events;
  return answered;
}

async function run(server: Server, load: Load): Promise<Run> {
  const events = load.perSecond * load.seconds;
  const order = { ...server, host: HOST, after: server.position, events };
  const following = await startFollowers({ ...order, followers: load.followers }, WITHIN_MS);
  try {
    const before = cpuSeconds(server.pid);
    const answered = await write(server, load);
    const times = await following.all(WITHIN_MS);
    const spent = cpuSeconds(server.pid) - before;
    const late = times.map((at, i) => Math.max(0, at - (answered[i % events] as number))).sort();
    return {
      p50: quantile(late, 0.5),
      p99: quantile(late, 0.99),
      max: quantile(late, 1),
      cpuUs: (spent * 1e6) / times.length,
    };
  } finally {
    await following.stop();
  }
}

/** Seconds of CPU that a process has used. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_S;
}

interface Compared {
  readonly load: Load;
  readonly delays: { readonly ours: readonly Run[]; readonly floor: readonly Run[] };
  readonly cpu: { readonly ours: Figure; readonly floor: Figure };
}

async function compare(
  { rounds, say }: BenchContext,
  load: Load,
  ours: Server,
  floor: Server,
): Promise<Compared> {
  say(nameOf(load));
  const runs: { readonly ours: Run[]; readonly floor: Run[] } = { ours: [], floor: [] };
  const measure = async (server: Server, kept: Run[]) => {
    const done = await run(server, load);
    kept.push(done);
    return done.cpuUs;
  };
  const cpu = await alternate(
    { ours: () => measure(ours, runs.ours), floor: () => measure(floor, runs.floor) },
    rounds,
  );
  return { load, delays: runs, cpu };
}

function delays(compared: readonly Compared[]): Table {
  const row = (name: string, runs: readonly Run[]) => {
    const of = (part: 'p50' | 'p99' | 'max') => spread(figureOf(runs.map((one) => one[part])));
    return [name, '0', of('p50'), `**${of('p99')}**`, of('max')];
  };
  return {
    title: 'I: delay from the answer of a write to its arrival at a follower',
    columns: ['load', 'missed or reordered', 'p50 ms', 'p99 ms', 'max ms'],
    rows: compared.flatMap(({ load, delays: { ours, floor } }) => [
      row(nameOf(load), ours),
      row('the same, bare Node', floor),
    ]),
  };
}

/** What followers hold in the service while nothing is written. */
async function memoryTable(
  { say }: BenchContext,
  service: BenchService,
  server: Server,
): Promise<Table> {
  say('memory of followers');
  const count = LOADS[0]?.followers ?? 0;
  const before = await service.memory();
  const order = { port: server.port, host: HOST, after: server.position, events: 1 };
  const following = await startFollowers({ ...order, followers: count }, WITHIN_MS);
  const after = await service.memory();
  await following.stop();
  const mib = (bytes: number) => number(bytes / 2 ** 20);
  const each = (bytes: number) => number(bytes / 1024 / count);
  return {
    title: 'I: memory of the service, garbage collected',
    columns: ['', 'RSS MiB', 'heap MiB', 'RSS KiB a follower', 'heap KiB a follower'],
    rows: [
      ['no follower', mib(before.rss), mib(before.heap), '', ''],
      [
        `${number(count)} followers`,
        mib(after.rss),
        mib(after.heap),
        each(after.rss - before.rss),
        each(after.heap - before.heap),
      ],
    ],
  };
}
