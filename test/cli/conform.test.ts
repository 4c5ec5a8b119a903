// `conform` is how strangers convince themselves of the model: it must say no when the answer is no.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bpfledger } from '../support/command.ts';

const HEADER = { scenario: 'a-refusal', format: 1, kernel: '6.18.44', attach_types: [] };

const STEPS = [
  { i: 0, step: { op: 'spawn', proc: 'p1' }, out: { ret: 0 } },
  { i: 1, step: { op: 'mkdir', cg: '/a' }, out: { ret: 0 } },
  { i: 2, step: { op: 'rmdir', cg: '/b' }, out: { err: 'ENOENT' } },
];

const textOf = (lines: readonly object[]) =>
  lines.map((line) => `${JSON.stringify(line)}\n`).join('');
const RIGHT = textOf([HEADER, ...STEPS]);
/** The kernel that never was: it removes a cgroup that is not there. */
const WRONG = textOf([HEADER, ...STEPS.slice(0, 2), { ...STEPS[2], out: { ret: 0 } }]);

let folder: string;
const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bpfledger-conform-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a kernel that the model answers like', () => {
  it('ends with the number of steps and 0 mismatches', async () => {
    const { code, out, err } = await bpfledger(['conform', 'test/histories/6.17.jsonl.br']);
    expect([code, out, err]).toEqual([0, '4498 steps, 0 mismatches\n', '']);
  });

  it('may come plain, packed, and in folders below folders, beside other files', async () => {
    file('right/plain.jsonl', RIGHT);
    file('right/deeper/packed.jsonl.gz', gzipSync(RIGHT));
    file('right/deeper/down/packed.jsonl.br', brotliCompressSync(RIGHT + RIGHT));
    file('right/README.md', 'not a recording');
    const { code, out } = await bpfledger(['conform', join(folder, 'right')]);
    expect([code, out]).toEqual([0, '12 steps, 0 mismatches\n']);
  });
});

describe('a kernel that the model does not answer like', () => {
  it('is told by file, step, what was expected, what was got, and the rule that answered', async () => {
    const path = file('wrong.jsonl', WRONG);
    const { code, out } = await bpfledger(['conform', path]);
    const [place, ...rest] = out.trimEnd().split('\n');
    expect(place).toMatch(/wrong\.jsonl: a-refusal step 2 \(rmdir\): out$/);
    expect(rest).toEqual([
      '  expected {"ret":0}',
      '  got      {"err":"ENOENT"}',
      '  rule     no-such-cgroup (§17)',
      '3 steps, 1 mismatch',
    ]);
    expect(code).toBe(1);
  });

  it('is told as JSON when a program asks', async () => {
    const { code, out } = await bpfledger(['conform', file('wrong.jsonl', WRONG), '--json']);
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(lines).toEqual([
      expect.objectContaining({
        step: 2,
        what: 'out',
        expected: { ret: 0 },
        got: { err: 'ENOENT' },
      }),
      { steps: 3, mismatches: 1 },
    ]);
    expect(code).toBe(1);
  });

  it('is found by the state as well as by the answer', async () => {
    const steps = [STEPS[0], { ...STEPS[1], st: { 'prog:A': 'live' } }];
    const path = file('state.jsonl', textOf([HEADER, ...(steps as object[])]));
    const { code, out } = await bpfledger(['conform', path]);
    expect(out).toContain(
      'a-refusal step 1 (mkdir): prog:A\n  expected "live"\n  got      undefined\n',
    );
    expect(code).toBe(1);
  });

  it('is another release: 6.18 does not do what 5.10 did', async () => {
    const history = 'test/histories/5.10.jsonl.br';
    const { code, out } = await bpfledger(['conform', history, '--release', '6.18', '--json']);
    expect(JSON.parse(out.trimEnd().split('\n').at(-1) ?? '')).toEqual({
      steps: 23323,
      mismatches: expect.any(Number),
    });
    expect(code).toBe(1);
  });
});

describe('a recording that cannot be read', () => {
  const unreadable: readonly (readonly [
    what: string,
    name: string,
    content: string | Uint8Array,
    said: string,
  ])[] = [
    ['is not JSON', 'a.jsonl', '{"scenario":', 'a.jsonl:1: not a JSON object'],
    ['begins with a step', 'b.jsonl', textOf(STEPS), 'b.jsonl:1: a step before the header'],
    [
      'holds another kind of line',
      'c.jsonl',
      `${RIGHT}{"x":1}\n`,
      'c.jsonl:5: not a line of a golden file',
    ],
    ['is empty', 'd.jsonl', '', 'd.jsonl: holds no scenario'],
    [
      'breaks off',
      'e.jsonl.gz',
      gzipSync(RIGHT).subarray(0, 40),
      'e.jsonl.gz: unexpected end of file',
    ],
    [
      'is of an unknown kernel',
      'f.jsonl',
      RIGHT.replace('6.18.44', '4.19.1'),
      'no kernel release is called 4.19.1; the oldest is 5.7',
    ],
    ['is not one by its name', 'g.txt', RIGHT, 'g.txt has no golden file'],
  ];

  it.each(unreadable)('%s: 2, and the file is named', async (_, name, content, said) => {
    const { code, out, err } = await bpfledger(['conform', file(name, content)]);
    expect(err).toContain(said);
    expect(err).not.toMatch(/^\s+at /m);
    expect([code, out]).toEqual([2, '']);
  });

  it('is not there, or a folder without any: 2', async () => {
    mkdirSync(join(folder, 'empty'));
    for (const [path, said] of [
      ['nowhere', 'nowhere: there is no such file or folder'],
      ['empty', 'no golden file'],
    ] as const) {
      const { code, err } = await bpfledger(['conform', join(folder, path)]);
      expect(err).toContain(said);
      expect(code).toBe(2);
    }
  });
});
