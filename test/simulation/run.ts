// `npm run simulate [-- --seed S] [--seeds N]`: runs seeds, and says which broke a promise.

import { parseArgs } from 'node:util';
import { simulate } from './world.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    seeds: { type: 'string', default: '1' },
  },
});
const first = Number(values.seed);
const seeds = Number(values.seeds);
if (!Number.isSafeInteger(first) || !Number.isSafeInteger(seeds) || seeds < 1) {
  console.error('--seed and --seeds are whole numbers, --seeds 1 or more');
  process.exit(2);
}
const total = { events: 0, acknowledged: 0, lost: 0, kills: 0, crashes: 0, failovers: 0 };
let broken = 0;
const began = performance.now();
for (let seed = first; seed < first + seeds; seed++) {
  const run = await simulate(seed);
  for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += run[name];
  if (run.faults.length === 0) continue;
  broken++;
  console.log(`seed ${seed}: ${run.faults.slice(0, 5).join('; ')}`);
  if (broken >= 20) break;
}
const seconds = ((performance.now() - began) / 1000).toFixed(1);
console.log(
  `${seeds} seeds from ${first} in ${seconds} s: ${total.events} events, ${total.acknowledged} acknowledged ` +
    `(${total.lost} lost by standbys that were behind), ${total.kills} kills, ${total.crashes} crashes, ` +
    `${total.failovers} failovers; ${broken} seeds broke a promise`,
);
process.exitCode = broken > 0 ? 1 : 0;
