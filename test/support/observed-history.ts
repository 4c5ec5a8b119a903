// A real kernel and its recorders, for tests: random calls on a kernel with ids of its own, what a
// recorder says of them that knows all, one that resolves fds, and one that tells nonsense.

import { boot } from '../../src/domain/boot.ts';
import type { Call } from '../../src/domain/call.ts';
import type { Decision } from '../../src/domain/decision.ts';
import { ERRNO_NUMBERS, type Errno } from '../../src/domain/errno.ts';
import type { Kernel } from '../../src/domain/kernel.ts';
import type {
  FdFact,
  Observation,
  ObservedOutcome,
} from '../../src/domain/observed/observation.ts';
import type { Sighting } from '../../src/domain/observed/sighting.ts';
import { isRefusal } from '../../src/domain/outcome.ts';
import { perform } from '../../src/domain/perform.ts';
import type { Random } from '../../src/recorders/generator/random.ts';
import { randomCall } from './random-history.ts';

/** Ids of the kernel that is observed: none that a new host would give. */
const FIRST = { prog: 5000, link: 6000, map: 7000, cgroup: 8000 } as const;

/** The kernel that really runs: other ids than a new host's, and fds that no recorder ever saw. */
export function realKernel(release: string): Kernel {
  const kernel = boot(release, {
    first_prog_id: FIRST.prog,
    first_link_id: FIRST.link,
    first_map_id: FIRST.map,
    first_cgroup_id: FIRST.cgroup,
  });
  for (let i = 0; i < 5; i++) perform(kernel, 1, { name: 'open_other', kind: 'file' });
  return kernel;
}

export interface Done {
  readonly pid: number;
  readonly call: Call;
  readonly decision: Decision;
}

/** Random calls on a real kernel, each as it was made. */
export function* history(kernel: Kernel, random: Random, calls: number): Generator<Done> {
  for (let i = 0; i < calls; i++) {
    const pids = [...kernel.processes.keys()];
    const pid = random.chance(0.7) ? 1 : (pids[random.below(pids.length)] ?? 1);
    const call = randomCall(kernel, pid, random);
    yield { pid, call, decision: perform(kernel, pid, call) };
  }
}

/** What a recorder says of it that knows all ids. */
export function observationOf({
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

function pick<T>(random: Random, from: readonly T[]): T {
  return from[random.below(from.length)] as T;
}

/** What a collector resolves of the fds that a call names. */
export function factsOf(real: Kernel, { pid, call }: Done): Record<number, FdFact> {
  const facts: Record<number, FdFact> = {};
  for (const value of Object.values(call)) {
    const entry = typeof value === 'number' ? real.processes.get(pid)?.fds.get(value) : undefined;
    const file = entry && real.files.get(entry.file);
    if (file === undefined) continue;
    const { kind, id } = file;
    const path = kind === 'cgroup' ? real.cgroups.get(id)?.path : undefined;
    const isOther = kind === 'other' || kind === 'btf' || kind === 'token';
    facts[value] = isOther ? { kind: 'other' } : { kind, id, ...(path !== undefined && { path }) };
  }
  return facts;
}

const ERRNOS = Object.keys(ERRNO_NUMBERS) as Errno[];
const small = (random: Random) => 1 + random.below(12);

export function nonsense(done: Done, random: Random): Observation {
  const { pid, done: seen } = observationOf(done);
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

export function nonsenseSighting(kernel: Kernel, random: Random): Sighting {
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
