// How a test says that it noticed a fault: by failing itself. A run that breaks down, or never ends, has
// noticed nothing.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { NamedTest } from './mutants.ts';

/** How long a run may take, in milliseconds. */
const RUN_MS = 900_000;
const REPORT = 'mutants-report.json';

export type Verdict =
  /** With the titles that failed, or the seed and the promise that broke. */
  | { readonly came: 'noticed'; readonly by: string }
  | { readonly came: 'passed' }
  /** The test did not get as far as to say anything. */
  | { readonly came: 'unclear'; readonly why: string };

/** What the JSON reporter of vitest says, as far as it is read here. */
interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

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

/** @param hangs whether a test that runs out of its time has noticed */
export function runTest(folder: string, test: NamedTest, hangs = false): Verdict {
  const { project, file, title } = test;
  const report = join(folder, REPORT);
  rmSync(report, { force: true });
  const pattern = `${title.replaceAll(/[$()*+.?[\\\]^{|}]/gu, '\\$&')}$`;
  const output = ['--reporter=json', `--outputFile=${report}`];
  const found = run(folder, [
    'vitest',
    ...['run', '--project', project, file, '-t', pattern, ...output],
  ]);
  if (found === undefined) return { came: 'unclear', why: `no end in ${RUN_MS / 1000} s` };
  if (!existsSync(report)) return { came: 'unclear', why: lastLine(found.stderr) };
  return verdictOf(JSON.parse(readFileSync(report, 'utf8')) as Report, hangs);
}

export function verdictOf({ testResults }: Report, hangs: boolean): Verdict {
  const broken = testResults.find(({ assertionResults }) => assertionResults.length === 0);
  if (broken !== undefined) return { came: 'unclear', why: `does not load: ${broken.message}` };
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = tests.filter(({ status }) => status === 'failed');
  const late = failed.filter(({ failureMessages }) => failureMessages.some(isTimeout));
  const counted = hangs ? failed : failed.filter((one) => !late.includes(one));
  if (counted.length > 0) {
    return { came: 'noticed', by: counted.map(({ fullName }) => `"${fullName}"`).join(', ') };
  }
  if (late.length > 0) return { came: 'unclear', why: 'the test ran out of its time' };
  // A hook that fails leaves its tests out, and a title may be that of no test.
  if (!tests.some(({ status }) => status === 'passed')) {
    return { came: 'unclear', why: testResults[0]?.message || 'no test has this title' };
  }
  return { came: 'passed' };
}

const isTimeout = (message: string) => /\b(?:Test|Hook) timed out in \d/u.test(message);

/** Runs seeds of the simulation, from 1. */
export function runSeeds(folder: string, seeds: number): Verdict {
  const range = ['--seed', '1', '--seeds', String(seeds)];
  const found = run(folder, ['tsx', 'test/simulation/run.ts', ...range]);
  if (found === undefined) return { came: 'unclear', why: `no end in ${RUN_MS / 1000} s` };
  const { status, stdout, stderr } = found;
  const broke = /^seed \d+: .*$/mu.exec(stderr)?.[0];
  if (status !== 0 && broke !== undefined) return { came: 'noticed', by: broke };
  const isWhole = status === 0 && stdout.startsWith(`${seeds} seeds from 1 `);
  return isWhole ? { came: 'passed' } : { came: 'unclear', why: lastLine(stderr) };
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
