import { expect, it } from 'vitest';
import { steadyWidth } from './known-buckets.ts';

it('keeps the width of buckets while a log grows by less than an eighth', () => {
  expect([1, 2, 15, 16, 17, 18, 100, 2500, 2561].map(steadyWidth)).toEqual([
    ...[1, 2, 15, 16, 18, 18, 104, 2560, 2816],
  ]);
  const widths = new Set<number>();
  for (let width = 1000; width < 2000; width++) {
    const steady = steadyWidth(width);
    expect(steady).toBeGreaterThanOrEqual(width);
    expect(steady).toBeLessThanOrEqual(Math.ceil(width * 1.125));
    widths.add(steady);
  }
  expect(widths.size).toBeLessThanOrEqual(9);
});
