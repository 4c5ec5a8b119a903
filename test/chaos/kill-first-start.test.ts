// The short form of `npm run chaos -- --first-starts N`.

import { expect, it } from 'vitest';
import { seedOfRun } from '../support/seed.ts';
import { killFirstStarts } from './first-starts.ts';

const seed = seedOfRun();

it(`a first start that is killed, once or again and again, leaves what the next one begins with, seed ${seed}`, {
  timeout: 600_000,
}, async () => {
  const { struck, faults } = await killFirstStarts(seed, [1, 3]);
  expect(faults).toEqual([]);
  expect([...struck.values()].reduce((all, count) => all + count)).toBe(4);
});
