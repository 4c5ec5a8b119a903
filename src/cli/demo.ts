/** The demo: a host with an incident that was recorded on a real kernel. */
import { fileURLToPath } from 'node:url';
import { type RestClient, ServiceRefusal } from '../client/rest-client.ts';
import { releaseOf } from '../domain/release/release.ts';
import { readGolden } from '../recorders/golden/files.ts';
import { bootConfigFor, playScenario } from '../recorders/golden/replay.ts';
import { restMachine } from '../recorders/golden/rest-machine.ts';
import { parseScenarios } from '../recorders/golden/scenario.ts';

const HOST = 'demo';
const RECORDING = fileURLToPath(new URL('../../test/histories/6.18.jsonl.br', import.meta.url));
const SCENARIO = 'two-updaters-race-on-replace';
const ABOUT = [
  'two updaters replace a device filter one right after the other; the second',
  'falls back to adding, and three filters stand where two are meant: look at',
  'position 24',
];

export interface Demo {
  readonly host: string;
  readonly scenario: string;
  /** Lines. */
  readonly about: readonly string[];
  /** False when an earlier start made it. */
  readonly recorded: boolean;
}

/** Makes the demo's host and posts the recorded calls, unless the host is there already. */
export async function postDemo(client: RestClient): Promise<Demo> {
  const demo = { host: HOST, scenario: SCENARIO, about: ABOUT };
  const scenario = parseScenarios(await readGolden(RECORDING), RECORDING).find(
    ({ header }) => header.scenario === SCENARIO,
  );
  const release = scenario && releaseOf(scenario.header.kernel);
  if (scenario === undefined || release === undefined) {
    throw new Error(`${RECORDING} lacks the scenario ${SCENARIO}`);
  }
  const config = bootConfigFor(scenario.header);
  try {
    const machine = await restMachine(client, { host: HOST, release: release.id, config });
    await playScenario(scenario, machine, release.switches);
  } catch (error) {
    if (error instanceof ServiceRefusal && error.status === 409)
      return { ...demo, recorded: false };
    throw error;
  }
  return { ...demo, recorded: true };
}
