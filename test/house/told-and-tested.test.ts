// Each operation of the API and each command has a test that is about it, and a line in the docs; each
// table of the database has one too.
// The tables that go through all operations (test/api/document.test.ts, route-access.test.ts) do not
// count: they say nothing of what an answer means.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

const { paths } = parse(read('openapi.yaml')) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>;
};
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })),
);

const TABLES_OF_ALL = /(?:api\/document|api\/route-access|house\/told-and-tested)\.test\.ts$/;
const TITLE = /\b(?:describe|it)(?:\.\w+)*\(\s*(['"`]).*?\1/g;
const testFiles = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' }).filter(
  (path) => path.endsWith('.ts') && !TABLES_OF_ALL.test(path),
);
const tests = testFiles.map((path) => read(join('test', path)).replaceAll(TITLE, ''));

/** What stands between the host and the end of a path: `maps/{id}/storages`. */
function tail(path: string): string {
  return path.replace(/^(?:\/v1\/hosts\/\{host\})?\//, '');
}

/** A path goes on from a slash, or is what a function that asks is given. */
const BEFORE = String.raw`(?<=/|\b(?:ask|get|read|text|url|positions|request)\(\[?['"\x60])`;

/** A path as a test spells it: its parameters are values, and what comes first may be a variable. */
function spellingOf(path: string): RegExp {
  const names = tail(path).split('/');
  const patterns = names.map((name, i) => {
    if (name.startsWith('{')) return String.raw`[^/\s'"?]+`;
    return i < names.length - 1 ? String.raw`(?:${name}|\$\{\w+\})` : name;
  });
  return new RegExp(String.raw`${BEFORE}${patterns.join('/')}(?=[?'"\x60$\s])`, 'g');
}

const SENDS: Readonly<Record<string, RegExp>> = {
  POST: /\bpost\(|'POST'/,
  DELETE: /'DELETE'/,
};
/** Around a path there is room for the method, or the function that sends it. */
const ROOM = 120;

function isAsked(text: string, { method, path }: (typeof operations)[number]): boolean {
  return [...text.matchAll(spellingOf(path))].some(({ index }) => {
    const near = text.slice(Math.max(0, index - ROOM), index + ROOM);
    return SENDS[method]?.test(near) ?? true;
  });
}

it('each operation has a test of its own', () => {
  const untested = operations.filter(
    (operation) => !tests.some((text) => isAsked(text, operation)),
  );
  expect(untested.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
});

/** The paths that a line has in code: `POST …/plan`, `/v1/keys`, `/gaps?cgroup=`; parameters as {}. */
function pathsIn(line: string): string[] {
  const code = [...line.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
  return code.flatMap((text) => {
    const path = /^(?:[A-Z]+ )?(?:\/v1\/hosts\/\{host\}|…)?(\/[^\s?]*)/.exec(text)?.[1];
    return path === undefined ? [] : [withoutNames(path)];
  });
}

function withoutNames(path: string): string {
  return path.replaceAll(/\{\w+\}/g, '{}');
}

it('each operation has a line in docs/api.md', () => {
  const lines = read('docs/api.md').split('\n');
  const untold = operations.filter(({ method, path }) => {
    const wanted = withoutNames(`/${tail(path)}`);
    return !lines.some((line) => {
      return pathsIn(line).includes(wanted) && (method === 'GET' || line.includes(method));
    });
  });
  expect(untold.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
});

/** Each command and the file that it is loaded from. */
const COMMAND_ENTRY = /^ {2}(\w+): \{\n.*\n.*import\('\.\/([\w-]+)\.ts'\)/gm;
const commands = [...read('src/cli/commands.ts').matchAll(COMMAND_ENTRY)].map(
  ([, name = '', file = '']) => ({ name, file }),
);

it('each command has a file of its name', () => {
  expect(commands.length).toBeGreaterThan(20);
  expect(commands.filter(({ name, file }) => name !== file)).toEqual([]);
});

/** Help and mistyped lines alone are not a test of a command. */
const HELP_ALONE = 'cli/command-line.test.ts';

it('each command is run by a test', () => {
  const folders = ['cli', 'kernel', 'proof'];
  const runs = testFiles
    .filter((path) => folders.some((name) => path.startsWith(`${name}/`)) && path !== HELP_ALONE)
    .map((path) => read(join('test', path)));
  const unrun = commands.filter(({ name }) => {
    const typed = new RegExp(String.raw`(?:\[|\(|words, |, )\s*'${name}[' ]`);
    return !runs.some((text) => typed.test(text));
  });
  expect(unrun.map(({ name }) => name)).toEqual([]);
});

it("each command is in README's table", () => {
  const rows = read('README.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  const spans = rows.flatMap((row) => {
    return [...(row.split(/(?<!\\)\|/)[1] ?? '').matchAll(/`(\w+)[^`]*`/g)].map(([, name]) => name);
  });
  expect(commands.filter(({ name }) => !spans.includes(name)).map(({ name }) => name)).toEqual([]);
});

it('each table of the database has a row in docs/postgresql.md', () => {
  const schemas = ['schema', 'fleet/schema', 'alerts/schema'].map((one) => `projections/${one}`);
  const sources = ['events/storage/tables', 'events/kernel-reports/tables', ...schemas];
  const tables = sources.flatMap((path) => {
    return [...read(`src/${path}.ts`).matchAll(/pgTable\(\s*'(\w+)'/g)].map(
      ([, name = '']) => name,
    );
  });
  const rows = read('docs/postgresql.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  const told = rows.map((row) => row.split('|')[1] ?? '').join();
  const familyOf = (name: string) => (name.endsWith('_versions') ? '*_versions' : name);
  expect(tables.length).toBeGreaterThan(15);
  expect(tables.filter((name) => !told.includes(`\`${familyOf(name)}\``))).toEqual([]);
});
