/** The calls of a scenario, with the labels of its steps resolved by the model. */
import { isDeepStrictEqual } from 'node:util';
import type { Call } from '../../domain/call.ts';
import type { Decision } from '../../domain/decision.ts';
import { DEFAULT_CONFIG } from '../../domain/release/config.ts';
import { releaseOf } from '../../domain/release/release.ts';
import { LabelBook } from './labels.ts';
import { modelMachine } from './machine.ts';
import { bootConfigFor, performStep } from './play.ts';
import type { Scenario } from './scenario.ts';

export interface PlacedCall {
  /** Number of the step that it belongs to; some steps make several calls. */
  readonly step: number;
  readonly pid: number;
  readonly call: Call;
  /** What the recorded kernel answered, and the model as well. */
  readonly decision: Decision;
}

export interface ScenarioCalls {
  /** Canonical id of the release that it was recorded on. */
  readonly release: string;
  readonly calls: readonly PlacedCall[];
  /** What the labels of the recording stand for. */
  readonly labels: LabelBook;
}

/**
 * The calls that a scenario makes, in order.
 *
 * @throws Error when the model does not answer as the recorded kernel did
 */
export async function callsOf({ header, steps }: Scenario): Promise<ScenarioCalls> {
  const release = releaseOf(header.kernel);
  if (release === undefined) throw new Error(`no kernel release ${header.kernel} is known`);
  const model = modelMachine(release.id, bootConfigFor(header));
  const labels = new LabelBook(DEFAULT_CONFIG.root_cgroup_id);
  const calls: PlacedCall[] = [];
  for (const { i, step, out } of steps) {
    const placing = {
      ...model,
      async perform(pid: number, call: Call) {
        const decision = await model.perform(pid, call);
        calls.push({ step: i, pid, call, decision });
        return decision;
      },
    };
    const { answer } = await performStep(step, placing, labels, header);
    if (!isDeepStrictEqual(answer, out)) {
      throw new Error(
        `${header.scenario}: the model answers step ${i} differently from the recording`,
      );
    }
  }
  return { release: release.id, calls, labels };
}
