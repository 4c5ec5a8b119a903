/**
 * G: an attach at the root of a large tree costs what it costs at the root of a small one, since
 * effective arrays are derived where there are entries, not computed for every descendant.
 */
import { randomBytes } from 'node:crypto';
import { boot } from '../src/domain/boot.ts';
import { effectiveArray } from '../src/domain/effective.ts';
import type { Cgroup, Kernel } from '../src/domain/kernel.ts';
import { isRefusal, type Outcome } from '../src/domain/outcome.ts';
import { systemClock } from '../src/events/clock.ts';
import { encodeEvent } from '../src/events/encoding/codec.ts';
import type { LedgerEvent } from '../src/events/event.ts';
import { type Log, openLog } from '../src/events/log.ts';
import { migrate } from '../src/events/storage/migrate.ts';
import { openPostgres } from '../src/events/storage/postgres-database.ts';
import { decideEvent } from '../src/events/writing/decision.ts';
import type { NumberedRequest } from '../src/events/writing/references.ts';
import { projector } from '../src/projections/projector.ts';
import type { Bench, BenchContext, Section } from './harness/bench.ts';
import { alternate, type Figure, figureOf, perSecond } from './harness/measure.ts';
import { comparisonTable, number, spread } from './harness/table.ts';

const CGROUPS = 100_000;
const WITH_ENTRIES = 1000;
/** Cgroups right below the root; the others are theirs. */
const SLICES = 100;
const TYPE = 'cgroup_inet_egress';
/** Calls recorded together while a tree is made. */
const PIECE = 1000;
/** How long the model is measured, and how many attaches go through the log; in each round. */
const PURE_MS = 300;
const LOGGED = 200;
/** The fd of the program, in the boot process. */
const PROG_FD = 3;

const ATTACH: NumberedRequest = {
  call: { name: 'link_create', prog_fd: PROG_FD, target_path: '/', attach_type: TYPE },
};

/** The calls that make a tree; every so many of its leaves gets an entry. */
function* treeOf(cgroups: number, everyLeaf: number): Generator<NumberedRequest> {
  yield { call: { name: 'prog_load', prog_type: 'cgroup_skb' } };
  for (let slice = 0; slice < SLICES; slice++)
    yield { call: { name: 'mkdir', path: `/s${slice}` } };
  for (let leaf = 0; leaf < cgroups - SLICES; leaf++) {
    const path = `/s${leaf % SLICES}/c${leaf}`;
    yield { call: { name: 'mkdir', path } };
    if (leaf % everyLeaf !== 0 || leaf >= WITH_ENTRIES * everyLeaf) continue;
    yield {
      call: {
        name: 'prog_attach',
        attach_bpf_fd: PROG_FD,
        target_path: path,
        attach_type: TYPE,
        flags: ['multi'],
      },
    };
  }
}

const TREES = {
  large: () => treeOf(CGROUPS, Math.floor((CGROUPS - SLICES) / WITH_ENTRIES)),
  small: () => treeOf(WITH_ENTRIES + SLICES, 1),
};

const closing = (fd: number): NumberedRequest => ({ call: { name: 'close', fd } });

type Tree = keyof typeof TREES;
const TREES_IN_TURN: readonly Tree[] = ['large', 'small'];

export const rootAttach: Bench = {
  name: 'root-attach',
  title: `an attach at the root of ${number(CGROUPS)} cgroups`,
  run,
};

const TEXT = [
  `An attach is a \`link_create\` at the root of ${number(CGROUPS)} cgroups, of which ` +
    `${number(WITH_ENTRIES)} have an entry of their own for the same hook, and at the root of those ` +
    `${number(WITH_ENTRIES)} (and their ${SLICES} parents) alone. *Pure*: decide, evolve, project and ` +
    'encode in memory. *Through the log*: `log.submit`, until PostgreSQL has it. The dense recompute ' +
    "is the kernel's way: the same attach, and then the effective array of every descendant.",
];

async function run(context: BenchContext): Promise<Section> {
  context.say('making the trees');
  const kernels = { large: kernelOf('large'), small: kernelOf('small') };
  const url = await (await context.postgres()).createDatabase('root_attach');
  const database = openPostgres({ url });
  await migrate(database);
  const log = await openLog({ database, clock: systemClock, projector, randomBytes });
  try {
    for (const tree of TREES_IN_TURN) await makeHost(log, tree);
    context.say('attaching');
    const pure = await alternate(
      {
        large: () => attachMicros(kernels.large),
        small: () => attachMicros(kernels.small),
        dense: () => attachMicros(kernels.large, recompute),
        read: () => readMicros(kernels.large),
      },
      context.rounds,
    );
    const logged = await throughLog(log, context.rounds);
    const alone = { against: 'those with entries alone', wanted: { atMost: 1.3 } };
    const dense = {
      unit: 'attaches/s',
      reference: rateOf(pure.dense),
      against: 'dense recompute',
      wanted: { atLeast: 20 },
    };
    const row = { target: 'G', unit: 'µs' };
    return {
      text: TEXT,
      tables: [
        comparisonTable('G: time of an attach at the root', [
          { ...row, what: 'pure', ours: pure.large, reference: pure.small, ...alone },
          {
            ...row,
            what: 'through the log',
            ours: logged.large,
            reference: logged.small,
            ...alone,
          },
          { ...row, what: 'pure', ours: rateOf(pure.large), ...dense },
          { ...row, what: 'through the log', ours: rateOf(logged.large), ...dense },
        ]),
        {
          title: 'What is left for the reader',
          columns: ['what', 'µs'],
          rows: [['effective array of a cgroup two levels below the root', spread(pure.read)]],
        },
      ],
    };
  } finally {
    await log.close();
    await database.close();
  }
}

/** How often a second something is done that takes so many microseconds. */
function rateOf({ median, min, max }: Figure): Figure {
  return { median: 1e6 / median, min: 1e6 / max, max: 1e6 / min };
}

/** Decides, applies, projects and encodes a request that has to succeed. */
function record(kernel: Kernel, request: NumberedRequest): number {
  const place = { position: 1, recorded_at: 0, actor: 'bench' };
  const event = decideEvent(kernel, request, place);
  projector.project(kernel, event);
  encodeEvent(event);
  return retOf(event.outcome);
}

function retOf(outcome: Outcome): number {
  if (isRefusal(outcome)) throw new Error(`refused: ${outcome.errno} ${outcome.rule}`);
  return outcome.ret;
}

function kernelOf(tree: Tree): Kernel {
  const kernel = boot('6.18');
  for (const request of TREES[tree]()) record(kernel, request);
  return kernel;
}

async function makeHost(log: Log, tree: Tree): Promise<void> {
  await log.createHost({ name: tree, actor: 'bench', release: '6.18' });
  const calls = [...TREES[tree]()];
  for (let from = 0; from < calls.length; from += PIECE) {
    await log.submit(tree, { actor: 'bench', calls: calls.slice(from, from + PIECE) });
  }
}

/** What the kernel does after an attach: the array of every descendant. Gives their slots. */
function recompute(kernel: Kernel): number {
  let slots = 0;
  for (const cgroup of kernel.cgroups.values())
    slots += effectiveArray(kernel, cgroup, TYPE).length;
  return slots;
}

/** Microseconds of an attach in memory; what takes it away again is not counted. */
function attachMicros(kernel: Kernel, then: (kernel: Kernel) => number = () => 0): number {
  const taken: number[] = [];
  const until = performance.now() + PURE_MS;
  while (performance.now() < until || taken.length < 3) {
    const start = performance.now();
    const fd = record(kernel, ATTACH);
    then(kernel);
    taken.push((performance.now() - start) * 1000);
    record(kernel, closing(fd));
  }
  return figureOf(taken).median;
}

async function readMicros(kernel: Kernel): Promise<number> {
  const cgroup = kernel.cgroups.get([...kernel.cgroups.keys()].at(-1) as number) as Cgroup;
  const rate = await perSecond(PURE_MS, () => {
    for (let i = 0; i < 1000; i++) effectiveArray(kernel, cgroup, TYPE);
    return 1000;
  });
  return 1e6 / rate;
}

/**
 * Microseconds of an attach until it is recorded. The trees take turns attach by attach: what the
 * disk and other programs do meanwhile falls on both.
 */
async function throughLog(log: Log, rounds: number): Promise<Record<Tree, Figure>> {
  const medians: Record<Tree, number[]> = { large: [], small: [] };
  for (let round = 0; round < rounds; round++) {
    const taken: Record<Tree, number[]> = { large: [], small: [] };
    for (let i = 0; i < LOGGED; i++) {
      for (const tree of TREES_IN_TURN) taken[tree].push(await loggedMicros(log, tree));
    }
    for (const tree of TREES_IN_TURN) medians[tree].push(figureOf(taken[tree]).median);
  }
  return { large: figureOf(medians.large), small: figureOf(medians.small) };
}

async function loggedMicros(log: Log, host: Tree): Promise<number> {
  const start = performance.now();
  const { events } = await log.submit(host, { actor: 'bench', calls: [ATTACH] });
  const taken = (performance.now() - start) * 1000;
  const fd = retOf((events[0] as LedgerEvent).outcome);
  await log.submit(host, { actor: 'bench', calls: [closing(fd)] });
  return taken;
}
