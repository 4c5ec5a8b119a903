import { setImmediate } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import { expect, it } from 'vitest';
import { keepHeapSmall } from '../../src/heap-growth.ts';

/** How many objects are in use; each is among the old ones when it is garbage. */
const IN_USE = 300;
const ROUNDS = 4000;
/** By then the heap was collected, and may grow as is said now. */
const COLLECTED = 2600;

/** Bytes that the heap has at most, garbage with it. */
async function highest(): Promise<number> {
  const kept: string[][] = [];
  let most = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    kept[round % IN_USE] = Array.from({ length: 1000 }, (_, i) => `${round}:${i}`);
    if (round > COLLECTED) most = Math.max(most, getHeapStatistics().used_heap_size);
    if (round % 100 === 0) await setImmediate();
  }
  return most;
}

it('keeps the heap small until the last of those who asked for it is done', async () => {
  const usual = await highest();
  const first = keepHeapSmall();
  const second = keepHeapSmall();
  const small = await highest();
  first();
  const stillSmall = await highest();
  second();
  const after = await highest();
  const bound = usual / 1.2;
  expect(small).toBeLessThan(bound);
  expect(stillSmall).toBeLessThan(bound);
  expect(after).toBeGreaterThan(bound);
});
