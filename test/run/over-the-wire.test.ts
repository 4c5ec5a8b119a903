// A supervised program's bpf(2) is read from its memory and answered into it. The recordings say what
// must come out: each call is written by the code that asks real kernels, and read by the code that
// answers programs.

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { boot } from '../../src/domain/boot.ts';
import { releaseOf } from '../../src/domain/release/release.ts';
import { readGolden } from '../../src/recorders/golden/files.ts';
import { bootConfigFor, playScenario } from '../../src/recorders/golden/play.ts';
import { parseScenarios } from '../../src/recorders/golden/scenario.ts';
import { wireMachine } from '../support/wire-machine.ts';

describe('a call that goes through memory', () => {
  it.each([
    ['5.10', 3],
    ['6.18', 1],
  ] as const)('is answered as %s answered it (each %ith scenario)', async (kernel, each) => {
    const archive = join(import.meta.dirname, `../histories/${kernel}.jsonl.br`);
    let steps = 0;
    const scenarios = parseScenarios(await readGolden(archive), kernel);
    for (const scenario of scenarios.filter((_, i) => i % each === 0)) {
      const release = releaseOf(scenario.header.kernel);
      if (release === undefined) throw new Error(`${scenario.header.kernel} is not known`);
      const model = boot(release.id, bootConfigFor(scenario.header));
      const mismatches = await playScenario(scenario, wireMachine(model), release.switches);
      expect(mismatches).toEqual([]);
      steps += scenario.steps.length;
    }
    expect(steps).toBeGreaterThan(7000);
  });
});
