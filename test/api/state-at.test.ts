// Properties of the past, on seeded random logs, through the API: the state read at a position is
// the state that was current when that position was written, and a difference of two positions,
// applied to the first state, gives the second.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stateAnswer } from '../../src/api/routes/state.ts';
import { diffAnswer } from '../../src/api/wire/diff.ts';
import type { WorldState } from '../../src/projections/state.ts';
import { generatorOf } from '../../src/recorders/generator/generator.ts';
import type { PresetName } from '../../src/recorders/generator/preset.ts';
import { bootConfigFor } from '../../src/recorders/golden/play.ts';
import { applyDiff } from '../../src/time-travel/diff/apply-diff.ts';
import type { StateDiff } from '../../src/time-travel/diff/state-diff.ts';
import { parse, post, startTestService, type TestService } from './running.ts';

const STEPS = 80;

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

async function stateOf(host: string, at = ''): Promise<WorldState> {
  const response = await service.app.request(`/v1/hosts/${host}/state${at}`);
  return (await parse(response, stateAnswer)).state as WorldState;
}

/** Records a random log and reads the state after each event; index 0 stays empty. */
async function recordLog(host: string, origin: Parameters<typeof generatorOf>[0]) {
  const generator = generatorOf(origin);
  const { release } = origin;
  const config = bootConfigFor(generator.header);
  await post(service.app, '/v1/hosts', { body: { name: host, release, config } });
  const seen: (WorldState | undefined)[] = [undefined, await stateOf(host)];
  for (let step = 0; step < STEPS; step++) {
    const made = generator.next();
    const { pid, call } = made;
    const response = await post(service.app, `/v1/hosts/${host}/syscalls`, { body: { pid, call } });
    const event = (await response.json()) as { position: number };
    if (response.status !== 200) throw new Error(JSON.stringify([call, event]));
    generator.takeAnswer(made, event as never);
    seen[event.position] = await stateOf(host);
  }
  await post(service.app, `/v1/hosts/${host}/reboot`, { body: {} });
  seen.push(await stateOf(host));
  return { seen };
}

const LOGS: readonly [PresetName, number, string][] = [
  ['links', 11, '6.18'],
  ['mixed', 12, '6.18'],
  ['storage', 13, '5.10'],
];

describe('the past of a random log', () => {
  it.each(LOGS)('preset %s, seed %i on %s', async (preset, seed, release) => {
    const host = `past-${seed}`;
    const { seen } = await recordLog(host, { preset, seed, release });
    const head = seen.length - 1;
    expect(head).toBeGreaterThan(30);
    for (let position = 1; position <= head; position++) {
      const hint = `preset ${preset}, seed ${seed}, position ${position}`;
      expect(await stateOf(host, `?at=${position}`), hint).toEqual(seen[position]);
    }
    for (const [from, to] of [
      [1, head],
      [10, 11],
      [5, 30],
      [20, 21],
      [30, head - 1],
    ] as const) {
      const response = await service.app.request(`/v1/hosts/${host}/diff?from=${from}&to=${to}`);
      const diff = (await parse(response, diffAnswer)) as unknown as StateDiff;
      const hint = `preset ${preset}, seed ${seed}, ${from}..${to}`;
      expect(applyDiff(seen[from] as WorldState, diff), hint).toEqual(seen[to]);
    }
    expect(service.faults).toEqual([]);
  });
});
