// Each recorded incident as the log of a host, and its question answered by one command of ours, in
// agreement with the answer that the recording gives. docs/incidents shows the same commands.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Incident, readIncidents } from '../../src/recorders/golden/incidents.ts';
import { parsePlace } from '../../src/web/state/place.ts';
import {
  fillIn,
  postIncident,
  runLine,
  startIncidentService,
  type TestedService,
} from './answered.ts';
import { fragmentTo, momentOf } from './moments.ts';
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
function expectSaid(text: string, says: readonly string[]): void {
  let rest = text;
  for (const said of says) {
    const parts = said.split('…').map((part) => part.trim().replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    const found = new RegExp(parts.join('[^]*?')).exec(rest);
    expect(found, `"${said}" is not said, or not here:\n${rest}`).not.toBeNull();
    rest = rest.slice((found?.index ?? 0) + (found?.[0].length ?? 0));
  }
}

/** The address opens a moment of the host, and an array that had a cgroup of its own. */
async function expectPicture(fragment: string, position: number | undefined): Promise<void> {
  const { host, at, cgroup = '', type = '' } = parsePlace(fragment);
  expect(at).toBe(position);
  const ask = async (path: string) =>
    (await fetch(`${service.url}/v1/hosts/${host}${path}`)).json();
  expect(await ask(`/events/${at}`)).toMatchObject({ position });
  const place = new URLSearchParams({ cgroup, attach_type: type });
  const { items } = (await ask(`/effective/timeline?${place}`)) as {
    readonly items: readonly { readonly cgroup_id?: number }[];
  };
  expect(items.some(({ cgroup_id }) => cgroup_id !== undefined)).toBe(true);
}

describe('the incidents', () => {
  it('are all answered', () => {
    const names = incidents.map(({ header }) => header.scenario);
    expect(names).toHaveLength(39);
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
    const typed = fillIn(command, name, posted);
    const printed = await runLine(service, typed);
    expect(says.length).toBeGreaterThan(0);
    expectSaid(
      printed,
      says.map((said) => fillIn(said, name, posted)),
    );
    // npm run incidents writes the pages anew.
    const page = readFileSync(join(DOCS, `${name}.md`), 'utf8');
    const fragment = fillIn(fragmentTo(name), name, posted);
    expect(page).toBe(pageOf({ incident, typed, printed, fragment }));
    await expectPicture(fragment, posted.positions.get(momentOf(name).step)?.at(-1));
  });
});
