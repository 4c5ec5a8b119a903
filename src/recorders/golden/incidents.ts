/** The recorded incidents: scenarios of public bug reports, each with a question. */
import { fileURLToPath } from 'node:url';
import { readGolden } from './files.ts';
import { type Header, parseScenarios, type Scenario } from './scenario.ts';

/** Those of 6.18.44, as two builds of it answered them. */
const RECORDINGS = ['6.18.jsonl.br', '6.18.44.jsonl.br'].map((name) =>
  fileURLToPath(new URL(`../../../test/histories/${name}`, import.meta.url)),
);

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
  const files = await Promise.all(
    RECORDINGS.map(async (file) => parseScenarios(incidentsIn(await readGolden(file)), file)),
  );
  return files
    .flat()
    .filter(isIncident)
    .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

/** The lines of the incidents alone: a start with the demo waits for them, and most lines are of others. */
function incidentsIn(text: string): string {
  const scenarios = text.split(/^(?=\{"scenario":)/mu);
  return scenarios.filter((lines) => /^.*"preset":"incident"/u.test(lines)).join('');
}

function isIncident(scenario: Scenario): scenario is Incident {
  return 'preset' in scenario.header && scenario.header.preset === 'incident';
}

function nameOf({ header }: Scenario): string {
  return header.scenario;
}
