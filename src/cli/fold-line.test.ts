import { expect, it } from 'vitest';
import { foldLine } from './fold-line.ts';

const LINE = '    12  init[1] prog_attach(target_path=/pods, attach_type=cgroup_inet_egress) = 0';

it('folds between words, with a hanging indent, and loses nothing', () => {
  const parts = foldLine(LINE, 50);
  expect(parts).toEqual([
    '    12  init[1] prog_attach(target_path=/pods,',
    '        attach_type=cgroup_inet_egress) = 0',
  ]);
  expect(parts.join(' ').replace(/\s+/gu, ' ')).toBe(LINE.replace(/\s+/gu, ' '));
});

it('leaves what fits, what is JSON, words wider than the terminal, and narrow terminals', () => {
  const word = `/${'a'.repeat(90)}`;
  for (const [line, columns] of [
    [LINE, LINE.length],
    [`{"a": "${'b '.repeat(60)}"}`, 80],
    [word, 80],
    [LINE, 39],
  ] as const) {
    expect(foldLine(line, columns)).toEqual([line]);
  }
  const list = `ids=[${'5001,'.repeat(20)}7]`;
  expect(foldLine(list, 80)[0]).toBe(`ids=[${'5001,'.repeat(15)}`);
  expect(foldLine(`on ${word} for egress`, 80)).toEqual(['on', `    ${word}`, '    for egress']);
});
