// Random calls on the model, over every preset and several releases: scenarios one after the other,
// each from a seed of its own, so that a failure can be repeated alone.

import { decide } from '../../src/domain/decide.ts';
import { isRefusal } from '../../src/domain/outcome.ts';
import { snapshotOf } from '../../src/domain/snapshot.ts';
import {
  type GeneratedCall,
  type Generator,
  generatorOf,
  type ScenarioOrigin,
} from '../../src/recorders/generator/generator.ts';
import { PRESET_NAMES } from '../../src/recorders/generator/preset.ts';
import { type Random, randomFrom } from '../../src/recorders/generator/random.ts';
import { holds, type Watch } from './called.ts';
import { idsAreNeverReused, refusedCallsChangeNothing, revisionsCountChanges } from './changes.ts';
import { contentsAreCounted } from './contents.ts';
import { layersEqualDirectChange, snapshotsRoundTrip } from './copies-of-the-state.ts';
import { effectiveArraysFollowTheRule, sparseArraysEqualDense } from './effective-arrays.ts';
import { linksStandWhereTheySay, listsKeepTheirRules } from './lists-and-links.ts';
import { mountsAndNamespaces } from './mounts-and-namespaces.ts';
import { referenceCounts } from './reference-counts.ts';
import { strangeCall } from './strange-call.ts';

type KernelOf = Pick<ScenarioOrigin, 'release' | 'switches'>;

/** Where rules differ most: the ends, both sides of large changes, and the kernels with bugs. */
export const KERNELS: readonly KernelOf[] = [
  { release: 'v2-series' },
  { release: 'v2-series', switches: { link_update_leaks_reference: true } },
  { release: '5.7' },
  { release: '5.10' },
  { release: '5.10', switches: { cgroup_bpf: false } },
  { release: '6.1' },
  { release: '6.12.94' },
  { release: '6.18' },
  { release: '7.3' },
];

/** Odds that a call is made strange. */
const STRANGE_ODDS = 0.04;

export interface Tally {
  calls: number;
  refused: number;
  effects: number;
  scenarios: number;
}

export interface Plan {
  /** Scenarios have this seed and the ones after it. */
  readonly seed: number;
  readonly calls: number;
  /** Calls of one scenario: enough to fill lists, few enough to begin anew often. */
  readonly scenarioCalls: number;
  /** Check every property after every call. */
  readonly checked: boolean;
}

/**
 * Makes the calls of a plan.
 *
 * @throws Error that names the scenario, the step and the broken property
 */
export function randomCalls({ seed, calls, scenarioCalls, checked }: Plan): Tally {
  const tally: Tally = { calls: 0, refused: 0, effects: 0, scenarios: 0 };
  while (tally.calls < calls) {
    const i = tally.scenarios++;
    const preset = PRESET_NAMES[i % PRESET_NAMES.length] ?? 'mixed';
    const round = Math.floor(i / PRESET_NAMES.length);
    const kernel = KERNELS[round % KERNELS.length] ?? { release: '6.18' };
    const count = Math.min(scenarioCalls, calls - tally.calls);
    runScenario({ preset, ...kernel, seed: seed + i }, { count, checked }, tally);
  }
  return tally;
}

/** One scenario alone: what a failure names. */
export function runScenario(
  origin: ScenarioOrigin,
  { count, checked }: { readonly count: number; readonly checked: boolean },
  tally: Tally,
): void {
  const generator = generatorOf(origin);
  const random = randomFrom(origin.seed, 'strange');
  const check = checked ? checks(generator) : undefined;
  for (let step = 0; step < count; step++) {
    const made = maybeStrange(random, generator.next());
    try {
      const decision = decide(generator.kernel, made.pid, made.call);
      if (check === undefined) generator.takeAnswer(made, decision);
      else check(made);
      tally.calls++;
      tally.effects += decision.effects.length;
      if (isRefusal(decision.outcome)) tally.refused++;
    } catch (cause) {
      const where = `${JSON.stringify(origin)}, step ${step}`;
      const what = `pid ${made.pid}: ${JSON.stringify(made.call)}`;
      throw new Error(`${where}: ${what}: ${(cause as Error).message}`, { cause });
    }
  }
}

function maybeStrange(random: Random, made: GeneratedCall): GeneratedCall {
  return random.chance(STRANGE_ODDS) ? { ...made, call: strangeCall(random, made.call) } : made;
}

/** Makes a call with all properties watched. */
function checks(generator: Generator): (made: GeneratedCall) => void {
  const { kernel } = generator;
  let before = snapshotOf(kernel);
  let beforeText = JSON.stringify(before);
  const watches: readonly Watch[] = [
    snapshotsRoundTrip,
    layersEqualDirectChange(before),
    refusedCallsChangeNothing,
    revisionsCountChanges,
    idsAreNeverReused(),
    referenceCounts(),
    mountsAndNamespaces,
    contentsAreCounted,
    listsKeepTheirRules,
    linksStandWhereTheySay,
    effectiveArraysFollowTheRule,
    sparseArraysEqualDense(),
  ];
  return (made) => {
    const { pid, call } = made;
    const decision = decide(kernel, pid, call);
    const undecided = JSON.stringify(snapshotOf(kernel));
    holds(undecided === beforeText, () => 'decide changed the state');
    generator.takeAnswer(made, decision);
    const after = snapshotOf(kernel);
    const afterText = JSON.stringify(after);
    const called = { pid, call, decision, kernel, before, after, beforeText, afterText };
    for (const watch of watches) watch(called);
    before = after;
    beforeText = afterText;
  };
}
