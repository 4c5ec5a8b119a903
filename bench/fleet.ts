/**
 * All hosts: how long questions about 1,000 hosts with 1,000,000 events take, and whether events of other
 * hosts make them slower. The hosts have the log of one busy node, copied by SQL; two differ.
 */
import { randomBytes } from 'node:crypto';
import { createApp } from '../src/api/app.ts';
import { newMetrics } from '../src/api/metrics.ts';
import type { Service } from '../src/api/service.ts';
import type { Call } from '../src/domain/call.ts';
import { systemClock } from '../src/events/clock.ts';
import { openLog } from '../src/events/log.ts';
import type { Database } from '../src/events/storage/database.ts';
import { migrate } from '../src/events/storage/migrate.ts';
import { openPostgres } from '../src/events/storage/postgres-database.ts';
import { Arrivals } from '../src/projections/fleet/arrivals.ts';
import { projector } from '../src/projections/projector.ts';
import type { Bench, BenchContext } from './harness/bench.ts';
import { type Figure, figureOf, quantile } from './harness/measure.ts';
import { boundTable, comparisonTable, number } from './harness/table.ts';
import { agentLog } from './logs/agent-log.ts';
import { arriveAll } from './logs/arrive-all.ts';

const HOSTS = { few: 100, many: 1000 } as const;
const EVENTS = 1000;
const REQUESTS = 400;
const P99_MS = 50;
/** Ten times the hosts may cost so much more, where the answer is the same. */
const FLAT = 1.5;
const CONNECT4 = 'cgroup_inet4_connect';

/** Each question, and whether its answer is the same however many other hosts there are. */
const QUESTIONS = {
  'newest events': { path: '/v1/events?order=desc&limit=100', same: true },
  'events of one host': { path: '/v1/events?host=odd-1&order=desc&limit=100', same: true },
  'a rare program': { path: '/v1/programs?name=rare&count=true', same: true },
  'a program of all hosts': { path: '/v1/programs?name=cil_from_pod&limit=100', same: true },
  'where a rare program is effective': { path: '/v1/effective?program_name=rare', same: true },
  'where a program of all hosts is effective': {
    path: '/v1/effective?program_name=cil_from_pod&limit=100',
    same: true,
  },
  'events of a rare program': { path: '/v1/events?prog_name=rare&order=desc', same: true },
  'events of a program of all hosts': {
    path: '/v1/events?prog_name=cil_from_pod&order=desc',
    same: true,
  },
  'who differs from most': {
    path: '/v1/effective/majority?attach_type=connect4&cgroup=/kubepods',
    same: false,
  },
} as const;

type Question = keyof typeof QUESTIONS;
const NAMES = Object.keys(QUESTIONS) as Question[];

export const fleet: Bench = {
  name: 'fleet',
  title: 'questions about all hosts',
  async run(context) {
    const few = await measure(context, HOSTS.few);
    const many = await measure(context, HOSTS.many);
    return {
      text: [
        `${number(HOSTS.many)} hosts with ${number(EVENTS)} events each on PostgreSQL, asked in process, one request after the other, ${REQUESTS} of each. The logs were brought in by looks at ${number(many.broughtIn)} events a second.`,
      ],
      tables: [
        boundTable(
          `p99 of an answer, ${number(HOSTS.many)} hosts`,
          NAMES.map((what) => ({
            ...{ target: 'fleet', what, unit: 'ms', wanted: { atMost: P99_MS } },
            ours: many.p99[what],
          })),
        ),
        comparisonTable(
          'Median of an answer against the number of other hosts',
          NAMES.filter((name) => QUESTIONS[name].same).map((what) => ({
            ...{ target: 'fleet', what, unit: 'ms', wanted: { atMost: FLAT } },
            ...{ ours: many.median[what], reference: few.median[what] },
            against: `${HOSTS.few} hosts`,
          })),
        ),
      ],
    };
  },
};

interface Measured {
  readonly p99: Record<Question, Figure>;
  readonly median: Record<Question, Figure>;
  /** Events a second that looks bring in. */
  readonly broughtIn: number;
}

async function measure(context: BenchContext, hosts: number): Promise<Measured> {
  const url = await (await context.postgres()).createDatabase(`fleet_${hosts}`);
  const database = openPostgres({ url });
  await migrate(database);
  context.say(`${number(hosts)} hosts`);
  await fill(database, hosts);
  const start = performance.now();
  await arriveAll(database);
  const broughtIn = (hosts * EVENTS * 1000) / (performance.now() - start);
  await database.query('vacuum analyze');
  const { ask, close } = await serviceOn(database);
  const times = new Map(NAMES.map((name) => [name, [] as number[]]));
  for (let i = 0; i < REQUESTS + 5; i++) {
    for (const name of NAMES) {
      const began = performance.now();
      await ask(QUESTIONS[name].path);
      // The first ones find nothing in memory.
      if (i >= 5) times.get(name)?.push(performance.now() - began);
    }
  }
  await close();
  const of = (share: number) =>
    Object.fromEntries(
      NAMES.map((name) => {
        const sorted = (times.get(name) ?? []).toSorted((a, b) => a - b);
        return [name, figureOf([quantile(sorted, share)])];
      }),
    ) as Record<Question, Figure>;
  return { p99: of(0.99), median: of(0.5), broughtIn };
}

async function serviceOn(database: Database) {
  const onFault = (error: unknown): never => {
    throw error;
  };
  const arrivals = new Arrivals({ database, clock: systemClock, randomBytes, onFault });
  const onGrown = (id: number) => arrivals.note(id);
  const log = await openLog({ database, clock: systemClock, projector, randomBytes, onGrown });
  const metrics = newMetrics();
  const closing = new AbortController().signal;
  // What no question about all hosts touches is left out.
  const service = { log, database, arrivals, clock: systemClock, metrics, closing, onFault };
  const app = createApp(service as unknown as Service, { tokens: undefined, loopback: false });
  return {
    async ask(path: string): Promise<void> {
      const response = await app.request(path);
      const text = await response.text();
      if (response.status !== 200) throw new Error(text);
    },
    async close(): Promise<void> {
      await log.close();
      await arrivals.close();
      await database.close();
    },
  };
}

/** Makes hosts with one log, and two with a program of their own. */
async function fill(database: Database, hosts: number): Promise<void> {
  const log = await openLog({ database, clock: systemClock, projector, randomBytes });
  await log.createHost({ name: 'node-1', actor: 'bench', release: '6.18' });
  const calls = [...agentLog(EVENTS)].flatMap(({ position, pid, call }) =>
    position === 1 ? [] : [{ pid, call: call as Call }],
  );
  await log.submit('node-1', { actor: 'bench', calls });
  await copies(database, 'node', hosts - 1);
  for (const name of ['odd-1', 'odd-2']) {
    await log.createHost({ name, actor: 'bench', release: '6.18' });
    const path = '/kubepods';
    const own: readonly Call[] = [
      { name: 'mkdir', path },
      {
        ...{ name: 'prog_load', prog_type: 'cgroup_sock_addr', prog_name: 'rare' },
        expected_attach_type: CONNECT4,
      },
      { name: 'link_create', prog_fd: 3, target_path: path, attach_type: CONNECT4 },
    ];
    await log.submit(name, { actor: 'bench', calls: own.map((call) => ({ call })) });
  }
  await log.close();
}

/** Copies the one host that there is, with all that is derived from its log. */
async function copies(database: Database, name: string, count: number): Promise<void> {
  await database.query(
    `insert into hosts (name) select $1 || '-' || n from generate_series(2, $2::int + 1) n`,
    [name, count],
  );
  const tables = ['heads', 'events', ...projector.tables.map((table) => table.name)];
  for (const table of tables) {
    const columns = await database.query<{ name: string }>(
      `select column_name as name from information_schema.columns
       where table_name = $1 and column_name <> 'host_id' order by ordinal_position`,
      [table],
    );
    const names = columns.map((column) => `"${column.name}"`).join(', ');
    await database.transaction(
      (tx) =>
        tx.query(`insert into ${table} (host_id, ${names})
          select h.host_id, ${names} from ${table} t cross join hosts h
          where t.host_id = 1 and h.host_id > 1`),
      'job',
    );
  }
}
