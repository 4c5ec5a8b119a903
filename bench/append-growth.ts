/** Growth: does an append cost more when the log is long? */
import { randomBytes } from 'node:crypto';
import { systemClock } from '../src/events/clock.ts';
import { type Log, openLog } from '../src/events/log.ts';
import { migrate } from '../src/events/storage/migrate.ts';
import { openPostgres } from '../src/events/storage/postgres-database.ts';
import type { CallRequest } from '../src/events/submission.ts';
import { projector } from '../src/projections/projector.ts';
import type { Bench, BenchContext } from './harness/bench.ts';
import { type Figure, figureOf } from './harness/measure.ts';
import { comparisonTable, number } from './harness/table.ts';
import { agentLog } from './logs/agent-log.ts';

const LENGTHS = [1000, 10_000, 100_000, 1_000_000];
const LENGTHS_FULL = [...LENGTHS, 10_000_000];
const BATCH = 1000;
/** Lists that are timed from each length on, each by itself. */
const TIMED = 20;
/** A long log may cost so much of a short one's rate. */
const FLAT = 0.67;
const HOST = 'node';

interface Rate {
  readonly length: number;
  /** Events a second. */
  readonly rate: Figure;
}

export const appendGrowth: Bench = {
  name: 'append-growth',
  title: 'appends against the length of the log',
  longer: true,
  async run(context) {
    const rates = await ratesOf(context, context.full ? LENGTHS_FULL : LENGTHS);
    const first = rates.find(({ length }) => length === LENGTHS[1]) as Rate;
    const last = rates.at(-1) as Rate;
    return {
      text: [
        `Lists of ${number(BATCH)} calls of a busy node's agents, in process, one after the other, to one host on PostgreSQL; the ${TIMED} lists that follow each length are timed.`,
      ],
      tables: [
        comparisonTable('Events appended a second', [
          {
            ...{ target: 'growth', what: `after ${number(last.length)} events`, unit: '/s' },
            ...{ ours: last.rate, reference: first.rate, wanted: { atLeast: FLAT } },
            against: `after ${number(first.length)}`,
          },
        ]),
      ],
      plots: [
        {
          file: 'append-growth',
          title: 'Append rate against the length of the log',
          xLabel: 'events in the log',
          yLabel: 'events appended a second',
          log: { x: true, y: false },
          lines: [
            {
              label: 'lists of 1,000',
              points: rates.map(({ length, rate }) => ({ x: length, y: rate.median })),
            },
          ],
        },
      ],
    };
  },
};

async function ratesOf(context: BenchContext, lengths: readonly number[]): Promise<Rate[]> {
  const url = await (await context.postgres()).createDatabase('append_growth');
  const database = openPostgres({ url });
  await migrate(database);
  const log = await openLog({ database, clock: systemClock, projector, randomBytes });
  await log.createHost({ name: HOST, actor: 'bench', release: '6.18' });
  const lists = listsOf((lengths.at(-1) as number) + TIMED * BATCH);
  const rates: Rate[] = [];
  let position = 1;
  for (const length of lengths) {
    context.say(`up to ${number(length)} events`);
    while (position < length) position += await append(log, lists.next().value);
    const following = Array.from({ length: TIMED }, () => lists.next().value);
    const timed: number[] = [];
    for (const list of following) {
      const start = performance.now();
      position += await append(log, list);
      timed.push((BATCH / (performance.now() - start)) * 1000);
    }
    rates.push({ length, rate: figureOf(timed) });
  }
  await log.close();
  await database.close();
  return rates;
}

async function append(log: Log, calls: readonly CallRequest[] | undefined): Promise<number> {
  if (calls === undefined) throw new Error('the log of the agents ended too soon');
  return (await log.submit(HOST, { actor: 'bench', calls })).events.length;
}

/** The calls of the agents' log in lists; a host's boot is its first event already. */
function* listsOf(length: number): Generator<readonly CallRequest[], undefined> {
  let list: CallRequest[] = [];
  for (const { position, pid, call } of agentLog(length + BATCH)) {
    if (position === 1) continue;
    list.push({ pid, call });
    if (list.length < BATCH) continue;
    yield list;
    list = [];
  }
}
