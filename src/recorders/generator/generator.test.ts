import { expect, it } from 'vitest';
import { boot } from '../../domain/boot.ts';
import { decide } from '../../domain/decide.ts';
import { isRefusal, isUnmodelled } from '../../domain/outcome.ts';
import { perform } from '../../domain/perform.ts';
import { BOOT_PID } from '../../domain/release/config.ts';
import { LabelBook } from '../golden/labels.ts';
import { bootConfigFor } from '../golden/play.ts';
import { relabel } from '../golden/relabel.ts';
import type { Step } from '../golden/scenario.ts';
import { callOf } from '../golden/translate.ts';
import { generatorOf, randomScenario, type ScenarioOrigin } from './generator.ts';
import { OPERATIONS } from './operations.ts';
import { PRESET_NAMES, type PresetName } from './preset.ts';

const origin = (preset: PresetName, seed: number): ScenarioOrigin => ({
  preset,
  seed,
  release: '6.18',
});

it('equal origins give equal scenarios, and another seed or preset another one', () => {
  const scenario = randomScenario(origin('mixed', 7), 200);
  expect(randomScenario(origin('mixed', 7), 200)).toEqual(scenario);
  expect(randomScenario(origin('mixed', 8), 200).steps).not.toEqual(scenario.steps);
  expect(randomScenario(origin('pins', 7), 200).steps).not.toEqual(scenario.steps);
});

it('a longer scenario begins with the shorter one', () => {
  const { steps } = randomScenario(origin('links', 1), 50);
  expect(randomScenario(origin('links', 1), 80).steps.slice(0, 50)).toEqual(steps);
});

it('a scenario leaves out what the model does not decide: the end of a name that is bound', () => {
  const bound = { ...origin('mounts', 620), release: '6.18.44' };
  const generator = generatorOf(bound);
  const left: Step[] = [];
  for (let i = 0; i < 80; i++) {
    const made = generator.next();
    const decision = decide(generator.kernel, made.pid, made.call);
    if (isUnmodelled(decision.outcome)) left.push(made.step);
    else generator.takeAnswer(made, decision);
  }
  expect(left.map(({ op }) => op)).toContain('unlink');
  const { steps } = randomScenario(bound, 80);
  for (const step of left) expect(steps).not.toContainEqual(step);
});

it('the presets together make every operation', () => {
  const made = new Set<string>();
  for (const preset of PRESET_NAMES) {
    for (const { op } of randomScenario(origin(preset, 1), 500).steps) made.add(op);
  }
  expect([...made].sort()).toEqual([...OPERATIONS].sort());
});

it.each(PRESET_NAMES)(
  '%s: the kernel accepts between a third and nine tenths of the calls',
  (preset) => {
    const odds = acceptance(preset, { scenarios: 6, calls: 200 });
    expect(odds).toBeGreaterThan(1 / 3);
    expect(odds).toBeLessThan(9 / 10);
  },
);

function acceptance(preset: PresetName, size: { scenarios: number; calls: number }): number {
  let accepted = 0;
  for (let seed = 0; seed < size.scenarios; seed++) {
    const generator = generatorOf(origin(preset, seed));
    for (let i = 0; i < size.calls; i++) {
      const made = generator.next();
      const decision = decide(generator.kernel, made.pid, made.call);
      if (!isRefusal(decision.outcome)) accepted++;
      generator.takeAnswer(made, decision);
    }
  }
  return accepted / (size.scenarios * size.calls);
}

it('no step reuses a label that an earlier one made', () => {
  const { steps } = randomScenario(origin('fd-tables', 5), 800);
  const making = steps.flatMap((step) => listMade(step));
  expect(new Set(making).size).toBe(making.length);
});

function listMade(step: Step): unknown[] {
  if (step.op === 'spawn') return [step.proc];
  const isNew = ['prog_load', 'link_create', 'map_create'].includes(step.op);
  return [...(isNew ? [step.fd] : []), ...(step.as === undefined ? [] : [step.as])];
}

it('a scenario with steps left out still says calls, as long as its processes are there', () => {
  const { header, steps } = randomScenario(origin('mixed', 11), 300);
  const fewer = steps.filter(({ op }, i) => op === 'spawn' || op === 'fork' || i % 3 !== 0);
  const config = bootConfigFor(header);
  const kernel = boot('6.18', config);
  const labels = new LabelBook(kernel.boot.config.root_cgroup_id);
  let accepted = 0;
  for (const step of fewer) {
    const pid = step.op === 'spawn' ? BOOT_PID : labels.pid(step.proc);
    const { outcome, effects } = perform(kernel, pid, callOf(step, labels));
    labels.learn(effects, step.fd ?? step.as);
    if (isRefusal(outcome)) continue;
    accepted++;
    relabel(step, outcome, labels);
  }
  expect(accepted).toBeGreaterThan(fewer.length / 3);
});
