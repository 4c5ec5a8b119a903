// docs/guarantees.md names the command that repeats each test; its files and scripts are there.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(root, 'docs', 'guarantees.md'), 'utf8');

it('each promise has figures of its own, and a command that repeats them', () => {
  const rows = page.split('\n').filter((line) => /^\| \d+ \|/u.test(line));
  expect(rows.length).toBeGreaterThan(20);
  const lacking = rows.filter((row) => {
    const [, , , , figures = '', repeat = ''] = row.split('|');
    return !/\d/u.test(figures) || !repeat.includes('`');
  });
  expect(lacking).toEqual([]);
});

it('each test that the guarantees name is there', () => {
  const files = [...page.matchAll(/`npx vitest run --project \w+ ([^`]+)`/g)].flatMap(([, named]) =>
    String(named).split(' '),
  );
  expect(files.length).toBeGreaterThan(10);
  expect(files.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

it('each script that the guarantees name is there', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const named = [...page.matchAll(/\bnpm run ([\w:]+)/g)].map(([, script]) => String(script));
  expect(named.length).toBeGreaterThan(3);
  expect(named.filter((script) => scripts[script] === undefined)).toEqual([]);
});
