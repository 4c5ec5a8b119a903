// The house rules that a machine can read, as a test over every tracked file.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { anchors } from '../../scripts/docs-site/links.js';

const root = join(import.meta.dirname, '..', '..');
const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter((path) => path !== '' && existsSync(join(root, path)));
const typescript = tracked.filter((path) => /\.tsx?$/.test(path));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** `file:line: text` for every line that the pattern matches. */
function linesMatching(paths: readonly string[], pattern: RegExp): string[] {
  return paths.flatMap((path) =>
    read(path)
      .split('\n')
      .flatMap((line, index) =>
        pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [],
      ),
  );
}

it('git knows the files', () => {
  expect(tracked).toContain('package.json');
});

it('no file names a path of one machine, unless it is a recording', () => {
  const texts = tracked.filter((path) => !/\.strace$|^package-lock\.json$/.test(path));
  expect(linesMatching(texts, /\/(?:[w]ork|[f]arm|[r]oot)\/|\/[t]mp\/[a-z]/)).toEqual([]);
});

it('the lockfile names no registry', () => {
  expect(linesMatching(['package-lock.json'], /"resolved":/)).toEqual([]);
});

it('no source file passes 350 lines', () => {
  const length = (path: string) => read(path).trimEnd().split('\n').length;
  const sources = typescript.filter((path) => path.startsWith('src/'));
  expect(sources.filter((path) => length(path) > 350)).toEqual([]);
});

it('no test is focused, unwritten or skipped without a printed reason', () => {
  expect(linesMatching(typescript, /\b(?:it|test|describe)\.(?:skip|only|todo|fails)\b/)).toEqual(
    [],
  );
  const conditional = typescript.filter((path) => /\.(?:skipIf|runIf)\(/.test(read(path)));
  const silent = conditional.filter((path) => !/\bneeds\('/.test(read(path)));
  expect(silent).toEqual([]);
});

it('no file is a grab-bag', () => {
  const grabBag = /^(?:utils?|helpers?|managers?|common|misc)\./;
  expect(tracked.filter((path) => grabBag.test(basename(path)))).toEqual([]);
});

it('no tracked file is over 1 MB', () => {
  expect(tracked.filter((path) => statSync(join(root, path)).size > 1_048_576)).toEqual([]);
});

it('the domain awaits nothing and names no package, not even for a type', () => {
  const domain = typescript.filter((path) => /^src\/domain\/(?!.*\.test\.ts$)/.test(path));
  expect(linesMatching(domain, /^(?! *(?:\/\/|\/?\*)).*\b(?:async|await|import\()/)).toEqual([]);
});

it('code cites only headings that the documents have', () => {
  const cited = typescript.flatMap((path) => read(path).match(/\bdocs\/[\w/-]+\.md#[\w-]+/g) ?? []);
  expect(cited).toContain('docs/performance.md#a-spread-with-a-new-field');
  const missing = [...new Set(cited)].filter((citation) => {
    const [path = '', anchor] = citation.split('#');
    const headings = read(path).match(/^#+ .+$/gm) ?? [];
    const anchorOf = anchors();
    return !headings.some((heading) => anchorOf(heading.replace(/^#+ /, '')) === anchor);
  });
  expect(missing).toEqual([]);
});
