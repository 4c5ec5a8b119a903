// What a program asks for that the model does not know: it gets the errno of a kernel without it, the
// summary, the trace and the reports name it, and --strict ends with 3, on one release and on several.

import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs } from '../support/needs.ts';
import { running } from './unprivileged.ts';

const listener = needs('listener');
const folder = mkdtempSync(join(tmpdir(), 'bpfledger-unmodelled-'));
const program = join(folder, 'unmodelled');

beforeAll(() => {
  if (!listener.ok) return;
  const source = join(import.meta.dirname, 'unmodelled.c');
  execFileSync('gcc', ['-O1', '-o', program, source]);
  for (const path of [folder, program]) chmodSync(path, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const EINVAL = 22;
const ENOSYS = 38;
const SIGNALLED = 139;
const SOCKMAP = 'map_update_elem (an element of a sockmap map)';

/** What each word lets the program ask for, the errno, and how it is named. */
const ASKED: readonly (readonly [word: string, errno: number, named: string])[] = [
  ['sockmap', EINVAL, SOCKMAP],
  ['queue', EINVAL, 'map_update_elem (a value of more than 8 bytes in a queue or a stack)'],
  ['command', EINVAL, 'bpf (prog_assoc_struct_ops)'],
  ['perf', ENOSYS, 'perf_event_open'],
  ['uring', ENOSYS, 'io_uring_setup'],
  ...(process.arch === 'x64' ? [['x32', ENOSYS, 'an x32 system call'] as const] : []),
];

describe.skipIf(!listener.ok)('what the model does not know', () => {
  it('gets the errno of a kernel without it, and is told with its name', async () => {
    const { code, out, err } = await running('--', program, ...ASKED.map(([word]) => word));
    expect([code, out]).toEqual([0, ASKED.map(([word, errno]) => `${word} ${errno}\n`).join('')]);
    const told = err.split('\n').filter((line) => line.includes('not modelled: '));
    expect(told).toEqual(ASKED.map(([, , named]) => `  not modelled: ${named}`));
  });

  it.each(ASKED)('fails a strict run: %s', async (word, _, named) => {
    const strict = await running('--strict', '--quiet', '--tap', '-', '--', program, word);
    expect(strict.code).toBe(3);
    expect(strict.out.split('\n')).toContain(`    - "${named}"`);
    expect(strict.out).toMatch(/^not ok 1/mu);
  });

  it.skipIf(process.arch !== 'x64')('is a call of a 32-bit program, too', async () => {
    const { signal } = spawnSync(program, ['of32']);
    const { code, out, err } = await running('--strict', '--', program, 'of32');
    // A kernel without CONFIG_IA32_EMULATION ends who makes one, and no filter sees it.
    if (signal === 'SIGSEGV') expect([code, out]).toEqual([SIGNALLED, '']);
    else {
      expect([code, out]).toEqual([3, `of32 ${ENOSYS}\n`]);
      expect(err.split('\n')).toContain('  not modelled: a 32-bit system call');
    }
  });

  it('is not what no kernel has', async () => {
    const { code, out, err } = await running('--strict', '--', program, 'none');
    expect([code, out]).toEqual([0, `none ${ENOSYS}\n`]);
    expect(err).not.toContain('not modelled');
  });

  it('is counted, and traced with its number', async () => {
    const { err } = await running('--trace', '--', program, 'sockmap', 'queue', 'command');
    const numbered = err
      .match(/^#\d+ .*?\w+\(/gmu)
      ?.map((line) => line.replace(/ .*\W(?=\w+\()/u, ' '));
    expect(numbered).toEqual([
      ...['#1 map_create(', '#2 map_update_elem(', '#3 map_create('],
      ...['#4 map_update_elem(', '#5 bpf('],
    ]);
    expect(err).toMatch(/^#2 .* = EINVAL \(not-modelled: .* an element of a sockmap map/mu);
    expect(err).toMatch(/^bpfledger: 5 calls on [\d.]+, 3 refused$/mu);
  });

  it('can be ordered to fail otherwise', async () => {
    const fail = ['--strict', '--fail', 'map_update_elem=ENOMEM'];
    const { code, out } = await running(...fail, '--', program, 'sockmap', 'queue');
    expect([code, out]).toEqual([0, 'sockmap 12\nqueue 12\n']);
  });
});

describe.skipIf(!listener.ok)('a strict run on several releases', () => {
  const on = ['--strict', '--release', '5.10,6.1,7.3'];
  const IDS = ['5.10.262', '6.1.192', '7.3.4'];

  it('goes on after one that is not passed, and tells of all in the table', async () => {
    const { code, out } = await running(...on, '--', program, 'sockmap');
    expect(code).toBe(3);
    const [head, ...rows] = out.trim().split('\n').slice(IDS.length);
    expect(head).toMatch(/^release +exit code/u);
    expect(rows.map((row) => row.split(/ +/u).slice(0, 4))).toEqual(
      IDS.map((release) => [release, '0', '2', '1']),
    );
  });

  it('has all in its TAP, also where an order never fired', async () => {
    const fail = ['--fail', 'map_create#9=ENOMEM', '--tap', '-'];
    const { code, out } = await running(...on, ...fail, '--', program, 'none');
    expect(code).toBe(3);
    const lines = out.split('\n');
    expect(lines).toContain('1..6');
    expect(lines.filter((line) => /^(?:not )?ok/u.test(line))).toEqual(
      IDS.flatMap((release, i) => [
        `ok ${2 * i + 1} - ${release}`,
        `not ok ${2 * i + 2} - ${release}: --fail map_create\\#9=ENOMEM fired`,
      ]),
    );
  });

  it('has all in its JUnit', async () => {
    const { code, out } = await running(...on, '--junit', '-', '--', program, 'perf');
    expect(code).toBe(3);
    expect(out).toContain('tests="3" failures="3"');
    expect(out.match(/not modelled: perf_event_open/gu)).toHaveLength(3);
  });

  it('says the worst, whatever came last', async () => {
    // 5.10 has no command 38, so it is known what that release answers.
    const only = ['--strict', '--release', '7.3,5.10', '--', program, 'command'];
    expect((await running(...only)).code).toBe(3);
    const fails = [
      '--strict',
      '--release',
      '7.3,5.10',
      '--',
      'sh',
      '-c',
      `${program} perf; exit 1`,
    ];
    expect((await running(...fails)).code).toBe(3);
  });
});
