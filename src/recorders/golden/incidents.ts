/** The recorded incidents: scenarios of public bug reports, each with a question. */
import { fileURLToPath } from 'node:url';
import { readGolden } from './files.ts';
import { type Header, parseScenarios, type Scenario } from './scenario.ts';

const RECORDING = fileURLToPath(new URL('../../../test/histories/6.18.jsonl.br', import.meta.url));

export interface Incident extends Scenario {
  readonly header: Header & {
    readonly preset: 'incident';
    readonly about: string;
    readonly question: string;
    readonly answer: string;
    /** Issues and pull requests, `owner/repo#number`. */
    readonly source: readonly string[];
  };
}

/** The incidents as a 6.18 kernel answered them, by name. */
export async function readIncidents(): Promise<Incident[]> {
  const scenarios = parseScenarios(await readGolden(RECORDING), RECORDING);
  return scenarios.filter(isIncident).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

function isIncident(scenario: Scenario): scenario is Incident {
  return 'preset' in scenario.header && scenario.header.preset === 'incident';
}

function nameOf({ header }: Scenario): string {
  return header.scenario;
}
