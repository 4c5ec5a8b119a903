// Every table, asked of every kernel of its columns.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RULES } from '../../../src/domain/rules.ts';
import { pages } from './document.ts';
import { run } from './run.ts';
import { parsed } from './table.ts';
import { TABLES } from './tables.ts';

describe.each(TABLES)('$page: $title', (table) => {
  const kernels = parsed(table).columns.flatMap((column) => column.kernels);

  it.each(kernels)('is answered row by row on %s', (kernel) => {
    const asked = run(table, kernel);
    const line = (fault: string, answer: string) => `${answer.padEnd(9)} ${fault}`;
    expect(asked.map(({ fault, got }) => line(fault, got))).toEqual(
      asked.map(({ fault, expected }) => line(fault, expected)),
    );
  });
});

const MENDED_IN_TURN = TABLES.filter((table) => table.call !== undefined);

describe.each(MENDED_IN_TURN)('$page: $title', (table) => {
  const kernels = parsed(table).columns.flatMap((column) => column.kernels);

  it.each(kernels)('has no row on %s whose mend changes nothing', (kernel) => {
    const asked = run(table, kernel).slice(0, -1);
    const same = asked.filter(({ why }, i) => why !== undefined && why === asked[i - 1]?.why);
    expect(same.map(({ fault }) => fault)).toEqual([]);
  });
});

/** The executor's rule for what a real kernel answered: the model never gives it. */
const OUTSIDE_THE_MODEL = 'kernel-said-so';

it('every rule that refuses is answered by some row', () => {
  const hit = new Set<string>([OUTSIDE_THE_MODEL]);
  for (const table of TABLES) {
    for (const { kernels } of parsed(table).columns) {
      for (const kernel of kernels) {
        for (const { rule } of run(table, kernel)) if (rule !== undefined) hit.add(rule);
      }
    }
  }
  expect(Object.keys(RULES).filter((rule) => !hit.has(rule))).toEqual([]);
});

it('docs/errno says what the tables say, byte for byte', () => {
  const folder = join(import.meta.dirname, '../../../docs/errno');
  const written = pages().map(({ file, text }) => [file, text]);
  const files = readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]);
  expect(Object.fromEntries(files)).toEqual(Object.fromEntries(written));
});
