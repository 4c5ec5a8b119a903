// The linter of the API's document sees what it should: a checker that sees nothing also reports success.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'bpfledger-lint-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Planted {
  readonly paths: Record<string, Record<string, Record<string, unknown>>>;
}

it('a fault that is planted in the document is found', () => {
  const document = parse(readFileSync(join(root, 'openapi.yaml'), 'utf8')) as Planted;
  const { get: health = {} } = document.paths['/healthz'] ?? {};
  health.summary = undefined;
  health.tags = ['nowhere'];
  health.parameters = [{ name: 'how', in: 'query', schema: { type: 'string', example: 7 } }];
  const file = join(folder, 'openapi.yaml');
  writeFileSync(file, stringify(document, { aliasDuplicateObjects: false }));
  const linter = join(root, 'node_modules/@redocly/cli/bin/cli.js');
  const { status, stdout } = spawnSync(
    process.execPath,
    [linter, 'lint', file, '--config', join(root, 'redocly.yaml'), '--format', 'json'],
    { encoding: 'utf8', env: { ...process.env, REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' } },
  );
  const { problems } = JSON.parse(stdout) as { problems: readonly { readonly ruleId: string }[] };
  expect(status).toBe(1);
  expect([...new Set(problems.map(({ ruleId }) => ruleId))].toSorted()).toEqual([
    'no-invalid-schema-examples',
    'operation-summary',
    'operation-tag-defined',
    'parameter-description',
  ]);
});
