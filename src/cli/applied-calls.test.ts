import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { appliedCalls } from './applied-calls.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('says once a second at most what was applied, and the rest at the end', () => {
  const said: string[] = [];
  const applied = appliedCalls((line) => said.push(line));
  for (let position = 2; position <= 13; position++) applied.add(position);
  expect(said).toEqual([]);
  vi.advanceTimersByTime(1000);
  expect(said).toEqual(['applied 12 calls, up to position 13']);
  vi.advanceTimersByTime(5000);
  applied.add(14);
  applied.flush();
  vi.advanceTimersByTime(5000);
  expect(said.slice(1)).toEqual(['applied 1 call, up to position 14']);
});
