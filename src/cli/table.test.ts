import { expect, it } from 'vitest';
import { type Column, createTable, tableLines } from './table.ts';

const COLUMNS: readonly Column[] = [
  { title: 'position' },
  { title: 'process', rank: 1 },
  { title: 'actor', rank: 2 },
  { title: 'cgroup', cut: { at: 'start', to: 8 } },
];
const ROWS = [
  ['7', 'systemd[2]', 'local', '/system.slice/docker-4f1c9e.scope'],
  ['18', 'runc[4]', 'token:ci', '/pods'],
];

it('is whole where there is no terminal', () => {
  expect(tableLines(COLUMNS, ROWS, undefined)).toEqual([
    'position  process     actor     cgroup',
    '7         systemd[2]  local     /system.slice/docker-4f1c9e.scope',
    '18        runc[4]     token:ci  /pods',
  ]);
});

it('cuts a text where it says least, before it leaves out a column', () => {
  expect(tableLines(COLUMNS, ROWS, 50)).toEqual([
    'position  process     actor     cgroup',
    '7         systemd[2]  local     …cker-4f1c9e.scope',
    '18        runc[4]     token:ci  /pods',
  ]);
});

it('leaves out what matters least, and never what matters most', () => {
  expect(tableLines(COLUMNS, ROWS, 35)[1]).toBe('7         systemd[2]  …4f1c9e.scope');
  expect(tableLines(COLUMNS, ROWS, 20)[1]).toBe('7         …c9e.scope');
  // Too narrow for what is always there: it stays.
  expect(tableLines(COLUMNS, ROWS, 5)[1]).toBe('7         …e.scope');
});

it('takes of the widest column first', () => {
  const cut = { at: 'end', to: 3 } as const;
  const columns = [
    { title: 'a', cut },
    { title: 'b', cut },
  ];
  expect(tableLines(columns, [['12345', '123456789']], 13)[1]).toBe('12345  12345…');
  expect(tableLines(columns, [['12345', '123456789']], 10)[1]).toBe('123…  123…');
});

it('takes what a column would keep last', () => {
  const columns = [
    { title: 'a', cut: { at: 'end', to: 3, keep: 7 } },
    { title: 'b', cut: { at: 'end', to: 3 } },
  ] as const;
  const row = ['123456789', '123456'];
  expect(tableLines(columns, [row], 13)[1]).toBe('123456…  123…');
  expect(tableLines(columns, [row], 11)[1]).toBe('12345…  12…');
});

it('no line is wider than the terminal, whatever its width, while it can be', () => {
  for (let room = 18; room < 90; room++) {
    for (const line of tableLines(COLUMNS, ROWS, room)) {
      expect(line.length).toBeLessThanOrEqual(room);
    }
  }
});

it('takes rows one after the other below one line of titles', () => {
  const table = createTable([{ title: 'a', least: 4 }, { title: 'b' }], undefined);
  expect(table.lines([])).toEqual([]);
  expect(table.lines([['1', 'x']])).toEqual(['a     b', '1     x']);
  expect(table.lines([['12345', 'y']])).toEqual(['12345  y']);
  expect(table.lines([['1', 'z']])).toEqual(['1      z']);
});
