// Random programs of calls as a process makes them, under `bpfledger run` and on the kernel that runs
// here: the answers and the numbers of the fds are those of the model on both sides, so they are equal.

import { release as unameRelease } from 'node:os';
import { describe, expect, it } from 'vitest';
import { releaseOf } from '../../src/domain/release/release.ts';
import { PRESET_NAMES } from '../../src/recorders/generator/preset.ts';
import { bpfledger, COMMAND } from '../support/command.ts';
import { needs } from '../support/needs.ts';
import { seedOfRun } from '../support/seed.ts';
import { fuzzing, PRESETS, STEPS_OF_PROGRAM } from './programs.ts';
import { running } from './unprivileged.ts';

/** The long form, with many more, is sandboxed.ts. */
const PROGRAMS = PRESETS.length;
const STEPS = PROGRAMS * STEPS_OF_PROGRAM;
const SEED = seedOfRun(Math.trunc(Date.now() / 86_400_000) * 1000);
const RUN_MS_MAX = 120_000;
const EQUAL = `${STEPS} steps, 0 divergences\n`;

const listener = needs('listener');
const kernel = needs('kernel');

describe.skipIf(!listener.ok)(`random programs from seed ${SEED}`, () => {
  const here = releaseOf(unameRelease())?.id ?? '6.18';
  const words = fuzzing({ seed: SEED, programs: PROGRAMS, release: here, out: '/dev/null' });

  it('are answered under a run as the model answers them', { timeout: RUN_MS_MAX }, async () => {
    const { out } = await running('--release', here, '--quiet', '--', ...COMMAND, ...words);
    expect(out).toBe(EQUAL);
  });

  it.skipIf(!kernel.ok)('and by the kernel too', { timeout: RUN_MS_MAX }, async () => {
    const { out } = await bpfledger(words);
    expect(out).toBe(EQUAL);
  });

  it('are of presets that there are', () => {
    expect(PRESET_NAMES).toEqual(expect.arrayContaining([...PRESETS]));
  });
});
