// Each recorded incident as the log of a host, and its question answered by one command of ours, in
// agreement with the answer that the recording gives. docs/incidents shows the same commands.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Incident, readIncidents } from '../../src/recorders/golden/incidents.ts';
import {
  filledIn,
  postIncident,
  printedBy,
  startIncidentService,
  type TestedService,
} from './answered.ts';
import { contentsOf, pageOf } from './page.ts';
import { ANSWERS } from './table.ts';

const DOCS = join(import.meta.dirname, '..', '..', 'docs', 'incidents');

let service: TestedService;
let incidents: readonly Incident[];
beforeAll(async () => {
  service = await startIncidentService();
  incidents = await readIncidents();
});
afterAll(() => service?.close());

/** What is said has to stand in the text, in order; `…` is anything. */
function saidIn(text: string, says: readonly string[]): void {
  let rest = text;
  for (const said of says) {
    const parts = said.split('…').map((part) => part.trim().replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    const found = new RegExp(parts.join('[^]*?')).exec(rest);
    expect(found, `"${said}" is not said, or not here:\n${rest}`).not.toBeNull();
    rest = rest.slice((found?.index ?? 0) + (found?.[0].length ?? 0));
  }
}

describe('the incidents', () => {
  it('are all answered', () => {
    const names = incidents.map(({ header }) => header.scenario);
    expect(names).toHaveLength(29);
    expect(ANSWERS.map(({ incident }) => incident)).toEqual(names);
    expect(readFileSync(join(DOCS, 'README.md'), 'utf8')).toBe(contentsOf(incidents));
    expect(readdirSync(DOCS).sort()).toEqual(
      [...names.map((name) => `${name}.md`), 'README.md'].sort(),
    );
  });

  it.each(ANSWERS)('$incident: $command', async ({ incident: name, command, says }) => {
    const incident = incidents.find(({ header }) => header.scenario === name);
    if (incident === undefined) throw new Error(`no incident ${name}`);
    const posted = await postIncident(service, incident);
    const typed = filledIn(command, name, posted);
    const printed = await printedBy(service, typed);
    expect(says.length).toBeGreaterThan(0);
    saidIn(
      printed,
      says.map((said) => filledIn(said, name, posted)),
    );
    // npm run incidents writes the pages anew.
    const page = readFileSync(join(DOCS, `${name}.md`), 'utf8');
    expect(page).toBe(pageOf({ incident, typed, printed }));
  });
});
