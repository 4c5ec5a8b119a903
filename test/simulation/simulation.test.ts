// Services, clients and followers on a simulated server, through crashes, kills, lost answers, cut
// networks, clocks that step, standbys that were behind and logs that are cut: each seed is another such story, and the
// promises of docs/guarantees.md hold in all of them. `npm run simulate -- --seed S` tells one again, and
// shrinks it when it breaks one.

import { describe, expect, it } from 'vitest';
import { seedOfRun } from '../support/seed.ts';
import { simulate } from './world.ts';

const SEEDS = 150;
const seed = seedOfRun();

describe(`a simulated log, from seed ${seed}`, { timeout: 240_000 }, () => {
  it('keeps every promise, whatever fails', async () => {
    const total = {
      ...{ acknowledged: 0, lost: 0, kills: 0, crashes: 0, failovers: 0, trims: 0 },
      ...{ repeats: 0, again: 0, swept: 0 },
    };
    for (let one = seed; one < seed + SEEDS; one++) {
      const run = await simulate(one);
      expect(run.faults, `seed ${one}`).toEqual([]);
      for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += run[name];
    }
    // It was not fair weather.
    for (const [what, times] of Object.entries(total)) expect(times, what).toBeGreaterThan(20);
  });

  // A standby took over between two reads: of a writer (148, 259), of the receipt of a key (15), and a
  // second one took over while the writer read the log anew (259).
  it.each([15, 148, 259])('keeps the promise that seed %i once broke', async (one) => {
    expect((await simulate(one)).faults).toEqual([]);
  });

  it('tells a story again from its seed', async () => {
    for (const one of [seed, seed + 1, seed + 2]) {
      expect(await simulate(one)).toEqual(await simulate(one));
    }
  });
});
