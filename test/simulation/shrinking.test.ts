// A story that breaks a promise is made small, and the command that is printed tells the small one again.
// The faults are planted ones: the simulated server takes a statement for another.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describe, expect, it } from 'vitest';
import { optionsOf, PART_OPTIONS, partOf } from './part-options.ts';
import { KINDS, type Part, planOf } from './plan.ts';
import { PLANTED } from './planted.ts';
import { shrink } from './shrink.ts';
import { type Run, simulate, type Telling } from './world.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const KEYLESS: Telling = { execute: PLANTED.keyless };
const FORGETFUL: Telling = { execute: PLANTED.forgetful };

/** The first of the seeds from one on whose story breaks a promise. */
async function firstBroken(from: number, telling: Telling): Promise<Run> {
  for (let seed = from; seed < from + 100; seed++) {
    const run = await simulate(seed, telling);
    if (run.faults.length > 0) return run;
  }
  throw new Error('a planted fault is not noticed');
}

const readAgain = (options: readonly string[]) =>
  partOf(parseArgs({ args: [...options], options: PART_OPTIONS }).values);

describe('a story that breaks a promise', { timeout: 240_000 }, () => {
  it('becomes a small one that breaks the same promise', async () => {
    const begun = await firstBroken(24, KEYLESS);
    const tell = (part: Part) => simulate(begun.seed, { ...KEYLESS, part });
    const small = await shrink(begun, tell);
    expect(small.isSmallest, `seed ${begun.seed}`).toBe(true);
    expect(small.run.faults.map(({ promise }) => promise)).toContain(begun.faults[0]?.promise);
    expect(begun.story.length).toBeGreaterThan(50);
    expect(small.run.story.length).toBeLessThan(begun.story.length / 4);
    // Its options tell the very same story.
    expect(await tell(readAgain(optionsOf(small.part)))).toEqual(small.run);
    // Nothing of it can be left out.
    for (const part of [
      { ...small.part, clients: [] },
      { ...small.part, until: 0 },
    ])
      expect((await tell(part)).faults).toEqual([]);
  });

  it('keeps what the fault needs', async () => {
    const begun = await firstBroken(2, FORGETFUL);
    const tell = (part: Part) => simulate(begun.seed, { ...FORGETFUL, part });
    const { part, run } = await shrink(begun, tell);
    expect(part.without ?? [], `seed ${begun.seed}`).not.toContain('sweeps');
    expect(run.story.join('\n')).toMatch(/forgets [1-9]/u);
    expect((await tell({ ...part, without: ['sweeps'] })).faults).toEqual([]);
  });

  it('is made no smaller than the runs allow', async () => {
    const begun = await firstBroken(24, KEYLESS);
    const tell = (part: Part) => simulate(begun.seed, { ...KEYLESS, part });
    const small = await shrink(begun, tell, { runsMax: 3 });
    expect(small).toMatchObject({ runs: 3, isSmallest: false });
    expect(small.run.faults).not.toEqual([]);
  });

  it('is told small by the command, and again by what the command prints', async () => {
    const { seed } = await firstBroken(24, KEYLESS);
    const first = simulateByCommand(['--seed', `${seed}`, '--plant', 'keyless']);
    expect(first.status).toBe(1);
    const printed = /npm run simulate -- (.*)/u.exec(first.stderr)?.[1];
    expect(printed, first.stderr).toContain(`--seed ${seed} `);
    const again = simulateByCommand(printed?.split(' ') ?? []);
    expect(again.status).toBe(1);
    // The last lines of what happened are those that were printed before.
    const [, story] = again.stderr.split(/^seed \d+: .*\n/mu);
    expect(first.stderr).toContain(story?.trim());
    expect(story?.trim()).toMatch(/is answered by service/u);
  });
});

function simulateByCommand(args: readonly string[]) {
  const program = join(ROOT, 'node_modules/.bin/tsx');
  const options = { cwd: ROOT, encoding: 'utf8', timeout: 200_000 } as const;
  return spawnSync(program, ['test/simulation/run.ts', ...args], options);
}

describe('a part of a story', () => {
  it('has what is left of it as it was', () => {
    const [whole, part] = [planOf(7, {}), planOf(7, { clients: [1], troubles: [0], requests: 2 })];
    const [client] = part.clients;
    expect(part.clients).toHaveLength(1);
    expect(client?.requests).toEqual(whole.clients[1]?.requests.slice(0, 2));
    expect(part.troubles).toEqual(whole.troubles.slice(0, 1));
    expect(part.odds).toEqual(whole.odds);
  });

  it('has none of the kinds that it is told without', async () => {
    for (const seed of [1, 2, 3]) {
      const run = await simulate(seed, { part: { without: KINDS } });
      expect(run).toMatchObject({ faults: [], happened: [] });
      const { kills, crashes, failovers, trims, swept, repeats, lost } = run;
      expect([kills, crashes, failovers, trims, swept, repeats, lost].every((n) => n === 0)).toBe(
        true,
      );
    }
  });

  it.each([
    [{ without: 'weather' }, '--without weather is none of kills'],
    [{ clients: '1,x' }, '--clients x is not a whole number'],
    [{ until: '-1' }, '--until -1 is not a whole number'],
    [{ services: '0' }, '--services is 1 or more'],
  ])('is refused for %j', (values, why) => {
    expect(() => partOf(values)).toThrow(why);
  });

  it('is written as it is read', () => {
    const part: Part = { without: ['kills', 'days'], clients: [], troubles: [2, 0], until: 300 };
    expect(readAgain(optionsOf(part))).toEqual(part);
  });
});
