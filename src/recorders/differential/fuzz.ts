/** Random programs of calls, one after the other, in the model and on another machine. */
import { generatorOf, randomScenario } from '../generator/generator.ts';
import type { PresetName } from '../generator/preset.ts';
import type { Mismatch } from '../golden/play.ts';
import type { ScenarioProgram } from '../golden/record.ts';
import type { Scenario } from '../golden/scenario.ts';
import { divergence, recordMachine, recordModel, type Sides } from './divergence.ts';
import { shrink } from './shrink.ts';

export interface Fuzz {
  readonly presets: readonly PresetName[];
  readonly seed: number;
  /** Steps to make in all; the last program is cut to fit. */
  readonly steps: number;
  /** Value of unprivileged_bpf_disabled on the machine; programs that want another are left out. */
  readonly sysctl: number;
  /** Programs that are under way together; default: 4. */
  readonly lanes?: number;
}

/** A program that the two sides answer differently, as small as it was found. */
export interface Divergence {
  readonly preset: PresetName;
  readonly seed: number;
  readonly mismatch: Mismatch;
  /** What the machine answered; what the model did where the machine could not be recorded. */
  readonly scenario: Scenario;
}

/** A program that could not be compared: the machine was too busy. */
export interface Skipped {
  readonly preset: PresetName;
  readonly seed: number;
  /** What the machine said. */
  readonly because: string;
}

export interface Progress {
  readonly programs: number;
  /** Of the programs that were compared. */
  readonly steps: number;
  /** Programs that were not compared. */
  readonly skipped: number;
  readonly divergences: number;
}

/** Steps of one program: enough for a crowded tree, few enough to shrink. */
const PROGRAM_STEPS = 80;

/** Programs that are under way together: while one waits for the kernel, others go on. */
const LANES = 4;

/** A program that is under way. */
interface FuzzLane {
  readonly steps: number;
  readonly made: Promise<FuzzResult>;
}

interface FuzzResult {
  readonly found?: Divergence;
  readonly skipped?: Skipped;
}

/**
 * Runs programs until the steps are made; the presets take turns, and each program has the next
 * seed, so one number names a run.
 *
 * @returns progress after each program, with the divergence that it showed, or why it was skipped
 */
export async function* fuzz(
  plan: Fuzz,
  sides: Sides,
): AsyncGenerator<Progress & { readonly found?: Divergence; readonly busy?: Skipped }> {
  const done = { programs: 0, steps: 0, skipped: 0, divergences: 0 };
  const programs = programsOf(plan, sides);
  const lanes = new Set<FuzzLane>();
  try {
    for (;;) {
      while (lanes.size < (plan.lanes ?? LANES)) {
        const { value: program } = programs.next();
        if (program === undefined) break;
        lanes.add({ steps: program.program.steps.length, made: tryProgram(program, sides) });
      }
      if (lanes.size === 0) return;
      const ended = [...lanes].map(async (lane) => ({ lane, made: await lane.made }));
      const { lane, made: of } = await Promise.race(ended);
      lanes.delete(lane);
      done.programs++;
      if (of.skipped === undefined) done.steps += lane.steps;
      else done.skipped++;
      if (of.found !== undefined) done.divergences++;
      yield {
        ...done,
        ...(of.found && { found: of.found }),
        ...(of.skipped && { busy: of.skipped }),
      };
    }
  } finally {
    // Who stops in between waits until the places of the others are removed.
    await Promise.allSettled([...lanes].map((lane) => lane.made));
  }
}

interface Seeded {
  readonly preset: PresetName;
  readonly seed: number;
  readonly program: ScenarioProgram;
}

/** The programs of a run; the last one is cut to fit. */
function* programsOf(plan: Fuzz, { release }: Sides): Generator<Seeded, undefined> {
  let steps = 0;
  for (let turn = 0; steps < plan.steps; turn++) {
    const preset = plan.presets[turn % plan.presets.length];
    if (preset === undefined) throw new Error('a run needs a preset');
    const origin = { preset, seed: plan.seed + turn, release: release.id };
    if ((generatorOf(origin).header.unprivileged_bpf_disabled ?? 2) !== plan.sysctl) continue;
    const count = Math.min(PROGRAM_STEPS, plan.steps - steps);
    steps += count;
    yield { preset, seed: origin.seed, program: randomScenario(origin, count) };
  }
  return undefined;
}

async function tryProgram({ preset, seed, program }: Seeded, sides: Sides): Promise<FuzzResult> {
  try {
    const mismatch = await divergence(program, sides);
    if (mismatch === undefined) return {};
    return { found: { preset, seed, ...(await smallest(program, mismatch, sides)) } };
  } catch (error) {
    if (!sides.isBusy?.(error)) throw error;
    return { skipped: { preset, seed, because: (error as Error).message } };
  }
}

/** Shrinks a failing program and records what the machine answers to what is left. */
async function smallest(
  program: ScenarioProgram,
  first: Mismatch,
  sides: Sides,
): Promise<{ mismatch: Mismatch; scenario: Scenario }> {
  const small = await shrink(program, async (candidate) => {
    try {
      return (await divergence(candidate, sides)) !== undefined;
    } catch {
      // Without the step that made it, a label stands for nothing: no program.
      return false;
    }
  });
  const mismatch = await divergence(small, sides).catch((error: unknown) => {
    // What was found stays found when the machine has no time to show it again.
    if (!sides.isBusy?.(error)) throw error;
    return undefined;
  });
  if (mismatch === undefined) {
    return {
      mismatch: { ...first, what: `${first.what}, and not when it was repeated` },
      scenario: await recordable(program, sides),
    };
  }
  return { mismatch, scenario: await recordable(small, sides) };
}

/** A machine that fails at the very step that differs, as by an errno without a name, records nothing. */
async function recordable(program: ScenarioProgram, sides: Sides): Promise<Scenario> {
  try {
    return await recordMachine(program, sides);
  } catch {
    return recordModel(program, sides);
  }
}
