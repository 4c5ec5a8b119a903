/** `bpfledger golden record`: what the kernel that runs here answers to golden files. */

import { mkdir, writeFile } from 'node:fs/promises';
import { release as unameRelease } from 'node:os';
import { join } from 'node:path';
import { countText } from '../domain/count-text.ts';
import { releaseOf } from '../domain/release/release.ts';
import { openLiveMachine } from '../executor/live-machine.ts';
import { recordMachine, type Sides } from '../recorders/differential/divergence.ts';
import { goldenFiles, readGolden } from '../recorders/golden/files.ts';
import { goldenText } from '../recorders/golden/record.ts';
import { parseScenarios, type Scenario } from '../recorders/golden/scenario.ts';
import { command } from './command.ts';
import { EXIT, InputError, sentenceOf, UsageError } from './exit-code.ts';

/** Runs that must agree before a scenario is kept. */
const RUNS = 2;

export const golden = command({
  usage: 'record PATH… --out DIR',
  about:
    'Plays golden files, as root, on the kernel that runs here, in a cgroup and a bpffs of its own\n' +
    'that it removes afterwards, and writes what the kernel answered as golden files. Plays each\n' +
    'scenario twice, and keeps it only if both runs agree. The last line is\n' +
    '"N scenarios recorded, M not". The exit code is 0 only when M is 0.',
  flags: { out: { value: 'DIR', about: 'where the recordings are written, one file a scenario' } },
  example:
    'sudo /opt/bpfledger/dist/cli/bpfledger.js golden record test/histories/6.18.jsonl.br --out recorded',
  async run({ flags, words, print }) {
    const [verb, ...paths] = words;
    if (verb !== 'record' || paths.length === 0) {
      throw new UsageError(
        'type golden record PATH… --out DIR: a PATH is a golden file or a folder',
      );
    }
    if (flags.out === undefined) throw new UsageError('golden record needs --out DIR');
    const kernel = unameRelease();
    const release = releaseOf(kernel);
    if (release === undefined) throw new UsageError(`the model does not have kernel ${kernel}`);
    const sides = { release, open: openLiveMachine };
    await mkdir(flags.out, { recursive: true });
    const sums = { recorded: 0, not: 0 };
    for (const file of await goldenFiles(paths).catch(unreadable)) {
      for (const scenario of parseScenarios(await readGolden(file).catch(unreadable), file)) {
        const { scenario: name } = scenario.header;
        try {
          await writeFile(
            join(flags.out, `${name}.jsonl`),
            await recordAgreed(scenario, kernel, sides),
          );
          sums.recorded += 1;
        } catch (error) {
          sums.not += 1;
          print.err(`${name}: ${sentenceOf(error)}`);
        }
      }
    }
    print.out(`${countText(sums.recorded, 'scenario')} recorded, ${sums.not} not`);
    return sums.not === 0 ? EXIT.done : EXIT.differs;
  },
});

/**
 * The recording as text.
 *
 * @throws Error when the machine cannot run the scenario, or two runs of it differ
 */
async function recordAgreed(
  { header, steps }: Scenario,
  kernel: string,
  sides: Sides,
): Promise<string> {
  const program = { header: { ...header, kernel }, steps: steps.map(({ step }) => step) };
  const texts = [];
  for (let run = 0; run < RUNS; run++) texts.push(goldenText(await recordMachine(program, sides)));
  const [text = ''] = texts;
  if (texts.some((other) => other !== text)) throw new Error(`${RUNS} runs do not agree`);
  return text;
}

function unreadable(error: unknown): never {
  throw new InputError(sentenceOf(error));
}
