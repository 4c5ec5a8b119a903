// Observing on a kernel: what an observation makes the log say is applied, and what every observation
// must keep to is held.

import { expect } from 'vitest';
import type { Call } from '../../src/domain/call.ts';
import type { Effect } from '../../src/domain/effect.ts';
import { applyAll } from '../../src/domain/evolve.ts';
import type { Kernel } from '../../src/domain/kernel.ts';
import { observeAgain } from '../../src/domain/observed/again.ts';
import type {
  Observation,
  ObservedOutcome,
  Witnessed,
} from '../../src/domain/observed/observation.ts';
import { observe } from '../../src/domain/observed/observe.ts';
import type { Sighting } from '../../src/domain/observed/sighting.ts';
import { snapshotOf } from '../../src/domain/snapshot.ts';

type Beside = Omit<Partial<Observation>, 'done'>;

/** Observes a call, applies what it says, and holds that it says the same again. */
export function observeCall(
  kernel: Kernel,
  call: Call,
  outcome: ObservedOutcome,
  beside: Beside = {},
) {
  return observeTwice(kernel, { pid: 1, ...beside, done: { call, outcome } });
}

/** The same of a sighting. */
export function observeSighting(kernel: Kernel, sighting: Sighting, pid = 1) {
  return observeTwice(kernel, { pid, done: sighting });
}

function observeTwice(kernel: Kernel, observation: Observation): Told {
  const before = JSON.stringify(snapshotOf(kernel));
  const witnessed = observe(kernel, observation);
  expect(JSON.stringify(snapshotOf(kernel))).toBe(before);
  for (const one of witnessed) {
    const { comm = '' } = observation;
    expect(observeAgain(kernel, { ...one, comm })).toEqual([{ ...one, source: 'observed' }]);
    applyAll(kernel, one.effects, one.pid);
  }
  const last = witnessed.at(-1);
  if (last === undefined) throw new Error('nothing was witnessed');
  return { inferred: witnessed.slice(0, -1), observed: last };
}

interface Told {
  readonly inferred: readonly Witnessed[];
  readonly observed: Witnessed;
}

/** The types of effects, in order. */
export function types(effects: readonly Effect[]): string[] {
  return effects.map(({ type }) => type);
}
