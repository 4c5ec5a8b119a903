// The commands that ask about the past, each as a process of its own, on one recorded incident.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bpfledger, type Serving, serving } from '../support/command.ts';

const HOST = 'ctlb-stops-at-every-restart';
const PLACE = ['--cgroup', '/', '--type', 'cgroup_inet4_connect'];

let service: Serving;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bpfledger-past-'));
  service = await serving(['--data-dir', folder]);
  const { code, out } = await bpfledger(['incident', HOST, '--url', service.url]);
  expect([code, out.split('\n')[0]]).toEqual([0, `host ${HOST}: 28 events`]);
});
afterAll(async () => {
  await service?.end('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

const run = (args: readonly string[]) => bpfledger([...args, '--url', service.url]);

/** A command line, and what its text says. */
const COMMANDS: readonly (readonly [args: readonly string[], says: string])[] = [
  [['at', HOST, '9'], 'boot 1, kernel 6.18.44\ncgroups: 3: / (1)'],
  [['tree', HOST, '--at', '8'], 'CgroupPath\nID       AttachType      AttachFlags     Name'],
  [['tree', HOST, '--at', '8'], '\n/\n    5001     cgroup_inet4_connect multi'],
  [['diff', HOST, '--from', '8', '--to', '9'], '  - link 5001 for program 5001'],
  [['blame', HOST, ...PLACE, '--at', '8'], 'link held by fd 5 of felix-1[2]'],
  [
    ['explain', HOST, ...PLACE, '--program', '5001'],
    'ended at 9 at 2026-01-01T00:00:02.000000Z by felix-1[2] exit (local): the process that held it exited',
  ],
  [['history', HOST, 'link', '5001'], 'link 5001 ended: the process that held it exited'],
  [['history', HOST, 'program', '5001'], 'fd 3 of process 2 on program 5001 (cali_ctlb_v4) closed'],
  [['history', HOST, 'cgroup', '/'], 'by felix-2[3] link_create (local)'],
  [['gaps', HOST, ...PLACE, '--from', '8'], 'closed by 13 at 2026-01-01T00:00:03.000000Z'],
  [
    ['who-removed', HOST, '/', 'connect4', '--around', '8'],
    'felix-1[2] exit (local)\n  1 position after position 8\n  took',
  ],
  [
    ['who-removed', HOST, '/', 'connect4', '--around', '2026-01-01T00:00:02Z'],
    'process that held it',
  ],
  [['who-removed', HOST, '/', 'egress'], 'nothing was ever removed from egress of /'],
  [['bisect', HOST, 'empty', ...PLACE, '--from', '8'], 'first at 9 at'],
  // A span that begins before the log has all of it.
  [['gaps', HOST, ...PLACE, '--from', '2000-01-01T00:00:00Z'], 'positions 1 to 28, gaps'],
  [
    ['bisect', HOST, 'empty', '--cgroup', '/nosuch', '--type', 'egress'],
    'There was no cgroup /nos',
  ],
  [['incident'], 'daemon-reload-gap\n    Who detached the device filter'],
];

describe('a command about the past', () => {
  it('says all that a moment may be, when it is none', async () => {
    const { code, err } = await run(['tree', HOST, '--at', 'last tuesday']);
    expect(code).toBe(2);
    expect(err).toContain('an RFC 3339 time, or the end of a boot (boot:2)');
    expect(err).toContain('--at also takes 03:12, yesterday 14:00, 2026-03-01 03:12, 10m ago');
  });

  it.each(COMMANDS)('%j', async (args, says) => {
    const { code, out, err } = await run(args);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain(says);
    const [first = ''] = (await run([...args, '--json'])).out.split('\n');
    expect(typeof JSON.parse(first)).toBe('object');
    const help = await bpfledger([args[0] ?? '', '--help']);
    expect(help.out).toMatch(new RegExp(`\nExample: npx bpfledger ${args[0]} `));
  });

  it.each([
    [['at', HOST], 2, 'at needs a HOST and a MOMENT'],
    [['at', HOST, '99'], 3, 'position 99 is after the head, which is 28'],
    [['at', HOST, 'boot:0'], 2, 'must be a boot from 1 on, of at most 9 digits (boot:2) (422)'],
    [['tree', HOST, '--at', '2026-02-30 03:12'], 2, '2026-02-30 is not a day of the calendar'],
    [['gaps', HOST, '--cgroup', '/', '--type', 'eggress'], 2, 'did you mean "egress"?'],
    [['events', 'list', HOST, '--errno', 'EPREM'], 2, 'did you mean "EPERM"?'],
    [['history', HOST, 'program', '77'], 3, 'program 77'],
    [['gaps', HOST, '--type', 'egress'], 2, 'gaps needs --cgroup, such as --cgroup /system.slice'],
    [['explain', HOST, ...PLACE], 2, 'explain needs --program'],
    [['who-removed', HOST, '/'], 2, 'who-removed needs a HOST, a CGROUP and a TYPE'],
    [['who-removed', HOST, '/', 'egress', '--around', 'x'], 2, '--around x is not a moment'],
    [
      ['who-removed', HOST, '/nosuch', 'egress'],
      2,
      `no cgroup /nosuch in the log of ${HOST}; there`,
    ],
    [['bisect', HOST, ...PLACE], 2, 'bisect needs a HOST and a CONDITION'],
    [['history', HOST, 'fd', '3'], 2, 'type history HOST link|program|map|cgroup|process|pin'],
    [['incident', 'none'], 2, 'there is no incident none'],
    [
      ['who-removed', HOST, '/', 'connect4', '--around', '400'],
      3,
      'position 400 is after the head, which is 28',
    ],
    ...['gaps', 'blame', 'explain'].map((name) => {
      const args = [name, HOST, '--cgroup', '/kubepods.slise', '--type', 'egress'];
      const more = name === 'explain' ? ['--program', '5001'] : [];
      const said = `no cgroup /kubepods.slise in the log of ${HOST}; did you mean /kubepods.slice?`;
      return [[...args, ...more], 2, said] as const;
    }),
    [['history', HOST, 'prog', '5001'], 2, 'did you mean "program"?'],
    [['plan', HOST], 2, 'which call? try plan HOST mkdir path=/pod1'],
    [['branch', 'drop', HOST, 'none'], 3, `${HOST} has no branch none; see bpfledger branch list`],
    [['branch', 'drop', 'nohost', 'none'], 3, 'There is no host with that name'],
    [['rules', 'remove', '99'], 3, 'There is no such object: there is no rule 99 (404)\n'],
    [['rules', 'deliveries', '99'], 3, 'there is no rule 99 (404)\n'],
    [['events', 'list', HOST, '--errno', 'ENOPE'], 2, 'did you mean "EN'],
    [['events', 'list', HOST, '--errno', 'non'], 2, 'did you mean "none"?'],
    [['events', 'list', HOST, '--tail', '-5'], 2, '--tail must be a whole number from 1'],
    [['events', 'list', HOST, '--boot', 'x'], 2, 'boot: must be'],
  ] as const)('%j is refused with a sentence', async (args, code, said) => {
    const refused = await run(args);
    expect(refused.code).toBe(code);
    expect(refused.err).toContain(said);
  });
});

describe('who-removed tells how far the event is from the moment', () => {
  const around = (moment: string, ...more: string[]) =>
    run(['who-removed', HOST, '/', 'connect4', '--around', moment, ...more]);

  it.each([
    [
      '2025-12-31T23:58:00Z',
      `The log of ${HOST} begins at 2026-01-01T00:00:00`,
      '  2 minutes 2 seconds after that',
    ],
    [
      '2030-01-01T00:00:00Z',
      'That moment is after the last event (2026-01-01T',
      ' before that moment',
    ],
    ['2026-01-01T00:00:02.25Z', '9 at ', '  250 ms before that moment'],
    ['7', '9 at ', '  2 positions after position 7'],
  ])('%s', async (moment, first, says) => {
    const { code, out, err } = await around(moment);
    expect([code, err]).toEqual([0, '']);
    expect(out.startsWith(first), out).toBe(true);
    expect(out).toContain(`${says}`);
    const told = JSON.parse((await around(moment, '--json')).out);
    expect(told.distance).toContain(says.trim());
    expect(told.outside).toEqual(first === '9 at ' ? undefined : expect.stringContaining(first));
  });
});

describe('a service without any', () => {
  it.each([['hosts deleted', 'no host was ever deleted here\n']])('%s', async (words, said) => {
    const { code, out, err } = await run(words.split(' '));
    expect([code, out, err]).toEqual([0, '', said]);
  });
});

describe('what is asked about may be named', () => {
  it.each([
    ['a host by a pattern', ['explain', 'ctlb-*', ...PLACE, '--program', '5001'], 'ended at 9'],
    [
      'a program by a pattern, at a moment',
      ['explain', HOST, ...PLACE, '--at', '8', '--program', 'cali_*'],
      'is effective on /',
    ],
    [
      'a program by its name',
      ['events', 'list', HOST, '--program', 'cali_ctlb_v4', '--call', 'prog_load'],
      '20  2026',
    ],
    [
      'a cgroup by the last part of its path',
      ['history', HOST, 'cgroup', 'pod-shop'],
      'cgroup 3 made at /kubepods.slice/pod-shop',
    ],
    [
      'several cgroups by a pattern',
      ['gaps', HOST, '--cgroup', '/kube*', '--type', 'connect4'],
      '/kubepods.slice/pod-shop for',
    ],
    ['the head by that word', ['at', HOST, 'head'], '28  2026-'],
    ['the head by that word in a flag', ['tree', HOST, '--at', 'head'], 'CgroupPath'],
  ] as const)('%s', async (_, args, says) => {
    const { code, out, err } = await run(args);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain(says);
  });

  it('a pattern that also fits a cgroup that is gone answers for the others', async () => {
    expect((await run(['hosts', 'create', 'gone', '--release', '6.18'])).code).toBe(0);
    for (const call of ['mkdir path=/a', 'mkdir path=/b', 'rmdir path=/b']) {
      expect((await run(['syscall', 'gone', ...call.split(' ')])).code).toBe(0);
    }
    const blame = (cgroup: string) =>
      run(['blame', 'gone', '--cgroup', cgroup, '--type', 'egress']);
    const several = await blame('/?');
    expect([several.code, several.err]).toEqual([
      0,
      expect.stringContaining('/b was removed at position'),
    ]);
    expect(several.out).toContain('/a');
    expect((await blame('/b')).code).toBe(3);
  });

  it.each([
    [['explain', HOST, ...PLACE, '--program', 'cali_ctlb_v4'], 'cali_ctlb_v4 means 3 programs'],
    [['explain', HOST, ...PLACE, '--program', 'cali_ctlb_v6'], 'did you mean cali_ctlb_v4?'],
    [
      ['events', 'list', HOST, '--program', 'none'],
      `bpfledger events list ${HOST} --effect ProgLoaded shows all`,
    ],
    [
      ['blame', HOST, '--cgroup', 'pod-mail', '--type', 'egress'],
      `bpfledger cgroups ${HOST} shows the tree`,
    ],
    [['at', 'web-*', 'head'], `there is no host web-* on this service; there are ${HOST}`],
    [['history', HOST, 'link', 'pod-shop'], 'pod-shop is not the number of a link'],
  ] as const)('%j is refused, with what to try next', async (args, said) => {
    const { code, err } = await run(args);
    expect(code).toBe(2);
    expect(err).toContain(said);
  });
});
