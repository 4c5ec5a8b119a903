/** `bpfledger run`: runs a program, and answers its bpf calls as a kernel of any release does. */
import { type Release, releaseOf, unknownRelease } from '../domain/release/release.ts';
import { MEASURED_VERSIONS } from '../domain/release/version.ts';
import { NoProgram, run as runProgram } from '../sandbox/run.ts';
import type { Made } from '../sandbox/world.ts';
import { command, type Printer } from './command.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { faultsOf } from './run/faults.ts';
import { type Answers, matrixLines } from './run/matrix.ts';
import { summaryLines } from './run/summary.ts';
import { madeLine } from './run/trace.ts';

const NEWEST = MEASURED_VERSIONS.at(-1) ?? '';
/** What shells say of a program that there is not. */
const NO_PROGRAM = 127;
const UID_MAX = 2 ** 32 - 2;

export const run = command({
  usage: '[options] -- PROGRAM [ARGUMENT…]',
  about:
    'Runs a program as it is, without root, and answers its bpf(2) calls as a kernel of a release\n' +
    'does. The program believes to be root on that kernel. Its other calls are its own: this is\n' +
    'a rig for tests, and no wall (docs/run.md). The exit code is that of the program; with\n' +
    'several releases, 0 when all are 0 and 1 otherwise.',
  flags: {
    release: { value: 'R,…', about: `the kernels that answer, one run each (${NEWEST})` },
    user: { value: 'UID', about: 'the user that the program believes to be (0)' },
    trace: { about: 'print each call with its answer, and the rule of a refusal, to stderr' },
    fail: { value: 'CALL#N=ERRNO,…', about: 'let the Nth such call fail: link_create#2=ENOMEM' },
    'kill-at': { value: 'N', about: 'kill the process that makes the Nth call, before it is made' },
    strict: { about: 'end with 3 when the program made a call that the model does not know' },
    quiet: { about: 'no summary on stderr' },
  },
  example: 'npx bpfledger run --release 5.10,6.1,7.3 -- bpftool prog list',
  async run({ flags, words, print }) {
    if (words.length === 0) throw new UsageError('run needs a PROGRAM: run --release 6.1 -- true');
    const releases = (flags.release ?? NEWEST).split(',').map(releaseNamed);
    const request = {
      uid: numberOf('user', flags.user ?? '0', UID_MAX),
      argv: words,
      env: process.env,
      orders: {
        faults: await faultsOf(flags.fail),
        killAt: flags['kill-at'] === undefined ? undefined : numberOf('kill-at', flags['kill-at']),
      },
    };
    const all: Answers[] = [];
    for (const release of releases) {
      const mades: Made[] = [];
      if (releases.length > 1) print.err(`bpfledger: on ${release.id}`);
      const record = (made: Made) => {
        mades.push(made);
        if (flags.trace) print.err(madeLine(made));
      };
      const ended = await started(
        () => runProgram({ ...request, release: release.id, record }),
        print,
      );
      if (ended === undefined) return NO_PROGRAM;
      const { code, foreign, unmodelled } = ended;
      all.push({ release: release.id, code, mades });
      if (flags.quiet !== true) {
        for (const line of summaryLines(release.id, { mades, foreign, unmodelled }))
          print.err(line);
      }
      if (flags.strict && unmodelled.size > 0) return EXIT.failed;
    }
    const [only] = all;
    if (all.length === 1 && only !== undefined) return only.code;
    for (const line of matrixLines(all)) print.out(line);
    return all.every(({ code }) => code === 0) ? EXIT.done : EXIT.differs;
  },
});

async function started<T>(run: () => Promise<T>, print: Printer): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof NoProgram)) throw error;
    print.err(`bpfledger: ${error.message}`);
    return undefined;
  }
}

function releaseNamed(name: string): Release {
  const release = releaseOf(name);
  if (release !== undefined) return release;
  throw new UsageError(unknownRelease(name));
}

function numberOf(flag: string, text: string, most = Number.MAX_SAFE_INTEGER): number {
  const number = Number(text);
  if (/^\d+$/u.test(text) && number <= most) return number;
  throw new UsageError(`--${flag} ${text} is not a whole number from 0 to ${most}`);
}
