// How a test says that it noticed a fault: by failing itself. A run that breaks down, or never ends, has
// noticed nothing.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { NamedTest } from './mutants.ts';

/** How long a run may take, in milliseconds. */
const RUN_MS = 1_800_000;
const REPORT = 'mutants-report.json';

export type Verdict =
  /** With the titles that failed, or the seed and the promise that broke. */
  | { readonly came: 'noticed'; readonly by: string }
  | { readonly came: 'passed' }
  /** The test did not get as far as to say anything. */
  | { readonly came: 'unclear'; readonly why: string };

/** What the JSON reporter of vitest says of a file, as far as it is read here. */
export interface FileReport {
  /** Why it did not load, or what its hooks threw; empty when all is well. */
  readonly message: string;
  readonly assertionResults: readonly {
    /** The titles of the groups, and its own. */
    readonly fullName: string;
    readonly status: string;
    readonly failureMessages: readonly string[];
  }[];
}

interface Report {
  readonly testResults: readonly (FileReport & { readonly name: string })[];
}

function unclear(why: string): Verdict {
  return { came: 'unclear', why };
}

const NO_END = unclear(`no end in ${RUN_MS / 1000} s`);

/** Runs a program of node_modules in a folder; undefined when it took too long. */
function run(folder: string, [program, ...args]: readonly [string, ...string[]]) {
  const found = spawnSync(join(folder, 'node_modules/.bin', program), args, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    timeout: RUN_MS,
    // These of the own run must not reach the other.
    env: { ...process.env, BPFLEDGER_SEED: undefined },
  });
  return found.error === undefined ? found : undefined;
}

/**
 * Runs tests of one project in one go.
 *
 * @param hangs whether a test that runs out of its time has noticed
 */
export function runTests(folder: string, tests: readonly NamedTest[], hangs = false): Verdict[] {
  const [{ project } = { project: 'full' }] = tests;
  const report = join(folder, REPORT);
  rmSync(report, { force: true });
  const titles = tests.map(({ title }) => title.replaceAll(/[$()*+.?[\\\]^{|}]/gu, '\\$&'));
  const found = run(folder, [
    'vitest',
    ...['run', '--project', project, ...new Set(tests.map(({ file }) => file))],
    ...['-t', `(?:${titles.join('|')})$`, '--reporter=json', `--outputFile=${report}`],
  ]);
  if (found === undefined) return tests.map(() => NO_END);
  if (!existsSync(report)) return tests.map(() => unclear(`no report: ${lastLine(found.stderr)}`));
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report;
  return tests.map(({ file, title }) => {
    const ofFile = testResults.find(({ name }) => name === join(folder, file));
    return ofFile === undefined ? unclear(`${file} was not run`) : verdictOf(ofFile, title, hangs);
  });
}

/** What a file of tests says, by those of its tests that have the title. */
export function verdictOf(file: FileReport, title: string, hangs = false): Verdict {
  const { message, assertionResults } = file;
  if (assertionResults.length === 0) return unclear(`it does not load: ${message}`);
  const tests = assertionResults.filter(({ fullName }) => fullName.endsWith(title));
  const failed = tests.filter(({ status }) => status === 'failed');
  const late = failed.filter(({ failureMessages }) => failureMessages.some(isTimeout));
  const counted = hangs ? failed : failed.filter((one) => !late.includes(one));
  if (counted.length > 0) {
    return { came: 'noticed', by: counted.map(({ fullName }) => `"${fullName}"`).join(', ') };
  }
  if (late.length > 0) return unclear('the test ran out of its time');
  // A hook that fails leaves its tests out, and a title may be that of no test.
  if (!tests.some(({ status }) => status === 'passed')) {
    return unclear(message === '' ? 'no test of this title was run' : message);
  }
  return { came: 'passed' };
}

const isTimeout = (message: string) => /\b(?:Test|Hook) timed out in \d/u.test(message);

/** Runs seeds of the simulation, from 1. */
export function runSeeds(folder: string, seeds: number): Verdict {
  const range = ['--seed', '1', '--seeds', String(seeds)];
  const found = run(folder, ['tsx', 'test/simulation/run.ts', ...range]);
  if (found === undefined) return NO_END;
  const { status, signal, stdout, stderr } = found;
  const broke = /^seed \d+: .*$/mu.exec(stderr)?.[0];
  if (status !== 0 && broke !== undefined) return { came: 'noticed', by: broke };
  const isWhole = status === 0 && stdout.startsWith(`${seeds} seeds from 1 `);
  return isWhole
    ? { came: 'passed' }
    : unclear(`it ended with ${status ?? signal}: ${lastLine(stderr)}`);
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
