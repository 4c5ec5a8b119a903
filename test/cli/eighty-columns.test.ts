// What the main commands print on a terminal of 80 columns, about the demo: nothing is wider, tables
// are a line a row, and what a person does not need is left out.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLine } from '../../src/cli/command-line.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { postDemo } from '../../src/cli/demo.ts';
import { foldLine } from '../../src/cli/fold-line.ts';
import { restClient } from '../../src/client/rest-client.ts';
import { startTestService, type TestService } from '../api/running.ts';

const COLUMNS = 80;
const SCOPE = 'docker-4f1c9e.scope';
const DEVICE = `--cgroup ${SCOPE} --type device`;

let service: TestService;
let url: string;
beforeAll(async () => {
  service = await startTestService();
  url = await service.listen();
  await postDemo(restClient({ url }));
});
afterAll(() => service.close());

/** The lines that a command gives a terminal, before that folds them. */
async function linesOf(typed: string): Promise<string[]> {
  const [name = '', ...args] = typed.split(' ');
  const command = await COMMANDS[name]?.load();
  if (command === undefined) throw new Error(`no command ${name}`);
  const lines: string[] = [];
  const add = (text: string) => void lines.push(...text.split('\n'));
  const { flags, words } = readLine(name, command, [...args, '--url', url]);
  await command.run({ flags, words, print: { columns: COLUMNS, out: add, err: add } });
  return lines;
}

describe.each([
  ['hosts list'],
  ['cgroups demo'],
  ['tree demo'],
  ['events list demo'],
  ['at demo 20'],
  [`blame demo ${DEVICE}`],
  [`explain demo ${DEVICE} --program 5001`],
  [`gaps demo ${DEVICE} --program 5001`],
  ['history demo program 5001'],
  ['diff demo --from 18 --to 40'],
  [`who-removed demo ${SCOPE} device --around 34`],
  ['replay demo --release 5.7'],
  ['replay demo --release 5.10,6.1,7.3'],
  [`plan demo prog_detach target_path=/system.slice/${SCOPE} attach_type=device`],
])('bpfledger %s', (typed) => {
  it('is never wider than the terminal', async () => {
    const lines = (await linesOf(typed)).flatMap((line) => foldLine(line, COLUMNS));
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.filter((line) => line.length > COLUMNS)).toEqual([]);
  });

  it('has the times of the clock, and no actor that everybody has', async () => {
    const text = (await linesOf(typed)).join('\n');
    expect(text).not.toMatch(/\d{4}-\d\d-\d\dT\d\d:\d\d|\(local\)/);
  });
});

describe('a table', () => {
  it.each([['hosts list'], ['events list demo'], ['replay demo --release 5.10,6.1,7.3']])(
    'of %s has a line a row',
    async (typed) => {
      const lines = await linesOf(typed);
      expect(lines.filter((line) => line.length > COLUMNS)).toEqual([]);
    },
  );

  it('of hosts has no column in which nothing stands', async () => {
    const [titles] = await linesOf('hosts list');
    expect(titles).toBe('host  position  recorded');
  });

  it('of events says what each call came to, by the object that it did not name', async () => {
    const lines = await linesOf('events list demo');
    const answers = ['CgroupMade', 'ProgLoaded 5002', 'EntryInserted 5001', 'ENOENT replaced-pr…'];
    for (const answer of answers) {
      expect(
        lines.some((line) => line.endsWith(`  ${answer}`)),
        answer,
      ).toBe(true);
    }
  });
});

it('a program is called by its name where one alone is attached by it', async () => {
  const [, attached] = (await linesOf('cgroups demo')).filter((line) => line.includes('device'));
  expect(attached?.trim()).toBe('effective cgroup_device: runc_devices, sd_devices');
});

it('a call that another release answers differently is named, without its fields', async () => {
  const [, first, sentence] = await linesOf('replay demo --release 5.7');
  expect(sentence?.trim()).toBe(
    'returns the same in both, with 6.18.44 / 5.7: query.revision 3 / none',
  );
  expect(first).toMatch(/^11 at [\d:. -]+ by init\[1\] prog_query on \/system\.slice\/docker/);
});

it('a program whose holders changed is called by its name', async () => {
  const lines = await linesOf('diff demo --from 18 --to 20');
  expect(lines).toContain('  ~ program 5004 (runc_devices): other holders  [20]');
  expect(lines[0]).toBe('From position 18 to 20: 1 event changed this');
});
