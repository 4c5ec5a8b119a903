// `npm run properties`: ten million random calls that must not throw, and all properties after each
// of two hundred thousand. BPFLEDGER_SEED=N repeats a run.

import { seedOfRun } from '../support/seed.ts';
import { KERNELS, type Plan, randomCalls, type Tally } from './random-calls.ts';

const CALLS = 10_000_000;
const CHECKED_CALLS = 200_000;
const SCENARIO_CALLS = 500;
/** Calls between two lines of output. */
const REPORTED_CALLS = 1_000_000;

function main(): void {
  const seed = seedOfRun();
  console.log(`seed ${seed} (BPFLEDGER_SEED=${seed} repeats this run)`);
  console.log(`releases ${KERNELS.map(({ release }) => release).join(', ')}`);
  report('all properties checked', { seed, calls: CHECKED_CALLS, checked: true });
  for (let done = 0; done < CALLS; done += REPORTED_CALLS) {
    const from = seed + done / SCENARIO_CALLS;
    report('no exception', { seed: from, calls: REPORTED_CALLS, checked: false });
  }
  console.log(`${CALLS + CHECKED_CALLS} calls, 0 exceptions, 0 broken properties`);
}

function report(what: string, plan: Omit<Plan, 'scenarioCalls'>): void {
  const start = performance.now();
  const tally = randomCalls({ ...plan, scenarioCalls: SCENARIO_CALLS });
  const perSecond = Math.round((tally.calls / (performance.now() - start)) * 1000);
  console.log(`${what}: seeds from ${plan.seed}, ${inWords(tally)}, ${perSecond} calls/s`);
}

function inWords({ calls, refused, effects, scenarios }: Tally): string {
  return `${scenarios} scenarios, ${calls} calls (${refused} refused), ${effects} effects`;
}

main();
