// A tenth of `npm run properties`. BPFLEDGER_SEED=N repeats a run.

import { expect, it } from 'vitest';
import { PRESET_NAMES } from '../../src/recorders/generator/preset.ts';
import { seedOfRun } from '../support/seed.ts';
import { KERNELS, randomCalls } from './random-calls.ts';

const seed = seedOfRun();
console.log(`random calls: seed ${seed} (BPFLEDGER_SEED=${seed} repeats this run)`);

const TIMEOUT_MS = 300_000;
const ROUND = PRESET_NAMES.length * KERNELS.length;
const SCENARIO_CALLS = 150;

it(
  'every property holds after each of 150 random calls, on every preset and release',
  () => {
    const plan = {
      seed,
      calls: ROUND * SCENARIO_CALLS,
      scenarioCalls: SCENARIO_CALLS,
      checked: true,
    };
    const tally = randomCalls(plan);
    expect(tally.calls).toBe(plan.calls);
    expect(tally.scenarios).toBeGreaterThanOrEqual(ROUND);
    expect(tally.effects).toBeGreaterThan(plan.calls / 2);
  },
  TIMEOUT_MS,
);

it(
  'the model answers each of 1,000,000 random calls without an exception',
  () => {
    const plan = { seed, calls: 1_000_000, scenarioCalls: 500, checked: false };
    const tally = randomCalls(plan);
    expect(tally.calls).toBe(plan.calls);
    expect(tally.refused).toBeGreaterThan(plan.calls / 10);
  },
  TIMEOUT_MS,
);
