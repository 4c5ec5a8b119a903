/** K: what the collector costs those who make system calls while it is attached. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startCollector } from '../src/recorders/observe/collector.ts';
import { needs } from '../test/support/needs.ts';
import type { Bench, BenchContext, Section } from './harness/bench.ts';
import { type Figure, figureOf } from './harness/measure.ts';
import { number, spread, type Table } from './harness/table.ts';
import { type KernelPair, type KernelSpeed, kernelSpeed } from './kernel-speed/kernel-speed.ts';

const SOURCES = fileURLToPath(new URL('../collector', import.meta.url));
/** Each round makes each call in so many short runs, of which the fastest counts: what the machine
 * does besides falls into the others. */
const RUNS = 40;
const RUN_MS = 3;
const WANTED = { closeNs: 1000, attachShare: 0.05 } as const;

interface Row {
  readonly pair: KernelPair;
  readonly what: string;
  readonly wanted: 'close' | 'attach' | 'stated';
}

const ROWS: readonly Row[] = [
  { pair: 'other', what: 'getppid, which the collector does not look at', wanted: 'stated' },
  {
    pair: 'close_file',
    what: 'close of another file, by a process that holds programs',
    wanted: 'close',
  },
  { pair: 'close_prog', what: 'close of a program', wanted: 'close' },
  { pair: 'link_update', what: 'link_update', wanted: 'stated' },
  { pair: 'attach', what: 'prog_attach + prog_detach, the hook in use', wanted: 'attach' },
  { pair: 'link_create', what: 'link_create + close, the first of its hook', wanted: 'attach' },
  { pair: 'prog_load', what: 'prog_load + close', wanted: 'stated' },
];

/** An empty program where the collector has its own for bpf(2): less cannot be paid for a tracepoint. */
const FLOOR = 'tracepoint:syscalls:sys_exit_bpf { } interval:s:1 { printf("on\\n"); }';
const FLOOR_PAIRS: readonly KernelPair[] = ['other', 'link_update', 'attach'];

export const collector: Bench = {
  name: 'collector',
  title: 'the cost of being observed',
  run,
};

async function run(context: BenchContext): Promise<Section> {
  const kernel = kernelSpeed(context.scratch);
  const tools = needs('collector');
  const missing = 'missing' in kernel ? kernel.missing : tools.reason;
  if ('missing' in kernel || !tools.ok) {
    return { text: [...TEXT, `SKIPPED: nothing was measured: ${missing}.`], tables: [] };
  }
  try {
    const path = build(context.scratch);
    const { rounds } = context;
    const newer = await costs(kernel, () => startReading(path, []), rounds);
    const older = await costs(kernel, () => startReading(path, ['--old-reads']), rounds);
    const bpftrace = needs('bpftrace');
    const floor = bpftrace.ok ? [floorTable(await costs(kernel, emptyProgram, rounds))] : [];
    const skipped = `SKIPPED: the floor was not measured: ${bpftrace.reason}.`;
    return {
      text: bpftrace.ok ? TEXT : [...TEXT, skipped],
      tables: [
        costTable('Microseconds, pointers followed by plain loads (6.2 and later)', newer),
        costTable('Microseconds, pointers followed by helpers (before 6.2)', older),
        ...floor,
      ],
    };
  } finally {
    kernel.remove();
  }
}

const TEXT = [
  `A C program makes each call in turn, with the collector attached and without; its lines are read and thrown away on the other processor. Each round measures all calls without it, then all with it, the fastest of ${RUNS} runs of ${RUN_MS} ms each; *more* is the difference within a round. A hook that nobody else uses is patched into the code of the kernel by its first program and out of it by its last, which takes most of such an attach.`,
];

function build(scratch: string): string {
  const out = join(scratch, 'collector');
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
  execFileSync('make', ['-C', SOURCES, `OUT=${out}`], { env, stdio: 'pipe' });
  return join(out, 'bpfledger-collector');
}

interface Cost {
  readonly without: Figure;
  readonly with: Figure;
  readonly more: Figure;
}

async function costs(
  kernel: KernelSpeed,
  attach: () => Promise<() => Promise<void>>,
  rounds: number,
): Promise<ReadonlyMap<KernelPair, Cost>> {
  const free = new Map<KernelPair, number[]>(ROWS.map(({ pair }) => [pair, []]));
  const observed = new Map<KernelPair, number[]>(ROWS.map(({ pair }) => [pair, []]));
  const measure = async (times: ReadonlyMap<KernelPair, number[]>) => {
    for (const [pair, own] of times) {
      let fastest = 0;
      for (let i = 0; i < RUNS; i++) {
        fastest = Math.max(fastest, (await kernel.measure(pair, RUN_MS)).rate);
      }
      own.push(1e6 / fastest);
    }
  };
  for (let round = 0; round < rounds; round++) {
    await measure(free);
    const stop = await attach();
    await measure(observed);
    await stop();
  }
  const costOf = (pair: KernelPair): Cost => {
    const without = free.get(pair) ?? [];
    const seen = observed.get(pair) ?? [];
    const more = seen.map((us, i) => us - (without[i] ?? 0));
    return { without: figureOf(without), with: figureOf(seen), more: figureOf(more) };
  };
  return new Map(ROWS.map(({ pair }) => [pair, costOf(pair)]));
}

/** Starts the collector and reads what it prints; gives what ends it. */
async function startReading(
  path: string,
  options: readonly string[],
): Promise<() => Promise<void>> {
  const { stdout, stop, ended } = startCollector(path, options);
  const lines = stdout[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done) throw new Error(`the collector ended ${(await ended).how}`);
  const read = (async () => {
    while (!(await lines.next()).done);
  })();
  return async () => {
    stop();
    await read;
    await ended;
  };
}

/** Attaches the empty program, by bpftrace in a mount namespace that has what it reads. */
async function emptyProgram(): Promise<() => Promise<void>> {
  const tracefs = 'mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null';
  const words = ['-m', 'sh', '-c', `${tracefs}; exec bpftrace -B line -e "$0"`, FLOOR];
  const child = spawn('unshare', words, { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(child, 'close');
  const stop = async (): Promise<void> => {
    child.kill('SIGINT');
    await ended;
  };
  await new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('on\n')) resolve();
    });
    child.once('close', (code) => reject(new Error(`bpftrace ended with ${code}`)));
  });
  return stop;
}

function floorTable(costs: ReadonlyMap<KernelPair, Cost>): Table {
  return {
    title: 'Microseconds, an empty program at the return of bpf(2) and no collector: the floor',
    columns: ['what', 'without', 'with', 'more'],
    rows: ROWS.filter(({ pair }) => FLOOR_PAIRS.includes(pair)).map(({ pair, what }) => {
      const cost = costs.get(pair) as Cost;
      const share = number((100 * cost.more.median) / cost.without.median);
      return [what, spread(cost.without), spread(cost.with), `${spread(cost.more)} (${share} %)`];
    }),
  };
}

function costTable(title: string, costs: ReadonlyMap<KernelPair, Cost>): Table {
  return {
    title,
    columns: ['target', 'what', 'without', 'with', 'more', 'wanted', 'reached'],
    rows: ROWS.map(({ pair, what, wanted }) => {
      const cost = costs.get(pair) as Cost;
      const share = cost.more.median / cost.without.median;
      const more = `**${spread(cost.more)}** (${number(100 * share)} %)`;
      const row = ['K', what, spread(cost.without), spread(cost.with), more];
      if (wanted === 'stated') return [...row, 'stated', ''];
      if (wanted === 'close') {
        return [
          ...row,
          `≤ ${WANTED.closeNs / 1000} µs`,
          yes(cost.more.median * 1000 <= WANTED.closeNs),
        ];
      }
      return [...row, `≤ ${100 * WANTED.attachShare} %`, yes(share <= WANTED.attachShare)];
    }),
  };
}

function yes(is: boolean): string {
  return is ? 'yes' : 'no';
}
