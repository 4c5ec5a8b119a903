// The lowest free number, and layers, against a plain search.

import { describe, expect, it } from 'vitest';
import { FdTable } from './fd-table.ts';

const FD = { file: 1, cloexec: true };

function open(numbers: readonly number[]): FdTable {
  const fds = new FdTable();
  for (const number of numbers) fds.set(number, FD);
  return fds;
}

const upTo = (end: number): number[] => Array.from({ length: end }, (_, i) => i);
const numbersOf = (fds: FdTable): number[] => [...fds].map(([number]) => number);

describe('the lowest free number', () => {
  it.each([
    { what: 'of none open', fds: open([]), free: 0, besides: 1 },
    { what: 'is a hole', fds: open([0, 1, 3]), free: 2, besides: 4 },
    { what: 'is after a full word', fds: open(upTo(32)), free: 32, besides: 33 },
    { what: 'is in a word between full ones', fds: open([...upTo(31), 32]), free: 31, besides: 33 },
    { what: 'is not above a huge number', fds: open([0, 2 ** 40]), free: 1, besides: 2 },
    {
      what: 'is found after all that have bits',
      fds: open(upTo(2 ** 20 + 2)),
      free: 2 ** 20 + 2,
      besides: 2 ** 20 + 3,
    },
  ])('$what', ({ fds, free, besides }) => {
    expect([fds.lowestFree(undefined), fds.lowestFree(free)]).toEqual([free, besides]);
  });

  it('goes down when a lower number is closed', () => {
    const fds = open(upTo(100));
    expect(fds.lowestFree(undefined)).toBe(100);
    fds.delete(40);
    expect([fds.lowestFree(undefined), fds.lowestFree(40)]).toEqual([40, 100]);
  });
});

it.each([
  { what: 'none', numbers: [] },
  { what: 'words with holes', numbers: [70, 3, 0, 31, 32, 2, 64] },
  { what: 'numbers that have no bit', numbers: [2 ** 40, 5, 2 ** 20, 2 ** 20 - 1] },
])('its numbers are in order: $what', ({ numbers }) => {
  const fds = open([...numbers, 9]);
  fds.delete(9);
  expect(fds.numbers()).toEqual(numbers.toSorted((a, b) => a - b));
  expect(fds.layer().numbers()).toEqual(fds.numbers());
});

describe('a layer', () => {
  it('changes nothing below it until it is flushed', () => {
    const base = open([0, 1, 2]);
    const layer = base.layer();
    layer.delete(1);
    layer.set(7, FD);
    expect([numbersOf(base), base.lowestFree(undefined)]).toEqual([[0, 1, 2], 3]);
    expect([numbersOf(layer), layer.lowestFree(undefined)]).toEqual([[0, 2, 7], 1]);
    expect(layer.flushInto(base)).toBe(base);
    expect([numbersOf(base), base.lowestFree(undefined)]).toEqual([[0, 2, 7], 1]);
  });

  it('of a layer is flushed into that layer, and not into what is below', () => {
    const base = open([0]);
    const layer = base.layer();
    const above = layer.layer();
    above.set(1, FD);
    expect(above.flushInto(base)).toBe(above);
    expect(above.flushInto(layer)).toBe(layer);
    expect([layer.has(1), base.has(1)]).toEqual([true, false]);
  });
});

it('closing a number that is not open is an impossible effect', () => {
  expect(() => open([0]).delete(1)).toThrow(/impossible effect/);
});
