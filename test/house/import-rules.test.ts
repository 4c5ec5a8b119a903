// Proves that the linter sees what it should refuse. Every folder gets one planted file that imports
// from every other folder, in a copy of the tree outside the repository, and biome must report just
// the arrows that point upward. A checker that reads no files also reports success.

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const mayImport: Record<string, readonly string[]> = {
  domain: [],
  events: ['domain'],
  projections: ['domain', 'events'],
  'time-travel': ['domain', 'events', 'projections'],
  client: [],
  recorders: ['domain', 'events', 'client'],
  native: ['domain', 'koffi'],
  executor: ['domain', 'events', 'native'],
  sandbox: ['domain', 'events', 'native'],
  api: ['domain', 'events', 'projections', 'time-travel', 'recorders'],
  cli: [
    'domain',
    'events',
    'projections',
    'time-travel',
    'recorders',
    'native',
    'executor',
    'sandbox',
    'client',
    'main.ts',
  ],
  library: ['domain'],
  web: [],
};
const folders = Object.keys(mayImport);
const roots = ['main.ts', 'wiring.ts'];
const targets = [...folders, ...roots, 'koffi'];

const importRule = 'lint/style/noRestrictedImports';
const globalRule = 'lint/style/noRestrictedGlobals';
const propertyRule = 'lint/nursery/noJsRestrictedProperties';
const cycleRule = 'lint/suspicious/noImportCycles';

/** A file, what it says, and the rule that must refuse it (none: it must pass). */
const planted: readonly (readonly [path: string, source: string, rule?: string])[] = [
  ['src/domain/zod.ts', `import { z } from 'zod';\nexport const schema = z;`, importRule],
  [
    'src/domain/node.ts',
    `import { statSync } from 'node:fs';\nexport const s = statSync;`,
    importRule,
  ],
  ['src/domain/lazy.ts', `export const load = () => import('node:fs');`, importRule],
  ['src/domain/door.ts', `export * from 'zod';`, importRule],
  ['src/domain/support.ts', `export * from '../../test/support/x.ts';`, importRule],
  ['src/domain/clock.ts', `export const now = () => Date.now();`, globalRule],
  ['src/domain/day.ts', `export const day = () => new Date();`, globalRule],
  ['src/domain/env.ts', `export const env = () => process.env;`, globalRule],
  ['src/domain/dice.ts', `export const dice = () => Math.random();`, propertyRule],
  ['src/domain/larger.ts', `export const larger = Math.max(1, 2);`],
  ['src/domain/deep/up.ts', `export * from '../larger.ts';`],
  [
    'src/domain/a.test.ts',
    `import { it } from 'vitest';\nimport 'node:fs';\nit('runs', () => {});`,
  ],
  ['src/domain/b.test.ts', `import '../events/x.ts';`, importRule],
  ['src/events/zod.ts', `import { z } from 'zod';\nexport const schema = z;`],
  ['src/events/http.ts', `export * from 'hono/streaming';`, importRule],
  ['src/events/encoding/rows.ts', `import '../storage/x.ts';`, importRule],
  ['src/events/storage/texts.ts', `import '../encoding/x.ts';`, importRule],
  ['src/events/segment/rows.ts', `import '../reading/x.ts';`, importRule],
  ['src/events/segment/calls.ts', `import '../schema/x.ts';`, importRule],
  ['src/events/segment/texts.ts', `import '../encoding/x.ts';`],
  ...['storage', 'segment', 'reading', 'writing', 'proof', 'bundle', 'kernel-reports'].map(
    (room) => [`src/events/schema/${room}.ts`, `import '../${room}/x.ts';`, importRule] as const,
  ),
  ['src/events/schema/texts.ts', `import '../encoding/x.ts';`],
  ['src/events/schema/up.ts', `import '../../projections/x.ts';`, importRule],
  ['src/events/reading/appends.ts', `import '../writing/x.ts';`, importRule],
  ['src/events/reading/texts.ts', `import '../encoding/x.ts';`],
  ['src/events/writing/signs.ts', `import '../proof/x.ts';`, importRule],
  ['src/events/proof/appends.ts', `import '../writing/x.ts';`, importRule],
  ['src/events/proof/up.ts', `import '../../projections/x.ts';`, importRule],
  ['src/events/proof/packs.ts', `import '../bundle/x.ts';`, importRule],
  ['src/events/bundle/reported.ts', `import '../kernel-reports/x.ts';`, importRule],
  ['src/events/bundle/proven.ts', `import '../proof/x.ts';`],
  ['src/events/bundle/up.ts', `import '../../projections/x.ts';`, importRule],
  ['src/events/kernel-reports/packs.ts', `import '../bundle/x.ts';`, importRule],
  ['src/events/kernel-reports/rows.ts', `import '../storage/x.ts';`],
  ['src/events/kernel-reports/up.ts', `import '../../projections/x.ts';`, importRule],
  ['src/executor/ledger/service.ts', `import '../../client/x.ts';`],
  ['src/executor/ledger/up.ts', `import '../../cli/x.ts';`, importRule],
  ['src/executor/follow/service.ts', `import '../../client/x.ts';`, importRule],
  ['src/recorders/http.ts', `export * from '@hono/node-server';`, importRule],
  ['src/api/http.ts', `export * from 'hono';`],
  ['src/api/sql.ts', `export * from 'postgres';`, importRule],
  ['src/cli/kernel.ts', `export const load = () => import('koffi');`, importRule],
  ['test/kernel/kernel.ts', `export * from 'koffi';`, importRule],
  ['src/api/hen.ts', `import { egg } from './egg.ts';\nexport const hen = () => egg;`, cycleRule],
  ['src/api/cause.ts', `import type { B } from './effect.ts';\nexport type A = B;`, cycleRule],
  ['src/api/effect.ts', `import type { A } from './cause.ts';\nexport type B = A;`, cycleRule],
  ['src/api/egg.ts', `import { hen } from './hen.ts';\nexport const egg = () => hen;`, cycleRule],
];

/** One import on each line, in the order of `targets`. */
function importAll(up: string): string {
  const specifier = (to: string) => (folders.includes(to) ? `${up}${to}/x.ts` : `${up}${to}`);
  return targets.map((to) => `import '${to === 'koffi' ? to : specifier(to)}';`).join('\n');
}

interface Report {
  readonly summary: { readonly unchanged: number; readonly skipped: number };
  readonly diagnostics: readonly {
    readonly category: string;
    readonly location: { readonly path: string; readonly start: { readonly line: number } };
  }[];
}

const root = join(import.meta.dirname, '..', '..');
let tree: string;
let report: Report;

function plant(path: string, source: string): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), `${source}\n`);
}

function lint(): Report {
  const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');
  const args = ['lint', '--vcs-enabled=false', '--reporter=json', '--max-diagnostics=none', '.'];
  const { stdout } = spawnSync(process.execPath, [biome, ...args], { cwd: tree, encoding: 'utf8' });
  return JSON.parse(stdout);
}

function refusedTargets(path: string): string[] {
  const lines = report.diagnostics
    .filter((found) => found.category === importRule && found.location.path === path)
    .map((found) => found.location.start.line);
  return targets.filter((_, index) => lines.includes(index + 1));
}

beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), 'bpfledger-rules-'));
  copyFileSync(join(root, 'biome.json'), join(tree, 'biome.json'));
  for (const from of folders) plant(`src/${from}/all.ts`, importAll('../'));
  for (const file of roots) plant(`src/${file}`, importAll('./'));
  for (const [path, source] of planted) plant(path, source);
  report = lint();
}, 30_000);

afterAll(() => rmSync(tree, { recursive: true, force: true }));

it('biome reads every planted file', () => {
  const files = ['biome.json', ...roots, ...folders, ...planted].length;
  expect(report.summary).toMatchObject({ unchanged: files, skipped: 0 });
});

describe('an arrow upward is refused, an arrow downward passes', () => {
  it.each(Object.entries(mayImport))('from src/%s', (from, allowed) => {
    const refused = targets.filter((to) => to !== from && !allowed.includes(to));
    expect(refusedTargets(`src/${from}/all.ts`)).toEqual(refused);
  });

  it.each(roots)('from src/%s', (file) => {
    expect(refusedTargets(`src/${file}`)).toEqual(['client', 'cli', 'web', 'koffi']);
  });
});

describe('packages, globals and cycles', () => {
  it.each(planted)('%s', (path, _source, rule) => {
    const rules = report.diagnostics
      .filter((found) => found.location.path === path && found.category.startsWith('lint/'))
      .map((found) => found.category);
    expect([...new Set(rules)]).toEqual(rule === undefined ? [] : [rule]);
  });
});
