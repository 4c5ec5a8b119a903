// Two models of different releases stand side by side: no kernel is needed to see that a
// difference is found, made small and written as it was answered.

import { describe, expect, it } from 'vitest';
import { type Release, releaseOf } from '../../domain/release/release.ts';
import { modelMachine } from '../golden/machine.ts';
import { playScenario } from '../golden/play.ts';
import { goldenText, type ScenarioProgram } from '../golden/record.ts';
import { parseScenarios, type Step } from '../golden/scenario.ts';
import { divergence, type Sides } from './divergence.ts';
import { fuzz } from './fuzz.ts';
import { shrink } from './shrink.ts';

function release(name: string): Release {
  const found = releaseOf(name);
  if (found === undefined) throw new Error(`no release ${name}`);
  return found;
}

/** The model of 6.18 beside that of another release. */
function beside(other: string): Sides {
  return {
    release: release('6.18.44'),
    open: async (config) => ({ ...modelMachine(other, config), close: async () => undefined }),
  };
}

describe('a random run', () => {
  const plan = { presets: ['mprog'], seed: 1, steps: 800, sysctl: 2 } as const;

  it('finds nothing between a model and itself', async () => {
    let steps = 0;
    for await (const done of fuzz(plan, beside('6.18.44'))) {
      expect(done.found).toBeUndefined();
      steps = done.steps;
    }
    expect(steps).toBe(800);
  });

  it('finds what an older release answers otherwise, in few steps that still show it', async () => {
    const sides = beside('5.10.262');
    for await (const { found } of fuzz(plan, sides)) {
      if (found === undefined) continue;
      expect(found.scenario.steps.length).toBeLessThanOrEqual(6);
      const [written] = parseScenarios(goldenText(found.scenario), 'written');
      if (written === undefined) throw new Error('nothing was written');
      const older = modelMachine('5.10.262', { first_prog_id: 5001, first_link_id: 5001 });
      expect(await playScenario(written, older, sides.release.switches)).toEqual([]);
      return;
    }
    expect.unreachable('no difference was found');
  });
});

describe('a machine that lets go of programs a moment after the call', () => {
  const plan = { presets: ['links'], seed: 1, steps: 400, sysctl: 2 } as const;

  /** The model, but that programs are shown until it is asked to settle. */
  function late(settles: boolean): Sides {
    return {
      release: release('6.18.44'),
      async open(config) {
        const model = modelMachine('6.18.44', config);
        let shown = new Set<number>();
        return {
          ...model,
          tellsAllEffects: false,
          async observe(types) {
            const world = await model.observe(types);
            for (const id of world.programs) shown.add(id);
            return { ...world, programs: [...shown] };
          },
          async settle() {
            if (settles) shown = new Set();
            return settles;
          },
          close: async () => undefined,
        };
      },
    };
  }

  it('is waited for before it is said to differ', async () => {
    for await (const { found } of fuzz(plan, late(true))) expect(found).toBeUndefined();
  });

  it('differs when it never lets go', async () => {
    for await (const { found } of fuzz(plan, late(false))) {
      if (found === undefined) continue;
      expect(found.mismatch.what).toMatch(/^prog:/u);
      return;
    }
    expect.unreachable('no difference was found');
  });
});

describe('shrinking', () => {
  const step = (n: number): Step => ({ op: 'mkdir', cg: `/${n}` });
  const header = { scenario: 's', format: 1, kernel: '6.18', attach_types: [] };
  const program: ScenarioProgram = { header, steps: Array.from({ length: 40 }, (_, n) => step(n)) };

  it('leaves the steps without which it does not fail, in their order', async () => {
    const needed = [step(3), step(17), step(38)];
    const has = (steps: readonly Step[], one: Step) => steps.some(({ cg }) => cg === one.cg);
    const small = await shrink(program, async ({ steps }) =>
      needed.every((one) => has(steps, one)),
    );
    expect(small.steps).toEqual(needed);
  });

  it('keeps a program that never fails again as it is', async () => {
    expect((await shrink(program, async () => false)).steps).toEqual(program.steps);
  });
});

it('a machine that cannot go on differs too', async () => {
  const sides: Sides = {
    release: release('6.18.44'),
    open: async () => ({
      perform: () => Promise.reject(new Error('the machine is broken')),
      observe: () => Promise.reject(new Error('the machine is broken')),
      close: async () => undefined,
    }),
  };
  const header = { scenario: 's', format: 1, kernel: '6.18', attach_types: [] };
  const found = await divergence({ header, steps: [{ op: 'mkdir', cg: '/a' }] }, sides);
  expect(found).toMatchObject({ what: 'error', got: 'the machine is broken' });
});

it('a machine that is too busy is skipped, and no difference', async () => {
  const busy = new Error('prog_load of the canary: EAGAIN, 5 times');
  let opened = 0;
  const sides: Sides = {
    release: release('6.18.44'),
    isBusy: (error) => error === busy,
    async open(config) {
      opened += 1;
      const model = modelMachine('6.18.44', config);
      return {
        ...model,
        ...(opened === 1 && { perform: () => Promise.reject(busy) }),
        close: async () => undefined,
      };
    },
  };
  const plan = { presets: ['mprog'], seed: 1, steps: 160, sysctl: 2, lanes: 1 } as const;
  const told = [];
  for await (const progress of fuzz(plan, sides)) told.push(progress);
  expect(told).toEqual([
    {
      ...{ programs: 1, steps: 0, skipped: 1, divergences: 0 },
      busy: { preset: 'mprog', seed: 1, because: busy.message },
    },
    { programs: 2, steps: 80, skipped: 1, divergences: 0 },
  ]);
});

it('a machine that fails in every program is told in each, and ends no run', async () => {
  const sides: Sides = {
    release: release('6.18.44'),
    open: async () => ({
      perform: () => Promise.reject(new Error('the kernel answered errno 524')),
      observe: () => Promise.reject(new Error('the kernel answered errno 524')),
      close: async () => undefined,
    }),
  };
  const plan = { presets: ['mprog'], seed: 1, steps: 160, sysctl: 2 } as const;
  const told: unknown[] = [];
  for await (const { found } of fuzz(plan, sides)) told.push(found?.mismatch.got);
  expect(told).toEqual(Array(2).fill('the kernel answered errno 524'));
});
