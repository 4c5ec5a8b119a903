// Every table, asked of every kernel of its columns.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RULES } from '../../../src/domain/rules.ts';
import { pages } from './document.ts';
import type { KernelName } from './kernels.ts';
import { type Asked, run } from './run.ts';
import { parse, type Table } from './table.ts';
import { TABLES } from './tables.ts';

/** What each kernel answered to each table: several tests ask for the same. */
const answered = new Map<Table, Map<KernelName, readonly Asked[]>>();

function answersOf(table: Table, kernel: KernelName): readonly Asked[] {
  const byKernel = answered.get(table) ?? new Map<KernelName, readonly Asked[]>();
  answered.set(table, byKernel);
  const answers = byKernel.get(kernel) ?? run(table, kernel);
  byKernel.set(kernel, answers);
  return answers;
}

const kernelsIn = (table: Table) => parse(table).columns.flatMap(({ kernels }) => kernels);

describe.each(TABLES)('$page: $title', (table) => {
  it('is answered row by row', () => {
    const wrong = kernelsIn(table).flatMap((kernel) => {
      const asked = answersOf(table, kernel).filter(({ expected, got }) => got !== expected);
      return asked.map(
        ({ fault, expected, got }) => `${kernel}: ${fault}: ${got}, not ${expected}`,
      );
    });
    expect(wrong).toEqual([]);
  });

  it('has each kernel in one column', () => {
    expect(new Set(kernelsIn(table)).size).toBe(kernelsIn(table).length);
  });
});

const MENDED_IN_TURN = TABLES.filter((table) => table.call !== undefined);

describe.each(MENDED_IN_TURN)('$page: $title', (table) => {
  it('has no row whose mend changes nothing', () => {
    const same = kernelsIn(table).flatMap((kernel) => {
      const asked = answersOf(table, kernel).slice(0, -1);
      const again = asked.filter(({ why }, i) => why !== undefined && why === asked[i - 1]?.why);
      return again.map(({ fault }) => `${kernel}: ${fault}`);
    });
    expect(same).toEqual([]);
  });
});

/** Rules for what a real kernel answered: the model never gives them. */
const OUTSIDE_THE_MODEL = ['kernel-said-so', 'beyond-these-rules'];

it('every rule that refuses is answered by some row', () => {
  const hit = new Set<string>(OUTSIDE_THE_MODEL);
  for (const table of TABLES) {
    for (const { kernels } of parse(table).columns) {
      for (const kernel of kernels) {
        for (const { rule } of answersOf(table, kernel)) if (rule !== undefined) hit.add(rule);
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
