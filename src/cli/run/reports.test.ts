// What services of continuous integration read of a run.

import { describe, expect, it } from 'vitest';
import { refusal, refuse } from '../../domain/decision.ts';
import type { RunOn } from './matrix.ts';
import { junitLines, tapLines } from './reports.ts';
import { summaryLines } from './summary.ts';
import { Tally } from './tally.ts';

/** Detaches that found nothing, in as many cgroups. */
function refuseMany(count: number): Tally {
  const tally = new Tally(true);
  for (let asked = 1; asked <= count; asked++) {
    const about = { cgroup: `/<${asked}>`, attach_type: 'cgroup_device' } as const;
    const decision = refuse(refusal('ENOENT', 'nothing-attached', about));
    const call = { name: 'prog_detach', attach_type: 'cgroup_device' } as const;
    tally.add({ asked, pid: 7, comm: 'agent', call, decision });
  }
  return tally;
}

const passed: RunOn = {
  ...{
    release: '5.10.262',
    code: 0,
    tally: refuseMany(0),
    isStrange: false,
    unfired: [],
    ms: 1234,
  },
  unmodelled: new Map([['token_create', 1]]),
};
const failed: RunOn = { ...passed, release: '7.3.4', code: 1, tally: refuseMany(3) };
const strange: RunOn = { ...passed, isStrange: true };
const SENTENCE = 'nothing is attached at /<1> for cgroup_device';

describe('refusals of one call by one rule', () => {
  it('are one line with their number, and the first sentence', () => {
    const { tally, unmodelled } = failed;
    expect(summaryLines('7.3.4', { tally, unmodelled, unfired: [] })).toEqual([
      'bpfledger: 3 calls on 7.3.4, 3 refused',
      `  3 times prog_detach: ENOENT (nothing-attached: ${SENTENCE})`,
      '  not modelled: token_create',
    ]);
  });
});

it('a summary of one call says so', () => {
  const unmodelled = new Map([['a 32-bit system call', 2]]);
  const told = { tally: refuseMany(1), unmodelled, unfired: [] };
  expect(summaryLines('6.1', told)).toEqual([
    'bpfledger: 1 call on 6.1, 1 refused',
    expect.stringContaining('prog_detach: ENOENT'),
    '  2 times not modelled: a 32-bit system call',
  ]);
});

it('a summary says which orders never came', () => {
  const second = { call: 'link_create', nth: 2, errno: 'ENOMEM' } as const;
  const any = { call: 'prog_load', nth: undefined, errno: 'EPERM' } as const;
  const unfired = [
    { fault: second, calls: 1 },
    { fault: any, calls: 0 },
    { killAt: 7, calls: 3 },
  ];
  const told = { tally: refuseMany(0), unmodelled: new Map(), unfired };
  expect(summaryLines('6.1', told).slice(1)).toEqual([
    '  --fail link_create#2=ENOMEM never fired: link_create was called 1 time',
    '  --fail prog_load=EPERM never fired: prog_load was never called',
    '  --kill-at 7 never fired: the program made 3 calls',
  ]);
});

it('a result as JUnit has it says so of one call, too', () => {
  const [, , , text] = junitLines([{ ...passed, tally: refuseMany(1) }], './agent');
  expect(text).toMatch(/^ {4}<system-out>1 call, 1 refused\n/u);
});

describe('results as TAP', () => {
  it('are one test for each release, with what was refused', () => {
    expect(tapLines([passed, failed])).toEqual([
      ...['TAP version 14', '1..2', 'ok 1 - 5.10.262', '  ---'],
      ...['  exit_code: 0', '  calls: 0', '  refused: 0'],
      ...['  not_modelled:', '    - "token_create"', '  ...'],
      ...['not ok 2 - 7.3.4', '  ---', '  message: "exit code 1"'],
      ...['  exit_code: 1', '  calls: 3', '  refused: 3', '  refusals:'],
      `    - "3 times prog_detach: ENOENT (nothing-attached: ${SENTENCE})"`,
      ...['  not_modelled:', '    - "token_create"', '  ...'],
    ]);
  });

  it('fail on a call that nobody knows, when none may be made', () => {
    expect(tapLines([strange]).join()).toContain('not ok 1');
  });
});

describe('an order that never came', () => {
  const fault = { call: 'map_create', nth: 5, errno: 'ENOMEM' } as const;
  const untested: RunOn = {
    ...passed,
    unfired: [
      { fault, calls: 2 },
      { killAt: 7, calls: 3 },
    ],
  };

  it('is a failed test of TAP', () => {
    const lines = tapLines([untested, failed]);
    expect(lines[1]).toBe('1..4');
    expect(lines.filter((line) => /^(?:not )?ok/u.test(line))).toEqual([
      'ok 1 - 5.10.262',
      'not ok 2 - 5.10.262: --fail map_create\\#5=ENOMEM fired',
      'not ok 3 - 5.10.262: --kill-at 7 fired',
      'not ok 4 - 7.3.4',
    ]);
    expect(lines).toContain('  message: "it never fired: map_create was called 2 times"');
  });

  it('is a failed test case of JUnit', () => {
    const lines = junitLines([untested], './agent');
    expect(lines[1]).toContain('tests="3" failures="2"');
    const name = '5.10.262: --fail map_create#5=ENOMEM fired';
    const at = lines.indexOf(`  <testcase classname="./agent" name="${name}" time="0.000">`);
    expect(lines[at + 1]).toBe(
      '    <failure message="it never fired: map_create was called 2 times"/>',
    );
  });
});

describe('results as XML', () => {
  it('are one test case for each release, with no character that XML does not have', () => {
    const lines = junitLines([passed, failed], './a"\u001b<gent>');
    expect(lines[1]).toBe('<testsuite name="bpfledger run" tests="2" failures="1" errors="0">');
    expect(lines[2]).toBe(
      '  <testcase classname="./a&quot;\ufffd&lt;gent&gt;" name="5.10.262" time="1.234">',
    );
    expect(lines).toContain('    <failure message="exit code 1"/>');
    expect(lines.join('\n')).toContain('attached at /&lt;1&gt; for cgroup_device');
    expect(lines.filter((line) => line.includes('<failure'))).toHaveLength(1);
  });
});
