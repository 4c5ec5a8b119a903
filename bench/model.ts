/** E: the model against the kernel that runs here, call by call, and the memory of its state. */
import { flushLayer, layered } from '../src/domain/kernel.ts';
import { decideEvent } from '../src/events/decision.ts';
import type { Bench, BenchContext, Section } from './harness/bench.ts';
import { alternate, type Figure, perSecond } from './harness/measure.ts';
import { comparisonTable, number, spread, type Table } from './harness/table.ts';
import { type KernelSpeed, kernelSpeed } from './kernel-speed/kernel-speed.ts';
import { bytesEach } from './model/memory.ts';
import { type Make, PAIRS, type Pair, workload } from './model/pairs.ts';
import { AGENT_PID, done } from './model/world.ts';

const RUN_MS = 400;
/** The clock is read once in so many pairs. */
const PAIRS_A_LOOK = 64;

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
  if ('missing' in kernel) return withoutKernel(context, kernel.missing);
  try {
    const figures = await alternate(
      { ...decided(), ...asKernel(kernel), ...staged() },
      context.rounds,
    );
    const comparisons = PAIRS.map((pair) => ({
      target: 'E',
      what: TITLES[pair],
      unit: '/s',
      ours: figures[`decided ${pair}`],
      reference: figures[`kernel ${pair}`],
      against: 'this kernel',
      wanted: { atLeast: WANTED[pair] },
    }));
    return {
      text: TEXT,
      tables: [
        comparisonTable('Pairs of calls a second', comparisons),
        stagedTable(figures),
        memoryTable(),
      ],
    };
  } finally {
    kernel.remove();
  }
}

const TEXT = [
  'Both sides make the same calls in an empty cgroup two below the root. The kernel is asked by a C program with raw bpf(2). Of ours, each call goes through `decide` and its effects through `evolve`, on a kernel of 6.18 with 100 other cgroups, 50 programs and 50 links, by a process that holds fds of all of these.',
];

/** Without a kernel to ask there are no ratios, and the page has to say so. */
async function withoutKernel(context: BenchContext, reason: string): Promise<Section> {
  const figures = await alternate({ ...decided(), ...staged() }, context.rounds);
  const rows = PAIRS.map((pair) => [
    'E',
    TITLES[pair],
    spread(figures[`decided ${pair}`]),
    'SKIPPED',
  ]);
  const columns = ['target', 'what', 'ours, pairs/s', 'the kernel'];
  return {
    text: [...TEXT, `SKIPPED: the live kernel was not measured: ${reason}.`],
    tables: [
      { title: 'Pairs of calls a second', columns, rows },
      stagedTable(figures),
      memoryTable(),
    ],
  };
}

type Rates<Who extends string> = Record<`${Who} ${Pair}`, () => Promise<number>>;

type Figures<Who extends string> = Record<`${Who} ${Pair}`, Figure>;

function ratesOf<Who extends string>(who: Who, rate: (pair: Pair) => Promise<number>): Rates<Who> {
  return Object.fromEntries(
    PAIRS.map((pair) => [`${who} ${pair}`, () => rate(pair)]),
  ) as Rates<Who>;
}

function asKernel(kernel: KernelSpeed): Rates<'kernel'> {
  return ratesOf('kernel', (pair) => kernel.measure(pair, RUN_MS));
}

/** Each call decided and evolved on the kernel itself. */
function decided(): Rates<'decided'> {
  const { kernel, pairs } = workload();
  const make: Make = (call) => done(kernel, call);
  return ratesOf('decided', (pair) =>
    perSecond(RUN_MS, () => {
      for (let i = 0; i < PAIRS_A_LOOK; i++) pairs[pair](make);
      return PAIRS_A_LOOK;
    }),
  );
}

/** Each call made an event on a layer, as an append does; a layer takes so many pairs. */
function staged(): Rates<'staged'> {
  const { kernel, pairs } = workload();
  const place = { position: 1, recorded_at: 0, actor: 'local' };
  return ratesOf('staged', (pair) =>
    perSecond(RUN_MS, () => {
      const layer = layered(kernel);
      const make: Make = (call) => {
        const { outcome } = decideEvent(layer, { pid: AGENT_PID, call }, place);
        if ('errno' in outcome) throw new Error(`${call.name} was refused: ${outcome.errno}`);
        return outcome.ret;
      };
      for (let i = 0; i < PAIRS_A_LOOK; i++) pairs[pair](make);
      flushLayer(kernel, layer);
      return PAIRS_A_LOOK;
    }),
  );
}

function stagedTable(figures: Figures<'decided'> & Figures<'staged'>): Table {
  return {
    title: `The same on a layer that is flushed every ${PAIRS_A_LOOK} pairs, as an append has it`,
    columns: ['what', 'on a layer, pairs/s', 'on the kernel itself, pairs/s'],
    rows: PAIRS.map((pair) => [
      TITLES[pair],
      spread(figures[`staged ${pair}`]),
      spread(figures[`decided ${pair}`]),
    ]),
  };
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
