/** A program of calls in the model and on another machine, side by side. */
import { isUnmodelled } from '../../domain/outcome.ts';
import type { BootConfig } from '../../domain/release/config.ts';
import type { Release } from '../../domain/release/release.ts';
import { type Machine, modelMachine } from '../golden/machine.ts';
import { bootConfigFor, type Mismatch, playScenario } from '../golden/play.ts';
import { record, type ScenarioProgram } from '../golden/record.ts';
import type { Scenario } from '../golden/scenario.ts';

/** A machine that must be closed. */
export type OpenedMachine = Machine & { close(): Promise<void> };
/** Opens the machine that the model is compared with. */
export type OpenMachine = (config: Partial<BootConfig>) => Promise<OpenedMachine>;

export interface Sides {
  readonly release: Release;
  readonly open: OpenMachine;
  /** Whether an error of the machine says only that it is too busy to be compared. */
  readonly isBusy?: (error: unknown) => boolean;
}

/** Steps that go on while the machine has not yet let go of what the model has. */
const LAG_STEPS = 16;

/**
 * The first point in which the machine answers otherwise than the model: an outcome, or an entry of
 * the state after a step. The program is first made without waiting for what the machine does late;
 * what differs then may be too early, so only what differs with every wait is a difference.
 *
 * @returns undefined when they agree
 * @throws Error when the program names what no step of it made, the model does not decide a call, or the
 *   machine is too busy
 */
export async function divergence(
  program: ScenarioProgram,
  sides: Sides,
): Promise<Mismatch | undefined> {
  const expected = await recordModel(program, sides);
  const hurried = await playOnce(expected, sides, LAG_STEPS);
  return hurried === undefined ? undefined : playOnce(expected, sides, 0);
}

async function playOnce(
  expected: Scenario,
  { release, open, isBusy }: Sides,
  lag: number,
): Promise<Mismatch | undefined> {
  const { header, steps } = expected;
  return onMachine(open, bootConfigFor(header), async (machine) => {
    try {
      const [first] = await playScenario(expected, machine, release.switches, lag);
      return first;
    } catch (error) {
      if (isBusy?.(error)) throw error;
      // A machine that cannot go on is a difference too: the model could.
      const got = error instanceof Error ? error.message : String(error);
      const at = { scenario: header.scenario, step: steps.length - 1 };
      return { ...at, what: 'error', expected: undefined, got, rule: undefined };
    }
  });
}

/**
 * Records what the model answers to a program.
 *
 * @throws Error when it does not decide a call: there is nothing to compare then, as when others are left out
 */
export function recordModel(program: ScenarioProgram, { release }: Sides): Promise<Scenario> {
  const { id, switches } = release;
  const model = modelMachine(id, { ...bootConfigFor(program.header), switches });
  const deciding: Machine = {
    ...model,
    async perform(pid, call) {
      const decision = await model.perform(pid, call);
      if (isUnmodelled(decision.outcome)) throw new Error(`the model does not decide ${call.name}`);
      return decision;
    },
  };
  return record(program, deciding, switches);
}

/** Records what the other machine answers to a program. */
export async function recordMachine(
  program: ScenarioProgram,
  { release, open }: Sides,
): Promise<Scenario> {
  const config = bootConfigFor(program.header);
  return onMachine(open, config, (machine) => record(program, machine, release.switches));
}

async function onMachine<T>(
  open: OpenMachine,
  config: Partial<BootConfig>,
  work: (machine: Machine) => Promise<T>,
): Promise<T> {
  const machine = await open(config);
  try {
    return await work(machine);
  } finally {
    await machine.close();
  }
}
