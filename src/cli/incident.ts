/** `bpfledger incident`: recorded incidents, on which to try the questions. */

import { restClient } from '../client/rest-client.ts';
import { countText } from '../domain/count-text.ts';
import { readIncidents } from '../recorders/golden/incidents.ts';
import { postScenario } from '../recorders/golden/post-scenario.ts';
import { command } from './command.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { SERVICE_FLAGS } from './question.ts';
import { serviceFrom } from './service-flags.ts';

export const incident = command({
  usage: '[NAME] [options]',
  about:
    'Without NAME: lists public bug reports whose calls were made on a real kernel and recorded.\n' +
    'With NAME: creates a host, records the calls of the incident on it, and prints what happened\n' +
    'and the question of the report. docs/incidents answers each question with one command.',
  flags: {
    as: { value: 'HOST', about: 'name of the new host (default: the name of the incident)' },
    ...SERVICE_FLAGS,
  },
  example: 'npx bpfledger incident daemon-reload-gap',
  async run({ flags, words, print }) {
    const [name, extra] = words;
    if (extra !== undefined) throw new UsageError('incident takes one NAME');
    const incidents = await readIncidents();
    if (name === undefined) {
      for (const { header } of incidents) {
        const { scenario, question } = header;
        print.out(flags.json ? JSON.stringify({ name: scenario, question }) : scenario);
        if (!flags.json) print.out(`    ${question}`);
      }
      return EXIT.done;
    }
    const found = incidents.find(({ header }) => header.scenario === name);
    if (found === undefined)
      throw new UsageError(`there is no incident ${name}; incident lists them`);
    const host = flags.as ?? name;
    const { positions } = await postScenario(restClient(serviceFrom(flags)), found, host);
    const { about, question } = found.header;
    const last = Math.max(...[...positions.values()].flat());
    if (flags.json) print.out(JSON.stringify({ host, position: last, about, question }));
    else
      for (const line of [`host ${host}: ${countText(last, 'event')}`, about, question])
        print.out(line);
    return EXIT.done;
  },
});
