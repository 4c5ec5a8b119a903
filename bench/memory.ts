/** Memory of the service: against the number of hosts, bounded and not, and against cgroups. */
import type { Bench, BenchContext } from './harness/bench.ts';
import { type Connection, openConnection } from './harness/connection.ts';
import type { Plot } from './harness/plot.ts';
import { makeHost, post, shareOut } from './harness/posting.ts';
import { type BenchService, type Memory, startBenchService } from './harness/service.ts';
import { number, type Table } from './harness/table.ts';

const HOSTS = [1, 10, 100, 500, 1000, 2000];
const CGROUPS = [100, 1000, 10_000, 100_000];
/** Hosts that the bounded service holds. */
const BOUND = 100;
/** More hosts than there are: no bound. */
const UNBOUNDED = 10_000;
const CONNECTIONS = 16;
/** Calls recorded together. */
const PIECE = 1000;
const MIB = 2 ** 20;

/** What every host gets: an agent, a program, pods, a link. */
const SMALL_STATE = [
  { call: { name: 'spawn', comm: 'agent' } },
  { call: { name: 'prog_load', prog_type: 'cgroup_skb' }, pid: { result_of: 0 } },
  ...Array.from({ length: 20 }, (_, i) => ({ call: { name: 'mkdir', path: `/pod${i}` } })),
  {
    call: {
      name: 'link_create',
      prog_fd: { result_of: 1 },
      target_path: '/pod0',
      attach_type: 'cgroup_inet_egress',
    },
    pid: { result_of: 0 },
  },
];

interface Point {
  readonly size: number;
  readonly memory: Memory;
}

export const memory: Bench = {
  name: 'memory',
  title: 'memory of the service',
  async run(context) {
    const unbounded = await grow(context, 'memory_unbounded', UNBOUNDED);
    const bounded = await grow(context, 'memory_bounded', BOUND);
    const cgroups = await ofCgroups(context);
    return {
      text: TEXT,
      tables: [hostTable(unbounded, bounded), cgroupTable(cgroups)],
      plots: [hostPlot(unbounded, bounded), cgroupPlot(cgroups)],
    };
  },
};

const TEXT = [
  'RSS and heap (with external memory) of the service on PostgreSQL after a garbage collection. ' +
    `Every host was written: ${SMALL_STATE.length} calls that leave a process, a program, a link and 21 ` +
    `cgroups. *Bounded* is \`BPFLEDGER_HELD_HOSTS_MAX=${BOUND}\`.`,
];

async function grow(context: BenchContext, database: string, hostsMax: number): Promise<Point[]> {
  const service = await startBenchService(context, database, {
    BPFLEDGER_HELD_HOSTS_MAX: String(hostsMax),
  });
  const connections = await connect(service);
  const points: Point[] = [];
  try {
    for (const size of HOSTS) {
      context.say(`${size} hosts, at most ${hostsMax} held`);
      const from = points.at(-1)?.size ?? 0;
      const names = Array.from({ length: size - from }, (_, i) => `memory-${from + i}`);
      await shareOut(names, connections, async (connection, name) => {
        await makeHost(connection, name);
        await post(connection, `/v1/hosts/${name}/syscalls`, SMALL_STATE);
      });
      points.push({ size, memory: await service.memory() });
    }
    return points;
  } finally {
    for (const connection of connections) connection.close();
    await service.stop();
  }
}

function connect({ port }: BenchService): Promise<Connection[]> {
  return Promise.all(Array.from({ length: CONNECTIONS }, () => openConnection(port)));
}

async function ofCgroups(context: BenchContext): Promise<Point[]> {
  const service = await startBenchService(context, 'memory_cgroups');
  const connection = await openConnection(service.port);
  const points: Point[] = [{ size: 0, memory: await service.memory() }];
  try {
    await makeHost(connection, 'large');
    for (const size of CGROUPS) {
      context.say(`${size} cgroups`);
      for (let from = points.at(-1)?.size ?? 0; from < size; from += PIECE) {
        const count = Math.min(PIECE, size - from);
        const calls = Array.from({ length: count }, (_, i) => ({
          call: { name: 'mkdir', path: `/pod${from + i}` },
        }));
        await post(connection, '/v1/hosts/large/syscalls', calls);
      }
      points.push({ size, memory: await service.memory() });
    }
    return points;
  } finally {
    connection.close();
    await service.stop();
  }
}

const mib = (bytes: number) => number(bytes / MIB);

function hostTable(unbounded: readonly Point[], bounded: readonly Point[]): Table {
  return {
    title: 'MiB against hosts',
    columns: ['hosts', 'RSS', 'heap', `RSS, ${BOUND} held`, `heap, ${BOUND} held`],
    rows: unbounded.map(({ size, memory: free }, i) => {
      const held = bounded[i]?.memory ?? free;
      return [number(size), mib(free.rss), mib(free.heap), mib(held.rss), mib(held.heap)];
    }),
  };
}

function cgroupTable(points: readonly Point[]): Table {
  const base = points[0]?.memory.heap ?? 0;
  return {
    title: 'MiB against cgroups of one host',
    columns: ['cgroups', 'RSS', 'heap', 'heap bytes a cgroup'],
    rows: points.map(({ size, memory: { rss, heap } }) => [
      number(size),
      mib(rss),
      mib(heap),
      size === 0 ? '' : number((heap - base) / size),
    ]),
  };
}

function hostPlot(unbounded: readonly Point[], bounded: readonly Point[]): Plot {
  return {
    file: 'memory-hosts',
    title: 'Memory of the service against hosts',
    xLabel: 'hosts',
    yLabel: 'MiB',
    log: { x: true, y: false },
    lines: [
      line('RSS, all held', unbounded, 'rss'),
      line('heap, all held', unbounded, 'heap'),
      line(`RSS, ${BOUND} held`, bounded, 'rss'),
      line(`heap, ${BOUND} held`, bounded, 'heap'),
    ],
  };
}

function cgroupPlot(points: readonly Point[]): Plot {
  const grownBy = points.filter(({ size }) => size > 0);
  return {
    file: 'memory-cgroups',
    title: 'Memory of the service against cgroups of one host',
    xLabel: 'cgroups',
    yLabel: 'MiB',
    log: { x: true, y: false },
    lines: [line('RSS', grownBy, 'rss'), line('heap', grownBy, 'heap')],
  };
}

function line(label: string, points: readonly Point[], of: keyof Memory) {
  return { label, points: points.map(({ size, memory: at }) => ({ x: size, y: at[of] / MIB })) };
}
