// Tables, whatever becomes of rows that are gone, hold what a Map holds; so do layers of them.

import { expect, it } from 'vitest';
import { type RowKind, Table } from '../../src/domain/table.ts';
import { randomFrom } from '../../src/recorders/generator/random.ts';

interface NumberRow {
  n: number;
}

const copy = (row: NumberRow): NumberRow => ({ ...row });
const KINDS: readonly (readonly [string, RowKind<NumberRow>])[] = [
  ['keys that are removed', { copy }],
  ['keys that return', { copy, keysReturn: true }],
];

/** Sets and removes of few keys, by a seed, on a table and on a Map. */
function change(table: Table<number, NumberRow>, map: Map<number, number>, seed: number): void {
  const random = randomFrom(seed);
  for (let n = 0; n < 500; n++) {
    const key = random.below(100);
    if (map.has(key)) {
      if (n % 3 === 0) {
        table.edit(key).n = n;
        map.set(key, n);
      } else {
        table.delete(key);
        map.delete(key);
      }
    } else {
      table.set(key, { n });
      map.set(key, n);
    }
    expect([table.has(key), table.get(key)?.n, table.size]).toEqual([
      map.has(key),
      map.get(key),
      map.size,
    ]);
  }
}

const listRows = (table: Table<number, NumberRow>) =>
  [...table.entries()].map(([key, { n }]) => [key, n] as const).sort(([a], [b]) => a - b);
const sortRows = (map: ReadonlyMap<number, number>) => [...map].sort(([a], [b]) => a - b);

it.each(KINDS)('%s: what is left is what a Map has left', (_, kind) => {
  const table = new Table<number, NumberRow>(kind);
  const map = new Map<number, number>();
  change(table, map, 7);
  expect(listRows(table)).toEqual(sortRows(map));

  const layer = table.layer();
  const above = new Map(map);
  change(layer, above, 11);
  expect([listRows(table), listRows(layer)]).toEqual([sortRows(map), sortRows(above)]);
  layer.flush();
  expect([listRows(table), table.size]).toEqual([sortRows(above), above.size]);
});

it.each(KINDS)('%s: a row that is gone cannot be removed or changed', (_, kind) => {
  const table = new Table<number, NumberRow>(kind);
  table.set(1, { n: 1 });
  table.delete(1);
  expect(() => table.delete(1)).toThrow('impossible effect');
  expect(() => table.edit(1)).toThrow('impossible effect');
});

it.each(KINDS)(
  '%s: a layer whose base was changed below it is not flushed in silence',
  (_, kind) => {
    const table = new Table<number, NumberRow>(kind);
    table.set(1, { n: 1 });
    const layer = table.layer();
    layer.edit(1).n = 2;
    table.set(2, { n: 2 });
    expect(() => layer.flush()).toThrow('impossible layer');
  },
);
