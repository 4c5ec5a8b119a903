// What was decided on one kernel is observed on another host: with nothing lost the states are equal,
// and whatever is lost or wrong, the host goes on. BPFLEDGER_SEED=N repeats a run.

import { describe, expect, it } from 'vitest';
import { boot } from '../../src/domain/boot.ts';
import { applyAll } from '../../src/domain/evolve.ts';
import type { Kernel } from '../../src/domain/kernel.ts';
import { observeAgain } from '../../src/domain/observed/again.ts';
import type { Observation } from '../../src/domain/observed/observation.ts';
import { observe } from '../../src/domain/observed/observe.ts';
import { snapshotOf } from '../../src/domain/snapshot.ts';
import { randomFrom } from '../../src/recorders/generator/random.ts';
import {
  factsOf,
  history,
  nonsense,
  nonsenseSighting,
  observationOf,
  realKernel,
} from '../support/observed-history.ts';
import { seedOfRun } from '../support/seed.ts';
import { contentsAreCounted } from './contents.ts';
import { referenceCountsOfFound } from './reference-counts.ts';

const seed = seedOfRun();
console.log(`observed histories: seed ${seed} (BPFLEDGER_SEED=${seed} repeats this run)`);

const CALLS = 1500;
const RELEASES = ['6.18', '6.17', '6.1', '5.10', '5.7', 'v2-series'] as const;
/** Takes an observation as a log does, and holds what must be so of every one. */
function take(kernel: Kernel, observation: Observation): { inferred: number; drift: boolean } {
  const witnessed = observe(kernel, observation);
  for (const one of witnessed) {
    const again = observeAgain(kernel, { ...one, comm: observation.comm ?? '' });
    expect(again).toEqual([{ ...one, source: 'observed' }]);
    applyAll(kernel, one.effects, one.pid);
  }
  const last = witnessed.at(-1);
  expect(last?.source).toBe('observed');
  return { inferred: witnessed.length - 1, drift: last?.expected !== undefined };
}

/** The world of BPF in a state: all but fds on what is not an object, and numbers to come. */
function worldOf(kernel: Kernel): unknown {
  const { processes: _processes, files: _files, ...tables } = snapshotOf(kernel).tables;
  const processes = [...kernel.processes.values()].map(
    ({ pid, comm, uid, cgroup_id, fds, mailbox }) => {
      const objects = [...fds].flatMap(([fd, { file, cloexec }]) => {
        const { kind = 'other', id = 0 } = kernel.files.get(file) ?? {};
        return kind === 'other' ? [] : [{ fd, kind, id, cloexec }];
      });
      objects.sort((one, other) => one.fd - other.fd);
      return { pid, comm, uid, cgroup_id, objects, waiting: mailbox.length };
    },
  );
  processes.sort((one, other) => one.pid - other.pid);
  return { ...tables, processes };
}

describe.each(RELEASES)('on %s', (release) => {
  it(`a whole record gives the state that was (seed ${seed})`, () => {
    const random = randomFrom(seed);
    const real = realKernel(release);
    const host = boot(release);
    let objects = 0;
    for (const done of history(real, random, CALLS)) {
      const { inferred } = take(host, observationOf(done));
      // Of an fd that was passed on it is known that it was open.
      const isPassed = done.call.name === 'send_fd';
      expect(inferred, JSON.stringify(done)).toBe(isPassed ? inferred : 0);
      objects += done.decision.effects.length;
    }
    expect(objects).toBeGreaterThan(CALLS / 4);
    expect(worldOf(host)).toEqual(worldOf(real));
  });

  it(`a record with losses, without ids and with facts never stops a host (seed ${seed})`, () => {
    const random = randomFrom(seed + 1);
    const real = realKernel(release);
    const host = boot(release);
    const counts = referenceCountsOfFound();
    let [inferred, drift] = [0, 0];
    for (const done of history(real, random, CALLS)) {
      if (random.chance(0.3)) continue;
      const seen = observationOf(done);
      const fds = random.chance(0.5) ? factsOf(real, done) : {};
      const got = take(host, { ...seen, fds, comm: 'x' });
      inferred += got.inferred;
      if (got.drift) drift++;
      watchCounts(host, counts);
    }
    expect(inferred).toBeGreaterThan(0);
    expect(drift).toBeGreaterThan(0);
  });

  it(`a recorder that tells nonsense never stops a host (seed ${seed})`, () => {
    const random = randomFrom(seed + 2);
    const real = realKernel(release);
    const host = boot(release);
    const counts = referenceCountsOfFound();
    for (const done of history(real, random, CALLS)) {
      const observation = random.chance(0.2)
        ? { pid: 1 + random.below(6), done: nonsenseSighting(host, random) }
        : nonsense(done, random);
      take(host, observation);
      watchCounts(host, counts);
    }
  });
});

function watchCounts(kernel: Kernel, counts: ReturnType<typeof referenceCountsOfFound>): void {
  const called = { kernel, decision: { outcome: { ret: 0 }, effects: [] } } as never;
  contentsAreCounted(called);
  counts(called);
}
