/** `bpfledger run`: runs a program, and answers its bpf calls as a kernel of any release does. */
import { writeFileSync } from 'node:fs';
import { boot } from '../domain/boot.ts';
import type { Kernel } from '../domain/kernel.ts';
import { releaseOf, unknownRelease } from '../domain/release/release.ts';
import { MEASURED_VERSIONS } from '../domain/release/version.ts';
import { Disturber } from '../sandbox/disturb.ts';
import { NoProgram } from '../sandbox/program.ts';
import { run as runProgram } from '../sandbox/run.ts';
import type { LoggedCall } from '../sandbox/world.ts';
import { command, type Printer } from './command.ts';
import { EXIT, type ExitCode, InputError, UsageError } from './exit-code.ts';
import { faultsOf } from './run/faults.ts';
import { matrixLines, type RunOn } from './run/matrix.ts';
import { requireOutputs } from './run/outputs.ts';
import { placeOf, recordOn } from './run/record-on.ts';
import { Recording } from './run/recording.ts';
import { junitLines, tapLines } from './run/reports.ts';
import { summaryLines } from './run/summary.ts';
import { Tally } from './run/tally.ts';
import { callLine } from './run/trace.ts';
import { type Voice, voiceOf } from './run/voice.ts';
import { TOKEN_FILE_FLAG, URL_FLAG } from './service-flags.ts';
import { roomOf, WIDE_FLAG } from './table.ts';

const NEWEST = MEASURED_VERSIONS.at(-1) ?? '';
/** What shells say of a program that there is not. */
const NO_PROGRAM = 127;
const UID_MAX = 2 ** 32 - 2;

export const run = command({
  usage: '[options] -- PROGRAM [ARGUMENT…]',
  about:
    'Runs a program as it is, without root, and answers its bpf(2) calls as a kernel of a release\n' +
    'does. The program believes that it is root on that kernel. Its other calls are its own: this is\n' +
    'a rig for tests, and no wall (docs/run.md). The exit code is that of the program; with\n' +
    'several releases, 0 when all are 0 and 1 otherwise.',
  flags: {
    kernel: {
      value: 'live',
      about: 'let the kernel that runs here answer, as root; record it all',
    },
    release: { value: 'R,…', about: `the kernels that answer, one run each (${NEWEST})` },
    user: { value: 'UID', about: 'the user that the program believes it is (0)' },
    'seed-state': {
      value: 'FILE|HOST@N',
      about: 'start from the state of a bundle, or of a host at position N',
    },
    trace: { about: 'print each call with its answer, and the rule of a refusal, to stderr' },
    fail: { value: 'CALL#N=ERRNO,…', about: 'let the Nth such call fail: link_create#2=ENOMEM' },
    'kill-at': {
      value: 'N',
      about: 'kill the process that makes the Nth call; the call is not done',
    },
    keep: {
      value: 'FILE',
      about: 'write the log of the run as a bundle (bpfledger import, verify)',
    },
    host: { value: 'NAME', about: 'record the run on a service, as a new host' },
    collector: { value: 'PATH', about: 'for --kernel live: the collector (the one built here)' },
    url: URL_FLAG,
    'token-file': TOKEN_FILE_FLAG,
    tap: { value: 'FILE', about: 'write a test result for each release, as TAP; - is stdout' },
    junit: { value: 'FILE', about: "the same, as JUnit's XML" },
    strict: {
      about:
        'end with 3 when the program asked for what the model does not know, on any release, or a ' +
        'fault never fired',
    },
    quiet: { about: 'nothing on stderr but errors' },
    wide: WIDE_FLAG,
  },
  example: 'npx bpfledger run --release 5.10,6.1,7.3 -- bpftool prog list',
  async run({ flags, words, print }) {
    if (words.length === 0) throw new UsageError('run needs a PROGRAM: run --release 6.1 -- true');
    if (flags.kernel !== undefined) {
      // Runs on the model load none of it.
      const { runOnLive } = await import('./run/live-flags.ts');
      const code = await startOrSay(() => runOnLive(flags, words, print), print);
      return (code ?? NO_PROGRAM) as ExitCode;
    }
    if (flags.collector !== undefined) throw new UsageError('--collector goes with --kernel live');
    const seed = await seedOf(flags);
    const releases = seed === undefined ? releasesNamed(flags.release ?? NEWEST) : [seed];
    const request = {
      uid: numberOf('user', flags.user ?? '0', { least: 0, most: UID_MAX }),
      argv: words,
      env: process.env,
    };
    const orders = {
      faults: await faultsOf(flags.fail),
      killAt:
        flags['kill-at'] === undefined
          ? undefined
          : numberOf('kill-at', flags['kill-at'], { least: 1, most: Number.MAX_SAFE_INTEGER }),
    };
    const voice = voiceOf(print, flags.quiet);
    const { tell } = voice;
    const target = targetOf(flags, releases.length);
    await requireOutputs(flags);
    const runs: RunOn[] = [];
    let isFailed = false;
    let isStopped = false;
    for (const [i, release] of releases.entries()) {
      const begin = performance.now();
      const tally = new Tally(releases.length > 1);
      const recording = target === undefined ? undefined : new Recording();
      if (releases.length > 1) {
        tell(`bpfledger: on ${release.id}, ${i + 1} of ${releases.length}`);
      }
      const kernel = release.kernel ?? boot(release.id);
      const record = (made: LoggedCall) => {
        tally.add(made);
        recording?.add(made);
        if (flags.trace) print.err(callLine(made));
      };
      const disturber = new Disturber(orders);
      const asked = { ...request, kernel, record, disturber };
      const ended = await startOrSay(() => runProgram(asked), print);
      if (ended === undefined) return NO_PROGRAM;
      const { code, unmodelled, stopped } = ended;
      const isStrange = flags.strict === true && unmodelled.size > 0;
      const unfired = disturber.listUnfired();
      // A program that was told to end did not come to all of them.
      const isUntested = flags.strict === true && !stopped && unfired.length > 0;
      isFailed ||= isStrange || isUntested;
      isStopped = stopped;
      const ms = performance.now() - begin;
      runs.push({ release: release.id, code, tally, unmodelled, isStrange, unfired, ms });
      const told = { tally, unmodelled, unfired };
      for (const line of summaryLines(release.id, told)) tell(line);
      if (recording !== undefined) await target?.(recording, release.id, voice);
      if (stopped) break;
    }
    writeReports(flags, runs, words[0] ?? '', print);
    const last = runs.at(-1)?.code ?? 0;
    if (releases.length === 1 || isStopped) return isFailed ? EXIT.failed : (last as ExitCode);
    const isReported = flags.tap === '-' || flags.junit === '-';
    if (!isReported)
      for (const line of matrixLines(runs, roomOf(print, flags.wide))) print.out(line);
    if (isFailed) return EXIT.failed;
    return runs.every(({ code }) => code === 0) ? EXIT.done : EXIT.differs;
  },
});

/** Writes the results where they are wanted. */
function writeReports(
  { tap, junit }: Readonly<Record<'tap' | 'junit', string | undefined>>,
  runs: readonly RunOn[],
  program: string,
  print: Printer,
): void {
  const write = (flag: string, file: string | undefined, lines: () => readonly string[]) => {
    if (file === '-') for (const line of lines()) print.out(line);
    else if (file !== undefined) writeText(flag, file, `${lines().join('\n')}\n`);
  };
  write('tap', tap, () => tapLines(runs));
  write('junit', junit, () => junitLines(runs, program));
}

function writeText(flag: string, file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new InputError(`--${flag} ${file}: ${(error as Error).message}`);
  }
}

type Target = (recording: Recording, release: string, voice: Voice) => Promise<void>;

/** Where the log of a run goes, if anywhere. */
function targetOf(
  {
    keep,
    host,
    url,
    'token-file': tokenFile,
    'seed-state': seed,
  }: Readonly<Record<'keep' | 'host' | 'url' | 'token-file' | 'seed-state', string | undefined>>,
  releases: number,
): Target | undefined {
  if ((host ?? seed) === undefined && (url !== undefined || tokenFile !== undefined)) {
    throw new UsageError('--url and --token-file go with --host, the name of the host to make');
  }
  if (keep === undefined && host === undefined) return undefined;
  if (keep !== undefined && host !== undefined) throw new UsageError('--keep or --host, not both');
  if (releases > 1) throw new UsageError('--keep and --host take one release');
  return (recording, release, voice) =>
    recordOn({ keep, host, url, 'token-file': tokenFile }, voice, (client, name) =>
      recording.post(client, { host: name, release, place: placeOf({ keep, host }) }, voice),
    );
}

async function startOrSay<T>(run: () => Promise<T>, print: Printer): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof NoProgram)) throw error;
    print.err(`bpfledger: ${error.message}`);
    return undefined;
  }
}

/** A kernel to run on: one that is there already, or a new one. */
interface RunsOn {
  readonly id: string;
  readonly kernel?: Kernel;
}

function releasesNamed(names: string): readonly RunsOn[] {
  return names.split(',').map((name) => {
    if (name === '') throw new UsageError(`--release ${names} has an empty name`);
    const release = releaseOf(name);
    if (release === undefined) throw new UsageError(unknownRelease(name));
    return { id: release.id };
  });
}

/** The state that `--seed-state` asks for, under the release that it was recorded on. */
async function seedOf(
  flags: Readonly<
    Record<'seed-state' | 'release' | 'keep' | 'host' | 'url' | 'token-file', string | undefined>
  >,
): Promise<RunsOn | undefined> {
  const { 'seed-state': text, release, keep, host, url, 'token-file': tokenFile } = flags;
  if (text === undefined) return undefined;
  if (release !== undefined) {
    throw new UsageError('--seed-state runs on the release of its log: leave --release out');
  }
  if (keep !== undefined || host !== undefined) {
    throw new UsageError('a run with --seed-state is not recorded: no --keep and no --host');
  }
  const { seededKernel } = await import('./run/seed.ts');
  const kernel = await seededKernel(text, { url, 'token-file': tokenFile });
  return { id: kernel.boot.release, kernel };
}

function numberOf(
  flag: string,
  text: string,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  const number = Number(text);
  if (/^\d+$/u.test(text) && number >= least && number <= most) return number;
  throw new UsageError(`--${flag} ${text} is not a whole number from ${least} to ${most}`);
}
