// What was decided on one kernel is observed on another host: with nothing lost the states are equal,
// and whatever is lost or wrong, the host goes on. BPFLEDGER_SEED=N repeats a run.

import { describe, expect, it } from 'vitest';
import { boot } from '../../src/domain/boot.ts';
import type { Call } from '../../src/domain/call.ts';
import { decide } from '../../src/domain/decide.ts';
import type { Decision } from '../../src/domain/decision.ts';
import { ERRNO_NUMBERS, type Errno } from '../../src/domain/errno.ts';
import { applyAll } from '../../src/domain/evolve.ts';
import type { Kernel } from '../../src/domain/kernel.ts';
import { observeAgain } from '../../src/domain/observed/again.ts';
import type {
  FdFact,
  Observation,
  ObservedOutcome,
} from '../../src/domain/observed/observation.ts';
import { observe } from '../../src/domain/observed/observe.ts';
import type { Sighting } from '../../src/domain/observed/sighting.ts';
import { isRefusal } from '../../src/domain/outcome.ts';
import { snapshotOf } from '../../src/domain/snapshot.ts';
import { type Random, randomFrom } from '../../src/recorders/generator/random.ts';
import { randomCall } from '../support/random-history.ts';
import { seedOfRun } from '../support/seed.ts';
import { contentsAreCounted } from './contents.ts';
import { referenceCountsOfFound } from './reference-counts.ts';

const seed = seedOfRun();
console.log(`observed histories: seed ${seed} (BPFLEDGER_SEED=${seed} repeats this run)`);

const CALLS = 1500;
const RELEASES = ['6.18', '6.17', '6.1', '5.10', '5.7', 'v2-series'] as const;
/** Ids of the kernel that is observed: none that a new host would give. */
const FIRST = { prog: 5000, link: 6000, map: 7000, cgroup: 8000 } as const;

/** The kernel that really runs: other ids than a new host's, and fds that no recorder ever saw. */
function realKernel(release: string): Kernel {
  const kernel = boot(release, {
    first_prog_id: FIRST.prog,
    first_link_id: FIRST.link,
    first_map_id: FIRST.map,
    first_cgroup_id: FIRST.cgroup,
  });
  for (let i = 0; i < 5; i++) made(kernel, 1, { name: 'open_other', kind: 'file' });
  return kernel;
}

function made(kernel: Kernel, pid: number, call: Call): Decision {
  const decision = decide(kernel, pid, call);
  applyAll(kernel, decision.effects, pid);
  return decision;
}

interface Done {
  readonly pid: number;
  readonly call: Call;
  readonly decision: Decision;
}

/** Random calls on a real kernel, each as it was made. */
function* history(kernel: Kernel, random: Random): Generator<Done> {
  for (let i = 0; i < CALLS; i++) {
    const pids = [...kernel.processes.keys()];
    const pid = random.chance(0.7) ? 1 : (pids[random.below(pids.length)] ?? 1);
    const call = randomCall(kernel, pid, random);
    yield { pid, call, decision: made(kernel, pid, call) };
  }
}

/** What a recorder says of it that knows all ids. */
function seenOf({
  pid,
  call,
  decision,
}: Done): Observation & { done: { call: Call; outcome: ObservedOutcome } } {
  const { outcome, effects } = decision;
  if (isRefusal(outcome)) {
    const { errno, query } = outcome;
    return { pid, done: { call, outcome: { errno, ...(query && { query }) } } };
  }
  const ids: Record<string, number> = {};
  for (const effect of effects) {
    if (effect.type === 'ProgLoaded') ids.prog_id = effect.prog_id;
    if (effect.type === 'LinkCreated') ids.link_id = effect.link_id;
    if (effect.type === 'MapCreated') ids.map_id = effect.map_id;
    if (effect.type === 'CgroupMade') ids.cgroup_id = effect.cgroup_id;
    if (effect.type === 'FdOpened' && effect.kind !== 'other') ids[`${effect.kind}_id`] = effect.id;
  }
  return { pid, done: { call, outcome: { ...outcome, ...ids } } };
}

/** Takes an observation as a log does, and holds what must be so of every one. */
function taken(kernel: Kernel, observation: Observation): { inferred: number; drift: boolean } {
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

/** The world of BPF in a state: all but fds on what is no object, and numbers to come. */
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

function pick<T>(random: Random, from: readonly T[]): T {
  return from[random.below(from.length)] as T;
}

describe.each(RELEASES)('on %s', (release) => {
  it(`a whole record gives the state that was (seed ${seed})`, () => {
    const random = randomFrom(seed);
    const real = realKernel(release);
    const host = boot(release);
    let objects = 0;
    for (const done of history(real, random)) {
      const { inferred } = taken(host, seenOf(done));
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
    for (const done of history(real, random)) {
      if (random.chance(0.3)) continue;
      const seen = seenOf(done);
      const fds = random.chance(0.5) ? factsOf(real, done) : {};
      const got = taken(host, { ...seen, fds, comm: 'x' });
      inferred += got.inferred;
      if (got.drift) drift++;
      watched(host, counts);
    }
    expect(inferred).toBeGreaterThan(0);
    expect(drift).toBeGreaterThan(0);
  });

  it(`a recorder that tells nonsense never stops a host (seed ${seed})`, () => {
    const random = randomFrom(seed + 2);
    const real = realKernel(release);
    const host = boot(release);
    const counts = referenceCountsOfFound();
    for (const done of history(real, random)) {
      const observation = random.chance(0.2)
        ? { pid: 1 + random.below(6), done: nonsenseSighting(host, random) }
        : nonsense(done, random);
      taken(host, observation);
      watched(host, counts);
    }
  });
});

function watched(kernel: Kernel, counts: ReturnType<typeof referenceCountsOfFound>): void {
  const called = { kernel, decision: { outcome: { ret: 0 }, effects: [] } } as never;
  contentsAreCounted(called);
  counts(called);
}

/** What a collector resolves of the fds that a call names. */
function factsOf(real: Kernel, { pid, call }: Done): Record<number, FdFact> {
  const facts: Record<number, FdFact> = {};
  for (const value of Object.values(call)) {
    const entry = typeof value === 'number' ? real.processes.get(pid)?.fds.get(value) : undefined;
    const file = entry && real.files.get(entry.file);
    if (file === undefined) continue;
    const { kind, id } = file;
    const path = kind === 'cgroup' ? real.cgroups.get(id)?.path : undefined;
    facts[value] = kind === 'other' ? { kind } : { kind, id, ...(path !== undefined && { path }) };
  }
  return facts;
}

const ERRNOS = Object.keys(ERRNO_NUMBERS) as Errno[];
const small = (random: Random) => 1 + random.below(12);

function nonsense(done: Done, random: Random): Observation {
  const { pid, done: seen } = seenOf(done);
  const other = random.chance(0.2) ? 1 + random.below(6) : pid;
  const fds: Record<number, FdFact> = {};
  for (let i = random.below(3); i > 0; i--) {
    const kind = pick(random, ['prog', 'link', 'map', 'cgroup', 'bpffs', 'other'] as const);
    const path = random.chance(0.5) ? { path: pick(random, ['/a', '/b/c', '/']) } : {};
    fds[random.below(9)] = { kind, ...(random.chance(0.7) && { id: small(random) }), ...path };
  }
  const cgroup = random.chance(0.3) ? { cgroup: pick(random, ['/a', '/b', '/']) } : {};
  const beside = { pid: other, fds, ...cgroup };
  if (random.chance(0.2)) {
    return { ...beside, done: { call: done.call, outcome: { errno: pick(random, ERRNOS) } } };
  }
  if (!random.chance(0.6)) return { ...beside, done: seen };
  const id = pick(random, ['prog_id', 'link_id', 'map_id', 'cgroup_id']);
  const outcome = { ret: random.below(9), [id]: small(random) };
  return { ...beside, done: { call: done.call, outcome } };
}

function nonsenseSighting(kernel: Kernel, random: Random): Sighting {
  const path = pick(random, ['/', '/a', '/a/b', ...kernel.cgroupIds.keys()]);
  const pinPath = pick(random, ['/', '/a', '/a/b/c', ...kernel.bpffs.keys()]);
  const attach_type = pick(random, ['cgroup_inet_egress', 'cgroup_sock_ops'] as const);
  const id = small(random);
  const prog_id = small(random);
  const kind = pick(random, ['prog', 'link', 'map'] as const);
  const mode = pick(random, ['none', 'override', 'multi'] as const);
  return pick<Sighting>(random, [
    { name: 'found', process: { cgroup: path, uid: id } },
    { name: 'found', cgroup: { path, id } },
    { name: 'found', cgroup: { path } },
    { name: 'found', prog: { id, map_ids: [prog_id] } },
    { name: 'found', map: { id, map_type: 'cgroup_storage', key_size: 16 } },
    { name: 'found', entry: { cgroup: path, attach_type, mode, prog_id, index: id } },
    { name: 'found', link: { id, prog_id, attach_type, cgroup: path, index: id } },
    { name: 'found', link: { id, prog_id, attach_type } },
    { name: 'found', pin: { path: pinPath, kind, id } },
    { name: 'found', pin: { path: pinPath, kind: 'dir', id: 0 } },
    { name: 'found', fd: { fd: id, kind, id: prog_id, cloexec: random.chance(0.5) } },
    { name: 'found', fd: { fd: id, kind: 'cgroup', path } },
    { name: 'gone', process: {} },
    { name: 'gone', cgroup: { path } },
    { name: 'gone', prog: { id } },
    { name: 'gone', map: { id } },
    { name: 'gone', link: { id } },
    { name: 'gone', entry: { cgroup: path, attach_type, prog_id } },
    { name: 'gone', pin: { path: pinPath } },
    { name: 'gone', fd: { fd: id } },
    { name: 'lost', events: id },
  ]);
}
