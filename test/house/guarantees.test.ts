// docs/guarantees.md names the command that repeats each test; its files, scripts and options are there.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { commandsIn, type DocumentedCommand, optionsIn } from '../support/documented-commands.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const page = read('docs/guarantees.md');
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

it('each promise has figures of its own, and a command that repeats them', () => {
  const rows = page.split('\n').filter((line) => /^\| \d+ \|/u.test(line));
  expect(rows.length).toBeGreaterThan(20);
  const lacking = rows.filter((row) => {
    const [, , , , figures = '', repeat = ''] = row.split('|');
    return !/\d/u.test(figures) || !repeat.includes('`');
  });
  expect(lacking).toEqual([]);
});

/** Options of what a command runs, and whether each takes a value; undefined when there is no such thing. */
async function optionsOf({ program, name }: DocumentedCommand) {
  if (program === 'vitest') return new Map([['project', true]]);
  if (program === 'bpfledger') {
    const flags = (await COMMANDS[name]?.load())?.flags;
    return (
      flags &&
      new Map(Object.entries(flags).map(([flag, { value }]) => [flag, value !== undefined]))
    );
  }
  const [, file] = /^tsx (\S+\.ts)$/u.exec(scripts[name] ?? '') ?? [];
  if (file === undefined) return scripts[name] === undefined ? undefined : new Map();
  return optionsIn(read(file));
}

/** What is wrong with a command, in sentences. */
async function faultsOf(command: DocumentedCommand): Promise<string[]> {
  const { program, name, options, words, variables } = command;
  const known = await optionsOf(command);
  if (known === undefined) return [`there is no ${name}`];
  const faults = options.flatMap(({ option, value }) => {
    const takesValue = known.get(option);
    if (takesValue === undefined) return [`${name} has no --${option}`];
    const isGiven = value !== undefined;
    return takesValue === isGiven
      ? []
      : [`--${option} of ${name} ${isGiven ? 'takes no' : 'lacks its'} value`];
  });
  if (program !== 'vitest') return faults;
  const projects = options.filter(({ option }) => option === 'project');
  for (const { value } of projects) {
    if (!read('vitest.config.ts').includes(`name: '${value}'`)) faults.push(`no project ${value}`);
  }
  faults.push(...words.filter((path) => !existsSync(join(root, path))).map((path) => `no ${path}`));
  const sources = words.filter((path) => path.endsWith('.ts') && existsSync(join(root, path)));
  const sourceText = [...sources, 'test/support/seed.ts'].map(read).join('\n');
  faults.push(
    ...variables.filter((one) => !sourceText.includes(one)).map((one) => `nobody reads ${one}`),
  );
  return faults;
}

async function faultsIn(text: string): Promise<string[]> {
  return (await Promise.all(commandsIn(text).map(faultsOf))).flat();
}

it('each command that the guarantees name can be typed: its script, its files and its options', async () => {
  expect(commandsIn(page).length).toBeGreaterThan(30);
  expect(await faultsIn(page)).toEqual([]);
});

describe('a command that cannot be typed is noticed:', () => {
  it.each([
    ['`npm run simulated`', 'there is no simulated'],
    ['`npm run simulate -- --seeds 5 --seedz 1`', 'simulate has no --seedz'],
    ['`npm run chaos -- --deeds 3`, `-- --deed 3`', 'chaos has no --deed'],
    ['`npm run simulate -- --seed --seeds 5`', '--seed of simulate lacks its value'],
    ['`npm run mutants -- --all`', 'mutants has no --all'],
    ['`npx bpfledger conform test/histories --fast`', 'conform has no --fast'],
    ['`sudo /opt/bpfledger/dist/cli/bpfledger.js fuzz --fast`', 'fuzz has no --fast'],
    ['`npx bpfledger conforms`', 'there is no conforms'],
    ['`npx vitest run --project whole test/proof`', 'no project whole'],
    ['`npx vitest run --project full test/proofs`', 'no test/proofs'],
    ['`BPFLEDGER_X=1 npx vitest run --project full test/proof`', 'nobody reads BPFLEDGER_X'],
    ['\n    npm run hostile -- --visits 3 # again', 'hostile has no --visits'],
  ])('%s', async (text, fault) => {
    expect(await faultsIn(text)).toEqual([fault]);
  });
});
