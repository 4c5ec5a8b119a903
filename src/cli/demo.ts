/** The demo: a host with an incident that was recorded on a real kernel. */
import { type RestClient, ServiceRefusal } from '../client/rest-client.ts';
import { callsOf } from '../recorders/golden/calls-of.ts';
import { readIncidents } from '../recorders/golden/incidents.ts';
import { bootConfigFor } from '../recorders/golden/play.ts';

const HOST = 'demo';
const SCENARIO = 'two-updaters-race-on-replace';
/** Milliseconds from one call to the next: the last one is made now. */
const STEP_MS = 250;
/** Lines that a terminal of 80 columns need not fold. */
const ABOUT = [
  'two updaters replace a device filter one right after the other;',
  'the second falls back to adding, and three filters stand where two',
  'are meant: look at position 24',
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
  const scenario = (await readIncidents()).find(({ header }) => header.scenario === SCENARIO);
  if (scenario === undefined) throw new Error(`the recordings lack the scenario ${SCENARIO}`);
  const { release, calls } = await callsOf(scenario);
  const begins = Date.now() - calls.length * STEP_MS;
  const timeOf = (step: number) => new Date(begins + step * STEP_MS).toISOString();
  const config = bootConfigFor(scenario.header);
  try {
    await client.post('/v1/hosts', { name: HOST, release, config, at: timeOf(0) });
  } catch (error) {
    if (error instanceof ServiceRefusal && error.status === 409)
      return { ...demo, recorded: false };
    throw error;
  }
  const body = calls.map(({ pid, call }, i) => ({ pid, call, at: timeOf(i + 1) }));
  await client.post(`/v1/hosts/${HOST}/syscalls`, body);
  return { ...demo, recorded: true };
}
