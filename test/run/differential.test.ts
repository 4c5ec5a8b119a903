// Random programs of calls as a process makes them, under `bpfledger run` and on the kernel that runs
// here: the answers and the numbers of the fds are those of the model on both sides, so they are equal.

import { release as unameRelease } from 'node:os';
import { describe, expect, it } from 'vitest';
import { releaseOf } from '../../src/domain/release/release.ts';
import { PRESET_NAMES, type PresetName } from '../../src/recorders/generator/preset.ts';
import { bpfledger, COMMAND } from '../support/command.ts';
import { needs } from '../support/needs.ts';
import { seedOfRun } from '../support/seed.ts';
import { running } from './unprivileged.ts';

/** Those whose processes stay root: a run has no saved ids, by which one comes back to be root. */
const PRESETS: readonly PresetName[] = [
  ...(['links', 'legacy-modes', 'pins', 'mprog', 'limits', 'fds', 'send', 'storage'] as const),
  ...(['fd-tables', 'holding', 'deep-trees'] as const),
];
const STEPS_OF_PROGRAM = 80;
const PROGRAMS = Number(process.env.BPFLEDGER_TEST_RUN_PROGRAMS ?? 11);
const STEPS = PROGRAMS * STEPS_OF_PROGRAM;
const SEED = seedOfRun(Math.trunc(Date.now() / 86_400_000) * 1000);
const RUN_MS_MAX = 60_000 + 5000 * PROGRAMS;
const EQUAL = `${STEPS} steps, 0 divergences\n`;

const listener = needs('listener');
const kernel = needs('kernel');

function fuzz(release: string): readonly string[] {
  const words = ['fuzz', '--steps', String(STEPS), '--seed', String(SEED), '--release', release];
  return [...words, '--preset', PRESETS.join()];
}

describe.skipIf(!listener.ok)(`random programs from seed ${SEED}`, () => {
  const here = releaseOf(unameRelease())?.id ?? '6.18';

  it('are answered under a run as the model answers them', { timeout: RUN_MS_MAX }, async () => {
    const words = [...COMMAND, ...fuzz(here), '--out', '/dev/null'];
    const { out } = await running('--release', here, '--quiet', '--', ...words);
    expect(out).toBe(EQUAL);
  });

  it.skipIf(!kernel.ok)('and by the kernel too', { timeout: RUN_MS_MAX }, async () => {
    const { out } = await bpfledger([...fuzz(here), '--out', '/dev/null']);
    expect(out).toBe(EQUAL);
  });

  it('are of presets that there are', () => {
    expect(PRESET_NAMES).toEqual(expect.arrayContaining([...PRESETS]));
  });
});
