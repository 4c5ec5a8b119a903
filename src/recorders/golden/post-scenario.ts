/** Lets a new host of a service live through a recorded scenario. */
import type { RestClient } from '../../client/rest-client.ts';
import type { Decision } from '../../domain/decision.ts';
import { callsOf } from './calls-of.ts';
import type { LabelBook } from './labels.ts';
import { bootConfigFor } from './play.ts';
import type { Scenario } from './scenario.ts';

/** When a posted scenario begins: recordings have no times. */
const BEGINS = Date.parse('2026-01-01T00:00:00Z');
/** Milliseconds from one call to the next. */
const STEP_MS = 250;
/** Calls of one request at most, as the API has it. */
const REQUEST_CALLS_MAX = 1000;

export interface PostedScenario {
  /** The positions of the events of each step, by the step's number. */
  readonly positions: ReadonlyMap<number, readonly number[]>;
  /** What the labels of the recording stand for. */
  readonly labels: LabelBook;
}

/**
 * Makes a host and posts the calls of a scenario to it, a quarter of a second apart.
 *
 * @throws Error when the service answers otherwise than the recorded kernel did
 */
export async function postScenario(
  client: RestClient,
  scenario: Scenario,
  host: string,
): Promise<PostedScenario> {
  const { release, calls, labels } = await callsOf(scenario);
  const timeOf = (position: number) => new Date(BEGINS + (position - 1) * STEP_MS).toISOString();
  const config = bootConfigFor(scenario.header);
  await client.post('/v1/hosts', { name: host, release, config, at: timeOf(1) });
  const positions = new Map<number, number[]>();
  for (let done = 0; done < calls.length; done += REQUEST_CALLS_MAX) {
    const some = calls.slice(done, done + REQUEST_CALLS_MAX);
    const body = some.map(({ pid, call }, i) => ({ pid, call, at: timeOf(done + i + 2) }));
    const { events } = await client.post<{ events: readonly (Decision & { position: number })[] }>(
      `/v1/hosts/${host}/syscalls`,
      body,
    );
    some.forEach(({ step, decision }, i) => {
      const event = events[i];
      if (event === undefined || verdict(event) !== verdict(decision)) {
        throw new Error(
          `${scenario.header.scenario}: the service answers step ${step} differently`,
        );
      }
      positions.set(step, [...(positions.get(step) ?? []), event.position]);
    });
  }
  return { positions, labels };
}

function verdict({ outcome }: Decision): string {
  return 'errno' in outcome ? outcome.errno : `returned ${outcome.ret}`;
}
