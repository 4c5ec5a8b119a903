import { expect, it } from 'vitest';
import { firstWhere } from './halving.ts';

it('finds the first row that something holds of, wherever it is', () => {
  for (let length = 0; length < 20; length++) {
    const rows = Array.from({ length }, (_, i) => i);
    for (let first = 0; first <= length; first++) {
      expect(firstWhere(rows, (row) => row >= first)).toBe(first);
    }
  }
});

it('looks at few of many rows', () => {
  const rows = Array.from({ length: 200_000 }, (_, i) => i);
  let looks = 0;
  const index = firstWhere(rows, (row) => {
    looks++;
    return row >= 123_456;
  });
  expect(index).toBe(123_456);
  expect(looks).toBeLessThanOrEqual(18);
});
