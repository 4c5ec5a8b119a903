/**
 * A run on several releases as test results (TAP 14; JUnit's XML): one test for each release, and one that
 * fails for each order that was never carried out there, for such a run tested nothing.
 */
import { countText } from '../../domain/count-text.ts';
import type { Unfired } from '../../sandbox/disturb.ts';
import { orderText, whyUnfired } from './faults.ts';
import type { RunOn } from './matrix.ts';
import { refusedLines } from './summary.ts';

/** Refusals that are told of one release, the most frequent first. */
const REFUSALS_MAX = 50;

/** Whether the test of a release has passed: the program ended with 0, and knew no strange call. */
function hasPassed({ code, isStrange }: RunOn): boolean {
  return code === 0 && !isStrange;
}

function whyFailed({ code, isStrange }: RunOn): string {
  return isStrange ? 'it made calls that the model does not know' : `exit code ${code}`;
}

/** What is told of a release, as names with texts. */
function reportFields({ code, tally, unmodelled }: RunOn) {
  return {
    exit_code: code,
    calls: tally.asked,
    refused: tally.refused,
    refusals: refusedLines(tally).slice(0, REFUSALS_MAX),
    not_modelled: [...unmodelled.keys()],
  };
}

/** The test that an order was carried out, which failed. */
function unfiredTest({ release }: RunOn, order: Unfired) {
  return {
    name: `${release}: ${orderText(order)} fired`,
    why: `it never fired: ${whyUnfired(order)}`,
  };
}

/** The results in the Test Anything Protocol. */
export function tapLines(runs: readonly RunOn[]): readonly string[] {
  let count = 0;
  const lines = runs.flatMap((run) => {
    const { refusals, not_modelled, ...numbers } = reportFields(run);
    // A text of JSON is one of YAML.
    const list = (name: string, texts: readonly string[]) =>
      texts.length === 0
        ? []
        : [`  ${name}:`, ...texts.map((text) => `    - ${JSON.stringify(text)}`)];
    return [
      `${hasPassed(run) ? 'ok' : 'not ok'} ${++count} - ${run.release}`,
      '  ---',
      ...(hasPassed(run) ? [] : [`  message: ${JSON.stringify(whyFailed(run))}`]),
      ...Object.entries(numbers).map(([name, value]) => `  ${name}: ${value}`),
      ...list('refusals', refusals),
      ...list('not_modelled', not_modelled),
      '  ...',
      ...run.unfired.flatMap((order) => {
        const { name, why } = unfiredTest(run, order);
        // An unescaped # begins a directive.
        const escaped = name.replaceAll('#', '\\#');
        const message = `  message: ${JSON.stringify(why)}`;
        return [`not ok ${++count} - ${escaped}`, '  ---', message, '  ...'];
      }),
    ];
  });
  return ['TAP version 14', `1..${count}`, ...lines];
}

/**
 * The results as XML, as most services of continuous integration read them.
 *
 * @param program what was run
 */
export function junitLines(runs: readonly RunOn[], program: string): readonly string[] {
  const unfired = runs.flatMap((run) => run.unfired).length;
  const failed = runs.filter((run) => !hasPassed(run)).length + unfired;
  const cases = runs.flatMap((run) => {
    const { refusals, not_modelled, calls, refused } = reportFields(run);
    const strange = not_modelled.map((what) => `not modelled: ${what}`);
    const told = [`${countText(calls, 'call')}, ${refused} refused`, ...refusals, ...strange].join(
      '\n',
    );
    return [
      `  <testcase classname="${xml(program)}" name="${xml(run.release)}" time="${seconds(run)}">`,
      ...(hasPassed(run) ? [] : [`    <failure message="${xml(whyFailed(run))}"/>`]),
      `    <system-out>${xml(told)}</system-out>`,
      '  </testcase>',
      ...run.unfired.flatMap((order) => {
        const { name, why } = unfiredTest(run, order);
        return [
          `  <testcase classname="${xml(program)}" name="${xml(name)}" time="0.000">`,
          `    <failure message="${xml(why)}"/>`,
          '  </testcase>',
        ];
      }),
    ];
  });
  const suite = `name="bpfledger run" tests="${runs.length + unfired}" failures="${failed}" errors="0"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite ${suite}>`,
    ...cases,
    '</testsuite>',
  ];
}

function seconds({ ms }: RunOn): string {
  return (ms / 1000).toFixed(3);
}

const ENTITIES: Readonly<Record<string, string>> = {
  ...{ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' },
};

/** A text within XML, which has no control characters but blanks. */
function xml(text: string): string {
  return text
    .replace(/[&<>"]/gu, (character) => ENTITIES[character] ?? character)
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\u{fffd}');
}
