// The deliberate faults of `npm run mutants` can still be planted, the tests that must notice exist, and
// what a run says is read as it is meant.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { verdictOf } from '../mutants/detectors.ts';
import { MUTANTS } from '../mutants/mutants.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Titles in the source of a test, as patterns: places for values match anything. */
function titlesIn(source: string): RegExp[] {
  const texts = [...source.matchAll(/'((?:[^'\\\n]|\\.)+)'/gu)].map(([, text]) => String(text));
  return texts.map((text) => {
    const plain = text.replaceAll(/[()*+.?[\\\]^{|}]/gu, '\\$&');
    return new RegExp(`^${plain.replaceAll(/%[a-z]|\$\w+/gu, '.+')}$`, 'u');
  });
}

it.each(MUTANTS.map((mutant) => [mutant.fault, mutant] as const))(
  'a program that %s',
  (_fault, { file, from, to, noticedBy }) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    expect(text.split(from)).toHaveLength(2);
    expect(text.replace(from, () => to)).not.toBe(text);
    const titles = titlesIn(readFileSync(join(ROOT, noticedBy.file), 'utf8'));
    expect(titles.some((title) => title.source.length > 5 && title.test(noticedBy.title))).toBe(
      true,
    );
  },
);

describe('a run of a test', () => {
  const result = (status: string, ...failureMessages: string[]) => ({
    ...{ fullName: `one that ${status}`, status, failureMessages },
  });
  const file = (message: string, ...assertionResults: ReturnType<typeof result>[]) => ({
    message,
    assertionResults,
  });
  const skipped = result('skipped');
  const late = result('failed', 'Error: Test timed out in 120000ms.');
  const failed = result('failed', 'expected 1 to be 2');

  it.each([
    ['that fails', file('', failed, skipped), 'noticed'],
    ['that passes', file('', result('passed'), skipped), 'passed'],
    ['whose file does not load', file('Cannot find module'), 'unclear'],
    ['whose hook fails', file('no database', skipped), 'unclear'],
    ['that runs out of its time', file('', late), 'unclear'],
    [
      'of which one passes and one runs out of its time',
      file('', late, result('passed')),
      'unclear',
    ],
  ] as const)('%s', (_, report, came) => {
    expect(verdictOf(report, '').came).toBe(came);
  });

  it('that runs out of its time has noticed a fault that makes it hang', () => {
    expect(verdictOf(file('', late), '', true)).toEqual({
      came: 'noticed',
      by: '"one that failed"',
    });
  });

  it('is told by the tests of its title alone', () => {
    const both = file('', failed, result('passed'));
    expect(verdictOf(both, 'that passed').came).toBe('passed');
    expect(verdictOf(both, 'that is not there').came).toBe('unclear');
  });
});
