/**
 * Random scenarios: golden steps that make sense, or nearly, on the kernel as it stands. A
 * generator decides each step with the model before it makes the next one, so equal origins give
 * equal scenarios, and the labels in the steps keep their meaning when some steps are left out.
 */
import { type AttachTypeName, CGROUP_HOOKS } from '../../domain/attach-type.ts';
import { boot } from '../../domain/boot.ts';
import type { Call } from '../../domain/call.ts';
import { decide } from '../../domain/decide.ts';
import type { Decision } from '../../domain/decision.ts';
import { applyAll } from '../../domain/evolve.ts';
import { cgroupProgType } from '../../domain/fits.ts';
import type { Kernel } from '../../domain/kernel.ts';
import { isRefusal, isUnmodelled } from '../../domain/outcome.ts';
import { BOOT_PID, DEFAULT_CONFIG } from '../../domain/release/config.ts';
import { releaseOf } from '../../domain/release/release.ts';
import type { Switches } from '../../domain/release/switches.ts';
import { LabelBook } from '../golden/labels.ts';
import { bootConfigFor } from '../golden/play.ts';
import { relabel } from '../golden/relabel.ts';
import type { Header, Step } from '../golden/scenario.ts';
import { callOf } from '../golden/translate.ts';
import { nextStep } from './next-step.ts';
import { PRESETS, type PresetName } from './preset.ts';
import { type Random, randomFrom } from './random.ts';
import type { Scene } from './scene.ts';

/** All that a scenario follows from. */
export interface ScenarioOrigin {
  readonly preset: PresetName;
  readonly seed: number;
  /** The release of the model that the steps are made for. */
  readonly release: string;
  /** Switches that the kernel has otherwise than its release. */
  readonly switches?: Partial<Switches>;
}

/** A call that is about to be made, and the step that it comes from. */
export interface GeneratedCall {
  readonly step: Step;
  readonly pid: number;
  readonly call: Call;
}

/** A scenario in the making. */
export interface Generator {
  /** As a recording of this scenario would begin. */
  readonly header: Header;
  /** The model's state; `answered` changes it. */
  readonly kernel: Kernel;
  /** The next step and its call, on the state as it stands. */
  next(): GeneratedCall;
  /** Takes the model's answer to the last call: its effects, and what its labels stand for. */
  takeAnswer(made: GeneratedCall, decision: Decision): void;
}

/** Hooks that every release has; the scenario's first is one of them. */
const OLD_HOOKS: readonly AttachTypeName[] = [
  ...(['cgroup_inet_egress', 'cgroup_inet_egress', 'cgroup_inet_ingress'] as const),
  ...(['cgroup_inet4_connect', 'cgroup_sock_ops', 'cgroup_device'] as const),
];
const ALL_HOOKS = Object.keys(CGROUP_HOOKS) as AttachTypeName[];

/** Begins a scenario. Throws when its release is not known. */
export function generatorOf(origin: ScenarioOrigin): Generator {
  const preset = PRESETS[origin.preset];
  const random = randomFrom(origin.seed, origin.preset);
  const types = hooksOf(random, origin.release, preset.types);
  const header = headerOf(origin, random.pick(preset.sysctls), types);
  const { release, switches = {} } = origin;
  const config = { ...bootConfigFor(header), switches };
  const kernel = boot(release, config);
  const labels = new LabelBook(DEFAULT_CONFIG.root_cgroup_id);
  let labelsMade = 0;
  const fresh = (letters: string) => `${letters}${++labelsMade}`;
  const scene: Scene = { preset, random, kernel, labels, types, fresh };
  return {
    header,
    kernel,
    next() {
      const step = nextStep(scene);
      const pid = step.op === 'spawn' ? BOOT_PID : labels.pid(step.proc);
      return { step, pid, call: callOf(step, labels) };
    },
    takeAnswer({ step, pid }, decision) {
      applyAll(kernel, decision.effects, pid);
      labels.learn(decision.effects, step.fd ?? step.as);
      const { outcome } = decision;
      if (!isRefusal(outcome)) relabel(step, outcome, labels);
    },
  };
}

/**
 * The first `count` steps of a scenario that the model decides, with the header that a recording of it
 * would have.
 */
export function randomScenario(
  origin: ScenarioOrigin,
  count: number,
): { readonly header: Header; readonly steps: readonly Step[] } {
  const generator = generatorOf(origin);
  const steps: Step[] = [];
  while (steps.length < count) {
    const made = generator.next();
    const decision = decide(generator.kernel, made.pid, made.call);
    if (isUnmodelled(decision.outcome)) continue;
    steps.push(made.step);
    generator.takeAnswer(made, decision);
  }
  return { header: generator.header, steps };
}

/** Mostly hooks that the release has. */
function hooksOf(random: Random, name: string, count: number): AttachTypeName[] {
  const release = releaseOf(name);
  if (release === undefined) throw new Error(`${name} is not a known release`);
  const known = ALL_HOOKS.filter((type) => cgroupProgType(release.switches, type) !== undefined);
  const types = new Set([random.pick(OLD_HOOKS)]);
  while (types.size < count) types.add(random.pick(random.chance(0.1) ? ALL_HOOKS : known));
  return [...types];
}

function headerOf(
  origin: ScenarioOrigin,
  sysctl: number,
  types: readonly AttachTypeName[],
): Header {
  const { preset, seed, release } = origin;
  const scenario = `${preset}-${seed}`;
  return {
    ...{ scenario, format: 1, preset, seed, kernel: release },
    attach_types: [...types].sort(),
    id_distances: true,
    ...(PRESETS[preset].names ? { names: true } : {}),
    ...(PRESETS[preset].fdNumbers ? { fd_numbers: true } : {}),
    ...(sysctl === 2 ? {} : { unprivileged_bpf_disabled: sysctl }),
  };
}
