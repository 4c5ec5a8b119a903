// The pages name every call, every field and every problem that there is.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { recordedCall } from '../events/schema/call-schema.ts';
import { VARIABLES } from './configuration.ts';
import { PROBLEMS } from './problem-table.ts';

const page = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

it('docs/api.md has a row for every call, with every field', () => {
  const rows = page('api.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  const missing = recordedCall.options.flatMap(({ shape }) => {
    const name = shape.name.value;
    const row = rows.find((line) => line.split('|')[1]?.includes(`\`${name}\``)) ?? '';
    return Object.keys(shape)
      .filter(
        (field) =>
          field !== 'name' && !row.includes(`\`${field}\``) && !row.includes(`\`${field}?\``),
      )
      .map((field) => `${name}.${field}`);
  });
  expect(missing).toEqual([]);
});

it('docs/problems.md has a row for every problem, with its status', () => {
  const rows = page('problems.md').split('\n');
  const missing = Object.entries(PROBLEMS).filter(
    ([slug, { status }]) => !rows.some((row) => row.startsWith(`| \`${slug}\` | ${status} |`)),
  );
  expect(missing).toEqual([]);
});

it('docs/configuration.md has a row for every variable', () => {
  const rows = page('configuration.md').split('\n');
  const missing = VARIABLES.filter(
    (name) => !rows.some((row) => row.startsWith(`| \`${name}\` |`)),
  );
  expect(missing).toEqual([]);
});
