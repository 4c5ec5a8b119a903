// `npm run simulate [-- --seed S] [--seeds N]`: runs seeds, as many side by side as there are
// processors, and says which broke a promise. Exit code 1 when any did. Of one seed it tells a small
// story that breaks the promise, and the command that tells it again; `--without`, `--until` and so on
// tell a part of a story as it is. `--plant FAULT` tells a story with a deliberate fault.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { optionsOf, PART_OPTIONS, partOf } from './part-options.ts';
import type { Part } from './plan.ts';
import { findPlanted, PLANTED } from './planted.ts';
import { shrink } from './shrink.ts';
import { type Run, simulate } from './world.ts';

const COUNTED = [
  'events',
  'acknowledged',
  'lost',
  'repeats',
  'again',
  'followed',
  'kills',
  'crashes',
  'failovers',
  'trims',
  'swept',
] as const;
/** Fewer seeds are run in one process. */
const APART_MIN = 50;
/** Seeds that broke a promise, after which a process runs no more. */
const BROKEN_MAX = 20;
/** Lines of a story that are printed. */
const LINES_MAX = 40;

type Total = Record<(typeof COUNTED)[number] | 'seeds' | 'broken', number>;

const NOTHING: Total = {
  ...{ seeds: 0, broken: 0, events: 0, acknowledged: 0, lost: 0, repeats: 0, again: 0 },
  ...{ followed: 0, kills: 0, crashes: 0, failovers: 0, trims: 0, swept: 0 },
};

/** Runs seeds in this process. */
async function runSeeds(first: number, seeds: number): Promise<Total> {
  const total = { ...NOTHING };
  for (let seed = first; seed < first + seeds && total.broken < BROKEN_MAX; seed++) {
    const run = await tell(seed, part);
    total.seeds++;
    for (const name of COUNTED) total[name] += run[name];
    if (run.faults.length === 0) continue;
    total.broken++;
    console.error(`seed ${seed}: ${faultsOf(run)}`);
    if (seeds === 1) await showSmall(run);
  }
  return total;
}

function tell(seed: number, told: Part): Promise<Run> {
  return simulate(seed, { part: told, ...(planted && { execute: planted }) });
}

function faultsOf({ faults }: Run): string {
  const said = faults.slice(0, 5).map(({ promise, says }) => `${says} (broken: ${promise})`);
  return said.join('; ');
}

/** Prints a story that broke a promise: a small part of it, or the part that was asked for. */
async function showSmall(run: Run): Promise<void> {
  if (optionsOf(part).length > 0) return showStory(run);
  console.error(`It took ${run.story.length} lines to happen. Looking for a smaller story …`);
  const small = await shrink(run, (smaller) => tell(run.seed, smaller));
  const plant = values.plant === undefined ? [] : ['--plant', values.plant];
  const options = ['--seed', `${run.seed}`, ...optionsOf(small.part), ...plant];
  const end = small.isSmallest ? '' : ', which may not be the smallest';
  console.error(
    `After ${small.runs} more runs it takes ${small.run.story.length}${end}:\n\n` +
      `  npm run simulate -- ${options.join(' ')}\n\n${faultsOf(small.run)}\n`,
  );
  showStory(small.run);
}

function showStory({ story }: Run): void {
  const lines = story.slice(-LINES_MAX);
  if (lines.length < story.length) console.error(`… the last ${lines.length} of ${story.length}:`);
  for (const line of lines) console.error(line);
}

/** Runs seeds in a process of their own. */
async function runApart(first: number, seeds: number): Promise<Total> {
  const plant = values.plant === undefined ? [] : ['--plant', values.plant];
  const args = [...process.execArgv, fileURLToPath(import.meta.url), ...plant, ...optionsOf(part)];
  const child = spawn(
    process.execPath,
    [...args, '--seed', `${first}`, '--seeds', `${seeds}`, '--json'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [said] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return JSON.parse(said) as Total;
}

async function runAll(first: number, seeds: number): Promise<Total> {
  const processes = seeds < APART_MIN ? 1 : availableParallelism();
  if (processes === 1) return runSeeds(first, seeds);
  const share = Math.ceil(seeds / processes);
  const shares = Array.from({ length: processes }, (_, i) => {
    const begin = i * share;
    return runApart(first + begin, Math.max(0, Math.min(share, seeds - begin)));
  });
  const total = { ...NOTHING };
  for (const one of await Promise.all(shares)) {
    for (const name of Object.keys(total) as (keyof Total)[]) total[name] += one[name];
  }
  return total;
}

function refuse(why: string): never {
  console.error(why);
  process.exit(2);
}

function partAsked(): Part {
  try {
    return partOf(values);
  } catch (error) {
    return refuse((error as Error).message);
  }
}

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    seeds: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    plant: { type: 'string' },
    ...PART_OPTIONS,
  },
});
const [first, seeds] = [Number(values.seed), Number(values.seeds)];
if (!Number.isSafeInteger(first) || !Number.isSafeInteger(seeds) || first < 0 || seeds < 0)
  refuse('--seed and --seeds are whole numbers, 0 or more');
const part = partAsked();
const planted = values.plant === undefined ? undefined : findPlanted(values.plant);
if (values.plant !== undefined && planted === undefined)
  refuse(`--plant is one of ${Object.keys(PLANTED).join(', ')}`);
const began = performance.now();
const total = values.json ? await runSeeds(first, seeds) : await runAll(first, seeds);
if (values.json) console.log(JSON.stringify(total));
else {
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(
    `${total.seeds} seeds from ${first} in ${seconds} s: ${total.events} events, ` +
      `${total.acknowledged} acknowledged (${total.lost} lost by standbys that were behind), ` +
      `${total.repeats} repeats, ${total.again} answers to a key that had one, ` +
      `${total.followed} got by followers, ` +
      `${total.kills} kills, ${total.crashes} crashes, ${total.failovers} failovers, ${total.trims} trims, ` +
      `${total.swept} keys forgotten after a day; ${total.broken} seeds broke a promise`,
  );
}
process.exitCode = total.broken > 0 ? 1 : 0;
