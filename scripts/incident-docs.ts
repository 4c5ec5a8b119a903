// Writes docs/incidents: each incident with the command that answers its question, and what the
// command prints. `npm run incidents`; test/incidents compares the pages byte for byte.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readIncidents } from '../src/recorders/golden/incidents.ts';
import { fillIn, postIncident, runLine, startIncidentService } from '../test/incidents/answered.ts';
import { fragmentTo } from '../test/incidents/moments.ts';
import { contentsOf, pageOf } from '../test/incidents/page.ts';
import { ANSWERS } from '../test/incidents/table.ts';

const folder = join(import.meta.dirname, '..', 'docs', 'incidents');
mkdirSync(folder, { recursive: true });
const service = await startIncidentService();
const incidents = await readIncidents();
for (const incident of incidents) {
  const name = incident.header.scenario;
  const answer = ANSWERS.find((one) => one.incident === name);
  if (answer === undefined) throw new Error(`no command answers ${name}`);
  const posted = await postIncident(service, incident);
  const typed = fillIn(answer.command, name, posted);
  const printed = await runLine(service, typed);
  const fragment = fillIn(fragmentTo(name), name, posted);
  writeFileSync(join(folder, `${name}.md`), pageOf({ incident, typed, printed, fragment }));
}
writeFileSync(join(folder, 'README.md'), contentsOf(incidents));
await service.close();
