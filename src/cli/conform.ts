/** `bpfledger conform`: plays what real kernels answered, and prints every difference. */

import { randomBytes } from 'node:crypto';
import { relative } from 'node:path';
import { restClient } from '../client/rest-client.ts';
import { countText } from '../domain/count-text.ts';
import { type Release, releaseOf, unknownRelease } from '../domain/release/release.ts';
import { RULES, type RuleName } from '../domain/rules.ts';
import { goldenFiles, readGolden } from '../recorders/golden/files.ts';
import { type Machine, modelMachine } from '../recorders/golden/machine.ts';
import { bootConfigFor, type Mismatch, playScenario } from '../recorders/golden/play.ts';
import { restMachine } from '../recorders/golden/rest-machine.ts';
import { parseScenarios, type Scenario } from '../recorders/golden/scenario.ts';
import { command, type Printer } from './command.ts';
import { EXIT, InputError, sentenceOf, UsageError } from './exit-code.ts';
import { inParallel } from './parallel.ts';
import { progressBar } from './progress-bar.ts';
import { TOKEN_FILE_FLAG, tokenFrom, urlFrom } from './service-flags.ts';

/** Scenarios that run concurrently on a service; each has a host of its own. */
const SCENARIOS_CONCURRENT = 4;

export const conform = command({
  usage: 'PATH… [options]',
  about:
    'Plays golden files (.jsonl, .jsonl.gz, .jsonl.br), or all files of a folder, and compares every\n' +
    'outcome and every change of state with what the kernel did. Prints each mismatch: file, step,\n' +
    'expected, got, and the rule that answered. The last line is "N steps, M mismatches". The exit\n' +
    'code is 0 when M is 0, 1 when it is not, and 2 when a file cannot be read.',
  flags: {
    release: { value: 'R', about: "a kernel release in place of the one in each file's header" },
    via: {
      value: 'URL',
      about: 'ask a running service, on a new host conform-… for each scenario; the hosts stay',
    },
    'token-file': TOKEN_FILE_FLAG,
    json: { about: 'one JSON object a line: mismatches, then the sums' },
  },
  example: 'npx bpfledger conform test/histories',
  async run({ flags, words, print }) {
    if (words.length === 0) throw new UsageError('conform needs a PATH: a golden file or a folder');
    if (flags['token-file'] !== undefined && flags.via === undefined) {
      throw new UsageError('--token-file goes with --via');
    }
    const override = flags.release === undefined ? undefined : releaseNamed(flags.release);
    const hosts: string[] = [];
    const makeMachine =
      flags.via === undefined
        ? inModel
        : throughService({ via: flags.via, 'token-file': flags['token-file'] }, hosts);
    const files = await goldenFiles(words).catch(unreadable);
    const sums = { steps: 0, mismatches: 0 };
    const bar = progressBar(process.stderr);
    const concurrency = flags.via === undefined ? 1 : SCENARIOS_CONCURRENT;
    await inParallel(scenariosOf(files), concurrency, async ({ file, scenario }) => {
      const release = override ?? releaseNamed(scenario.header.kernel, file);
      const machine = await makeMachine(scenario, release);
      const mismatches = await playOfFile(file, scenario, machine, release);
      sums.steps += scenario.steps.length;
      sums.mismatches += mismatches.length;
      if (mismatches.length > 0) bar.clear();
      for (const mismatch of mismatches) show({ file, scenario, mismatch }, flags.json, print);
      bar.draw('playing', files.indexOf(file), files.length);
    }).finally(() => {
      bar.clear();
      if (hosts.length > 0) print.err(stayLine(hosts));
    });
    const { steps, mismatches } = sums;
    print.out(
      flags.json
        ? JSON.stringify(sums)
        : `${countText(steps, 'step')}, ${countText(mismatches, 'mismatch', 'mismatches')}`,
    );
    return mismatches === 0 ? EXIT.done : EXIT.differs;
  },
});

type MakeMachine = (scenario: Scenario, release: Release) => Promise<Machine>;

const inModel: MakeMachine = async ({ header }, { id }) => modelMachine(id, bootConfigFor(header));

/** @param hosts gets the names of the hosts that are made */
function throughService(
  flags: { readonly via: string; readonly 'token-file': string | undefined },
  hosts: string[],
): MakeMachine {
  const client = restClient({
    url: urlFrom('--via', flags.via),
    token: tokenFrom(flags['token-file']),
  });
  const run = randomBytes(4).toString('hex');
  let made = 0;
  return async ({ header }, release) => {
    made += 1;
    const host = `conform-${run}-${made}`;
    const config = bootConfigFor(header);
    const machine = await restMachine(client, { host, release: release.id, config });
    hosts.push(host);
    return machine;
  };
}

/** That the hosts stay: no token may delete a host, only the owner of the database. */
function stayLine(hosts: readonly string[]): string {
  const [first = ''] = hosts;
  const named = hosts.length === 1 ? first : `${first.replace(/\d+$/u, '')}*`;
  return (
    `${countText(hosts.length, 'host stays', 'hosts stay')} on the service: ${named}; the owner of ` +
    `its database (an embedded one: with the service stopped) deletes ` +
    `${hosts.length === 1 ? 'it' : 'each'} with ` +
    `bpfledger hosts delete ${hosts.length === 1 ? first : 'NAME'} --yes`
  );
}

interface ScenarioOfFile {
  readonly file: string;
  readonly scenario: Scenario;
}

/** Every scenario of the files, read one file at a time. */
async function* scenariosOf(files: readonly string[]): AsyncGenerator<ScenarioOfFile> {
  for (const file of files) {
    const text = await readGolden(file).catch(unreadable);
    for (const scenario of parseFile(text, file)) yield { file, scenario };
  }
}

function parseFile(text: string, file: string): Scenario[] {
  try {
    return parseScenarios(text, file);
  } catch (error) {
    return unreadable(error);
  }
}

function unreadable(error: unknown): never {
  throw new InputError(sentenceOf(error));
}

function releaseNamed(name: string, file?: string): Release {
  const release = releaseOf(name);
  if (release !== undefined) return release;
  const message = unknownRelease(name);
  if (file === undefined) throw new UsageError(message);
  throw new InputError(`${file}: ${message} (--release chooses one)`);
}

/** Says which scenario it was when playing it ends in an error. */
async function playOfFile(
  file: string,
  scenario: Scenario,
  machine: Machine,
  { switches }: Release,
): Promise<readonly Mismatch[]> {
  try {
    return await playScenario(scenario, machine, switches);
  } catch (cause) {
    throw new Error(`${file}: ${scenario.header.scenario}`, { cause });
  }
}

interface ScenarioMismatch extends ScenarioOfFile {
  readonly mismatch: Mismatch;
}

function show(
  { file, scenario, mismatch }: ScenarioMismatch,
  json: true | undefined,
  print: Printer,
): void {
  const { scenario: name, step, what, expected, got, rule } = mismatch;
  if (json) {
    print.out(JSON.stringify({ file, scenario: name, step, what, expected, got, rule }));
    return;
  }
  const op = scenario.steps.find(({ i }) => i === step)?.step.op;
  print.out(`${relative('', file)}: ${name} step ${step} (${op}): ${what}`);
  print.out(`  expected ${JSON.stringify(expected)}`);
  print.out(`  got      ${JSON.stringify(got)}`);
  print.out(`  rule     ${ruleText(rule)}`);
}

function ruleText(rule: string | undefined): string {
  if (rule === undefined) return 'none: the call was done';
  return `${rule} (${RULES[rule as RuleName]?.source})`;
}
