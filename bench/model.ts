/** E: the model against the kernel that runs here, call by call, and the memory of its state. */
import { type AskedProcess, askedProcess } from './harness/asked-process.ts';
import type { Bench, BenchContext, Section } from './harness/bench.ts';
import { alternate } from './harness/measure.ts';
import { comparisonTable, number, spread, type Table } from './harness/table.ts';
import { kernelSpeed } from './kernel-speed/kernel-speed.ts';
import { bytesEach } from './model/memory.ts';
import { PAIRS, type Pair } from './model/pairs.ts';
import type { How } from './model/speed.ts';

/** How long the kernel is asked. */
const RUN_MS = 400;

const WANTED: Readonly<Record<Pair, number>> = {
  link_create: 20,
  prog_load: 10,
  mkdir: 20,
  link_update: 1,
};

const TITLES: Readonly<Record<Pair, string>> = {
  link_create: 'link_create + close',
  prog_load: 'prog_load + close',
  mkdir: 'mkdir + rmdir',
  link_update: 'link_update',
};

export const model: Bench = {
  name: 'model',
  title: 'decide and evolve against the live kernel',
  run,
};

async function run(context: BenchContext): Promise<Section> {
  const kernel = kernelSpeed(context.scratch);
  const models = { decided: modelSpeed('decided'), staged: modelSpeed('staged') };
  const ours = {
    ...ratesOf('decided', models.decided.ask),
    ...ratesOf('staged', models.staged.ask),
  };
  try {
    if ('missing' in kernel) return await withoutKernel(context, ours, kernel.missing);
    const theirs = ratesOf('kernel', async (pair) => (await kernel.measure(pair, RUN_MS)).rate);
    const figures = await alternate({ ...ours, ...theirs }, context.rounds);
    const compare = (how: How, pair: Pair) => ({
      target: 'E',
      what: `${TITLES[pair]}${how === 'staged' ? ', on a layer' : ''}`,
      unit: '/s',
      ours: figures[`${how} ${pair}`],
      reference: figures[`kernel ${pair}`],
      against: 'this kernel',
    });
    const comparisons = [
      ...PAIRS.map((pair) => ({
        ...compare('decided', pair),
        wanted: { atLeast: WANTED[pair] },
      })),
      ...PAIRS.map((pair) => compare('staged', pair)),
    ];
    return {
      text: TEXT,
      tables: [comparisonTable('Pairs of calls a second', comparisons), memoryTable()],
    };
  } finally {
    if ('remove' in kernel) kernel.remove();
    models.decided.stop();
    models.staged.stop();
  }
}

/** The model in a process of its own: pairs a second. */
function modelSpeed(how: How): AskedProcess<Pair, number> {
  return askedProcess(new URL('model/speed.ts', import.meta.url), [how]);
}

const TEXT = [
  'Both sides make the same calls in an empty cgroup two below the root. The kernel is asked by a C program with raw bpf(2). Of ours, each call goes through `decide` and its effects through `evolve`, on a kernel of 6.18 with 100 other cgroups, 50 programs and 50 links, by a process that holds fds of all of these. The model runs in a process that runs nothing else, and so does the model on layers, which is stated: each call made an event on a layer that is flushed every 64 pairs, as an append does it.',
];

/** Without a kernel to ask there are no ratios, and the page has to say so. */
async function withoutKernel(
  context: BenchContext,
  ours: Rates<How>,
  reason: string,
): Promise<Section> {
  const figures = await alternate(ours, context.rounds);
  const rows = PAIRS.map((pair) => [
    'E',
    TITLES[pair],
    spread(figures[`decided ${pair}`]),
    spread(figures[`staged ${pair}`]),
    'SKIPPED',
  ]);
  const columns = ['target', 'what', 'ours, pairs/s', 'on a layer, pairs/s', 'the kernel'];
  return {
    text: [...TEXT, `SKIPPED: the live kernel was not measured: ${reason}.`],
    tables: [{ title: 'Pairs of calls a second', columns, rows }, memoryTable()],
  };
}

type Rates<Who extends string> = Record<`${Who} ${Pair}`, () => Promise<number>>;

function ratesOf<Who extends string>(
  who: Who,
  measure: (pair: Pair) => Promise<number>,
): Rates<Who> {
  return Object.fromEntries(
    PAIRS.map((pair) => [`${who} ${pair}`, () => measure(pair)]),
  ) as Rates<Who>;
}

/** The memory of what a state holds, one by one. */
function memoryTable(): Table {
  const { cgroup, fd, program, link } = bytesEach();
  return {
    title: 'Heap bytes for each of 100,000 in a state',
    columns: ['cgroup', 'open file and fd', 'program', 'link, its entry and list'],
    rows: [[cgroup, fd, program, link].map((each) => number(Math.round(each)))],
  };
}
