// Holds the glossary to the code: what its last column names exists, and each word stands there once.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const glossary = readFileSync(join(root, 'docs', 'glossary.md'), 'utf8');
const tracked = execFileSync('git', ['ls-files', '-z', 'src', 'docs', '*.md'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\0')
  .filter((path) => path !== '' && existsSync(join(root, path)))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
const sources = tracked
  .filter(({ path }) => path.startsWith('src/') && path.endsWith('.ts'))
  .map(({ text }) => text)
  .join('\n');

const rows = glossary
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| word |'))
  .map((line) => line.split('|').map((cell) => cell.trim()));

const isDeclared = (name: string): boolean =>
  new RegExp(`^export (?:async )?(?:interface|type|class|function\\*?|const) ${name}\\b`, 'm').test(
    sources,
  );

it('names only what the code has', () => {
  const names = rows.flatMap((row) => [...(row[3] ?? '').matchAll(/`(\w+)`/gu)].map((m) => m[1]));
  expect(names.length).toBeGreaterThan(50);
  expect(names.filter((name) => !isDeclared(name ?? ''))).toEqual([]);
});

it('gives each word one meaning', () => {
  const words = rows.map((row) => row[1]);
  expect(words.filter((word, index) => words.indexOf(word) !== index)).toEqual([]);
  expect(rows.filter((row) => (row[2] ?? '').length < 10)).toEqual([]);
});

it('stands alone in saying "at once"', () => {
  // Recordings keep their words, and so does what was released.
  const free = /^(?:docs\/incidents\/|docs\/glossary\.md|CHANGELOG\.md|bench\/|test\/)/;
  const said = tracked.filter(({ path, text }) => !free.test(path) && /\bat once\b/i.test(text));
  expect(said.map(({ path }) => path)).toEqual([]);
});

it('is linked from where a reader begins', () => {
  for (const page of ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md']) {
    expect(readFileSync(join(root, page), 'utf8'), page).toContain('docs/glossary.md');
  }
});
