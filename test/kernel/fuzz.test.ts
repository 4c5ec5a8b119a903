// Random programs of calls, in the model and on the kernel that runs here, step by step.

import { release as unameRelease } from 'node:os';
import { describe, expect, it } from 'vitest';
import { sysctlHere } from '../../src/cli/measured-kernel.ts';
import { openLiveMachine } from '../../src/executor/live-machine.ts';
import { KernelBusy } from '../../src/native/unavailable.ts';
import type { OpenMachine } from '../../src/recorders/differential/divergence.ts';
import { type Divergence, fuzz } from '../../src/recorders/differential/fuzz.ts';
import { PRESET_NAMES } from '../../src/recorders/generator/preset.ts';
import { needs } from '../support/needs.ts';
import { seedOfRun } from '../support/seed.ts';
import { runningRelease } from './running-release.ts';

/** A first seed that changes from day to day, so that runs add up; printed with the result. */
const SEED = seedOfRun(Math.trunc(Date.now() / 86_400_000) * 10_000);
const STEPS = Number(process.env.BPFLEDGER_TEST_FUZZ_STEPS ?? 20_000);
const RUN_MS_MAX = 900_000;

const kernel = needs('kernel');

describe.skipIf(!kernel.ok)('random calls on the kernel that runs here', () => {
  it('are answered as the model answers them', { timeout: RUN_MS_MAX }, async () => {
    const release = await runningRelease();
    const plan = { presets: PRESET_NAMES, seed: SEED, steps: STEPS, sysctl: sysctlHere() };
    const open: OpenMachine = (config) => openLiveMachine(config, 'when-asked');
    const found: Divergence[] = [];
    const isBusy = (error: unknown) => error instanceof KernelBusy;
    let sums = { steps: 0, skipped: 0 };
    for await (const done of fuzz(plan, { release, open, isBusy })) {
      sums = done;
      if (done.found !== undefined) found.push(done.found);
    }
    const { steps, skipped } = sums;
    console.log(`${steps} steps on ${unameRelease()}, ${skipped} skipped, seed ${SEED}`);
    expect(found).toEqual([]);
    if (skipped === 0) expect(steps).toBe(STEPS);
    else expect(steps).toBeGreaterThan(STEPS / 2);
  });
});
