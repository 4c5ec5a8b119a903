/** M: what a program pays for being run under `bpfledger run`. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Bench, BenchContext, Section } from './harness/bench.ts';
import { alternate, type Figure, figureOf } from './harness/measure.ts';
import { build, COMMAND } from './harness/service.ts';
import { boundTable, spread, type Table } from './harness/table.ts';
import {
  type KernelPair,
  type KernelSpeed,
  kernelSpeed,
  type Speed,
  speedOf,
} from './kernel-speed/kernel-speed.ts';

const RUN_MS = 500;
const WANTED = { callMicros: 10, startMs: 300 } as const;
const CGROUP = '/sys/fs/cgroup/bench';

const PAIRS: readonly { readonly pair: KernelPair; readonly what: string }[] = [
  { pair: 'link_update', what: 'link_update' },
  { pair: 'link_create', what: 'link_create + close' },
  { pair: 'attach', what: 'prog_attach + prog_detach' },
  { pair: 'prog_load', what: 'prog_load + close' },
  { pair: 'mkdir', what: 'mkdir + rmdir of a cgroup' },
  { pair: 'close_file', what: 'open + close of another file' },
  { pair: 'bare', what: 'getuid, the bare notification under run' },
  { pair: 'other', what: 'getppid, which nobody is asked about' },
];

export const sandbox: Bench = {
  name: 'sandbox',
  title: 'programs under `bpfledger run`',
  run,
};

async function run(context: BenchContext): Promise<Section> {
  const kernel = kernelSpeed(context.scratch);
  if ('missing' in kernel) {
    return { text: [TEXT, `SKIPPED: nothing was measured: ${kernel.missing}.`], tables: [] };
  }
  build();
  try {
    const program = join(context.scratch, 'kernel-speed');
    const calls = new Map<string, Figure>();
    const tables = [await callTable({ kernel, program, context, calls })];
    const start = await alternate(
      {
        alone: () => milliseconds('true', []),
        run: () => milliseconds(process.execPath, [COMMAND, 'run', '--quiet', '--', 'true']),
        tree: () => milliseconds('bpftool', ['cgroup', 'tree']),
        treeRun: () =>
          milliseconds(process.execPath, [
            COMMAND,
            'run',
            '--quiet',
            '--',
            'bpftool',
            'cgroup',
            'tree',
          ]),
      },
      context.rounds,
    );
    const update = calls.get('link_update');
    if (update === undefined) throw new Error('link_update was not measured');
    return {
      text: [TEXT],
      tables: [
        boundTable('A call, and a start', [
          {
            ...{ target: 'M', what: 'link_update', unit: 'µs', ours: update },
            wanted: { atMost: WANTED.callMicros },
          },
          {
            ...{ target: 'M', what: 'the run of `true`', unit: 'ms', ours: start.run },
            wanted: { atMost: WANTED.startMs },
          },
        ]),
        ...tables,
        {
          title: 'Milliseconds of a whole program',
          columns: ['program', 'alone', 'under run'],
          rows: [
            ['true', spread(start.alone), spread(start.run)],
            ['bpftool cgroup tree', spread(start.tree), spread(start.treeRun)],
          ],
        },
      ],
    };
  } finally {
    kernel.remove();
  }
}

const TEXT =
  'One C program makes the same calls on the kernel that runs here and under `bpfledger run`, whose model answers them: medians of the calls of a run of half a second, and the *mean* with what Node takes to warm up. A *start* is the whole run of a program, with the start of Node.';

interface Measured {
  readonly kernel: KernelSpeed;
  readonly program: string;
  readonly context: BenchContext;
  readonly calls: Map<string, Figure>;
}

async function callTable({ kernel, program, context, calls }: Measured): Promise<Table> {
  const rows: string[][] = [];
  for (const { pair, what } of PAIRS) {
    context.say(what);
    const means: number[] = [];
    const figures = await alternate(
      {
        kernel: async () => (await kernel.measure(pair, RUN_MS)).micros,
        run: async () => {
          const { rate, micros } = await underRun(program, pair);
          means.push(1e6 / rate);
          return micros;
        },
      },
      context.rounds,
    );
    calls.set(pair, figures.run);
    rows.push([what, spread(figures.kernel), spread(figures.run), spread(figureOf(means))]);
  }
  const columns = ['calls', 'the kernel', 'under run', 'under run, the mean'];
  return { title: 'Microseconds', columns, rows };
}

async function underRun(program: string, pair: KernelPair): Promise<Speed> {
  const line = `mkdir ${CGROUP} && exec ${program} ${pair} ${CGROUP} ${RUN_MS}`;
  const words = [COMMAND, 'run', '--quiet', '--', 'sh', '-c', line];
  const { stdout } = await promisify(execFile)(process.execPath, words);
  return speedOf(stdout);
}

async function milliseconds(program: string, words: readonly string[]): Promise<number> {
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
  const begin = performance.now();
  await promisify(execFile)(program, [...words], { env });
  return performance.now() - begin;
}
