// `npm run simulate [-- --seed S] [--seeds N]`: runs seeds, as many side by side as there are
// processors, and says which broke a promise. Exit code 1 when any did.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { simulate } from './world.ts';

const COUNTED = [
  'events',
  'acknowledged',
  'lost',
  'followed',
  'kills',
  'crashes',
  'failovers',
  'trims',
] as const;
/** Fewer seeds are run in one process. */
const APART_MIN = 50;
/** Seeds that broke a promise, after which a process runs no more. */
const BROKEN_MAX = 20;

type Total = Record<(typeof COUNTED)[number] | 'seeds' | 'broken', number>;

const NOTHING: Total = {
  ...{ seeds: 0, broken: 0, events: 0, acknowledged: 0 },
  ...{ lost: 0, followed: 0, kills: 0, crashes: 0, failovers: 0, trims: 0 },
};

/** Runs seeds in this process. */
async function runSeeds(first: number, seeds: number): Promise<Total> {
  const total = { ...NOTHING };
  for (let seed = first; seed < first + seeds && total.broken < BROKEN_MAX; seed++) {
    const run = await simulate(seed);
    total.seeds++;
    for (const name of COUNTED) total[name] += run[name];
    if (run.faults.length === 0) continue;
    total.broken++;
    console.error(`seed ${seed}: ${run.faults.slice(0, 5).join('; ')}`);
  }
  return total;
}

/** Runs seeds in a process of their own. */
async function runApart(first: number, seeds: number): Promise<Total> {
  const args = [...process.execArgv, fileURLToPath(import.meta.url)];
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
  const part = Math.ceil(seeds / processes);
  const parts = Array.from({ length: processes }, (_, i) => {
    const begin = i * part;
    return runApart(first + begin, Math.max(0, Math.min(part, seeds - begin)));
  });
  const total = { ...NOTHING };
  for (const one of await Promise.all(parts)) {
    for (const name of Object.keys(total) as (keyof Total)[]) total[name] += one[name];
  }
  return total;
}

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    seeds: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const [first, seeds] = [Number(values.seed), Number(values.seeds)];
if (!Number.isSafeInteger(first) || !Number.isSafeInteger(seeds) || first < 0 || seeds < 0) {
  console.error('--seed and --seeds are whole numbers, 0 or more');
  process.exit(2);
}
const began = performance.now();
const total = values.json ? await runSeeds(first, seeds) : await runAll(first, seeds);
if (values.json) console.log(JSON.stringify(total));
else {
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(
    `${total.seeds} seeds from ${first} in ${seconds} s: ${total.events} events, ` +
      `${total.acknowledged} acknowledged (${total.lost} lost by standbys that were behind), ` +
      `${total.followed} got by followers, ` +
      `${total.kills} kills, ${total.crashes} crashes, ${total.failovers} failovers, ${total.trims} trims; ` +
      `${total.broken} seeds broke a promise`,
  );
}
process.exitCode = total.broken > 0 ? 1 : 0;
