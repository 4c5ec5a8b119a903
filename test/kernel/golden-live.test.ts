// The recordings of the kernel that runs here, performed on it once more: the driver must reproduce
// every outcome and every change of state, or nothing else that it says can be believed.

import { readdirSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Release, releaseOf } from '../../src/domain/release/release.ts';
import { openLiveMachine } from '../../src/executor/live-machine.ts';
import { readGolden } from '../../src/recorders/golden/files.ts';
import { modelMachine } from '../../src/recorders/golden/machine.ts';
import { bootConfigFor, type Mismatch, playScenario } from '../../src/recorders/golden/play.ts';
import { parseScenarios, type Scenario } from '../../src/recorders/golden/scenario.ts';
import { needs } from '../support/needs.ts';
import { runningRelease, switchesOf } from './running-release.ts';

const HISTORIES = join(import.meta.dirname, '..', 'histories');
const RUN_MS_MAX = 300_000;
const SHOWN_MAX = 10;

const kernel = needs('kernel');

describe.skipIf(!kernel.ok)('what this kernel answered when it was recorded', () => {
  it('it answers again, step by step', { timeout: RUN_MS_MAX }, async () => {
    const running = await runningRelease();
    const recorded = (await recordingsOf(running.id)).filter(runsHere);
    const scenarios = await ofThisBuild(recorded, running);
    expect(scenarios.length, `recordings of ${running.id}`).toBeGreaterThan(0.9 * recorded.length);
    const mismatches: Mismatch[] = [];
    for (const scenario of scenarios) {
      const machine = await openLiveMachine(bootConfigFor(scenario.header));
      try {
        mismatches.push(...(await playScenario(scenario, machine, running.switches)));
      } finally {
        await machine.close();
      }
    }
    expect(mismatches.slice(0, SHOWN_MAX)).toEqual([]);
    const steps = scenarios.reduce((sum, scenario) => sum + scenario.steps.length, 0);
    const otherwise = recorded.length - scenarios.length;
    console.log(
      `${scenarios.length} scenarios, ${steps} steps on ${release()}; ${otherwise} that this build answers otherwise`,
    );
  });
});

/** Without the recordings that meet what this build has otherwise than the one that was recorded. */
async function ofThisBuild(
  recorded: readonly Scenario[],
  running: Release,
): Promise<readonly Scenario[]> {
  const switches = switchesOf(running);
  if (Object.keys(switches).length === 0) return recorded;
  const kept: Scenario[] = [];
  for (const scenario of recorded) {
    const model = modelMachine(running.id, { ...bootConfigFor(scenario.header), switches });
    const otherwise = await playScenario(scenario, model, running.switches);
    if (otherwise.length === 0) kept.push(scenario);
  }
  return kept;
}

async function recordingsOf(id: string): Promise<Scenario[]> {
  const files = readdirSync(HISTORIES).filter((name) => name.endsWith('.jsonl.br'));
  const all: Scenario[] = [];
  for (const file of files) {
    const path = join(HISTORIES, file);
    all.push(...parseScenarios(await readGolden(path), file));
  }
  return all.filter((scenario) => releaseOf(scenario.header.kernel)?.id === id);
}

/** The sysctl belongs to the whole machine, so scenarios that want another value are left out. */
function runsHere({ header }: Scenario): boolean {
  const wanted = header.unprivileged_bpf_disabled ?? 2;
  const path = '/proc/sys/kernel/unprivileged_bpf_disabled';
  return Number(readFileSync(path, 'utf8')) === wanted;
}
