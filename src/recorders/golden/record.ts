/** Records a scenario: performs its steps on a machine and writes down what the machine answered. */
import { isDeepStrictEqual } from 'node:util';
import type { AttachType } from '../../domain/attach-type.ts';
import { DEFAULT_CONFIG } from '../../domain/release/config.ts';
import type { Switches } from '../../domain/release/switches.ts';
import { LabelBook } from './labels.ts';
import type { Machine } from './machine.ts';
import { labelState, type Observed } from './observed.ts';
import { performStep } from './play.ts';
import type { Header, RecordedStep, Scenario, StateDelta, Step } from './scenario.ts';

/** Steps and the header that their recording begins with; nobody has answered yet. */
export interface ScenarioProgram {
  readonly header: Header;
  readonly steps: readonly Step[];
}

/**
 * Records a program; the machine was booted with `bootConfigFor` its header.
 *
 * @throws Error when a step names a process or an object that no step before it made
 */
export async function record(
  { header, steps }: ScenarioProgram,
  machine: Machine,
  switches: Switches,
): Promise<Scenario> {
  const types = header.attach_types as readonly AttachType[];
  const labels = new LabelBook(DEFAULT_CONFIG.root_cgroup_id);
  let state: Observed = new Map();
  const recorded: RecordedStep[] = [];
  for (const [i, step] of steps.entries()) {
    const { answer: out } = await performStep(step, machine, labels, header);
    await machine.settle?.();
    const now = labelState(await machine.observe(types), header, switches, labels);
    const st = deltaOf(state, now);
    recorded.push({ i, step, out, ...(Object.keys(st).length === 0 ? {} : { st }) });
    state = now;
  }
  return { header, steps: recorded };
}

/** What changed between two states: the new entries, and null for those that went. */
function deltaOf(before: Observed, now: Observed): StateDelta {
  const delta: Record<string, unknown> = {};
  for (const key of before.keys()) if (!now.has(key)) delta[key] = null;
  for (const [key, value] of now) {
    if (!isDeepStrictEqual(before.get(key), value)) delta[key] = value;
  }
  return Object.fromEntries(Object.entries(delta).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A scenario as the text of a golden file. */
export function goldenText({ header, steps }: Scenario): string {
  return [header, ...steps].map((line) => `${JSON.stringify(line)}\n`).join('');
}
