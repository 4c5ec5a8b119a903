// Random states, and the way from one to the other: a log in the first one, after it has recorded
// what it cannot explain of a snapshot of the second, has the second one's state.

import { describe, expect, it } from 'vitest';
import { boot } from '../../src/domain/boot.ts';
import { decide } from '../../src/domain/decide.ts';
import { applyAll } from '../../src/domain/evolve.ts';
import type { Kernel } from '../../src/domain/kernel.ts';
import { heldKind } from '../../src/domain/maps/holding.ts';
import { observe } from '../../src/domain/observed/observe.ts';
import type { Found, SightingLine } from '../../src/domain/observed/sighting.ts';
import { perform } from '../../src/domain/perform.ts';
import { stateOf } from '../../src/projections/state.ts';
import { generatorOf } from '../../src/recorders/generator/generator.ts';
import { PRESET_NAMES } from '../../src/recorders/generator/preset.ts';
import type { LoggedState } from '../../src/recorders/snapshot/logged-state.ts';
import { type KernelSnapshot, THINGS } from '../../src/recorders/snapshot/snapshot.ts';
import { listUnexplained } from '../../src/recorders/snapshot/unexplained.ts';

/** A survey tells nothing of mounts and namespaces. */
const PRESETS = PRESET_NAMES.filter((name) => name !== 'mounts' && name !== 'namespaces');
const RELEASE = '6.18';
const SEEDS = 300;

/** What is open on these has no id that a survey tells. */
const UNTOLD: readonly string[] = ['other', 'btf'];

/** The state that the calls of a seed lead to. */
function stateAfter(seed: number, calls: number): Kernel {
  const preset = PRESETS[seed % PRESETS.length] as (typeof PRESETS)[number];
  const generator = generatorOf({ preset, seed, release: RELEASE });
  for (let i = 0; i < calls; i++) {
    const made = generator.next();
    generator.takeAnswer(made, decide(generator.kernel, made.pid, made.call));
  }
  return generator.kernel;
}

/** What a service would tell of a state. */
function loggedState(kernel: Kernel): LoggedState {
  const reading = stateOf(kernel);
  for (;;) {
    const { done, value } = reading.next();
    if (done) return value as LoggedState;
  }
}

/** What a survey would tell of a state. */
function survey(kernel: Kernel): SightingLine[] {
  const { cgroups, maps, programs, links, bpffs, processes } = loggedState(kernel);
  const sighting = (what: object, pid?: number): SightingLine => ({
    call: { name: 'found', ...what } as Found,
    ...(pid !== undefined && { pid }),
  });
  const paths = new Map(cgroups.map(({ cgroup_id, path }) => [cgroup_id, path]));
  const path = (id: number) => (paths.has(id) ? { path: paths.get(id) } : {});
  const entries = cgroups.flatMap(({ path: cgroup, attached }) =>
    attached.flatMap(({ attach_type, mode, entries: list }) =>
      list.map(({ prog_id, link_id: id }, index) =>
        id === undefined
          ? sighting({ entry: { cgroup, attach_type, mode, prog_id, index } })
          : sighting({ link: { id, prog_id, attach_type, cgroup, index } }),
      ),
    ),
  );
  const defunct = links.filter(({ cgroup_id }) => cgroup_id === 0);
  return [
    ...cgroups
      .toSorted((one, other) => one.path.length - other.path.length)
      .map(({ path: at, cgroup_id: id }) => sighting({ cgroup: { path: at, id } })),
    ...maps.map(({ map_id: id }) => sighting({ map: { id } })),
    ...programs.map(({ prog_id: id, map_ids }) => sighting({ prog: { id, map_ids } })),
    ...entries,
    ...defunct.map(({ link_id: id, prog_id, attach_type }) =>
      sighting({ link: { id, prog_id, attach_type } }),
    ),
    ...bpffs
      // Nobody who looks tells symlinks.
      .filter(({ path: at, kind }) => at !== '/' && kind !== 'symlink')
      .map(({ path: at, kind, object_id: id }) => sighting({ pin: { path: at, kind, id } })),
    ...processes.flatMap(({ pid, cgroup_id, fds }) => [
      sighting({ process: { cgroup: paths.get(cgroup_id) ?? '/' } }, pid),
      ...fds
        // The directory of a cgroup that is removed has no path any more.
        .filter(({ kind, id }) => !UNTOLD.includes(kind) && (kind !== 'cgroup' || paths.has(id)))
        .map(({ fd, kind, id, cloexec }) =>
          sighting({ fd: { fd, kind, id, cloexec, ...(kind === 'cgroup' ? path(id) : {}) } }, pid),
        ),
    ]),
  ];
}

function snapshot(kernel: Kernel): KernelSnapshot {
  const pids = [...kernel.processes.keys()];
  return { at: '2026-01-01T00:00:00Z', covers: THINGS, lines: survey(kernel), pids };
}

/** Records sightings, as a log does. */
function record(kernel: Kernel, lines: readonly SightingLine[]): void {
  for (const { call, pid = 1 } of lines) {
    for (const { effects, pid: of } of observe(kernel, { pid, done: call })) {
      applyAll(kernel, effects, of);
    }
  }
}

/** Records what a snapshot says that the log does not; of what maps held, the next one says the rest. */
function recordAll(log: Kernel, snapshotNow: () => KernelSnapshot): void {
  const holds = [...log.maps.values()].some(
    ({ map_type, elements }) => heldKind(map_type) !== undefined && elements.length > 0,
  );
  for (let round = holds ? 2 : 1; round > 0; round--) {
    record(log, listUnexplained(loggedState(log), snapshotNow()));
  }
}

it.each(Array.from({ length: SEEDS }, (_, i) => i))(
  'leads from one state to another (%i)',
  (seed) => {
    const log = stateAfter(seed, 60);
    const kernel = stateAfter(seed, 120);
    expect(listUnexplained(loggedState(log), snapshot(log))).toEqual([]);
    // No snapshot tells which processes share a table of fds.
    const shares = [...log.processes.values()].some((one) => one.shared_with.length > 0);
    recordAll(log, () => snapshot(kernel));
    if (!shares) expect(listUnexplained(loggedState(log), snapshot(kernel))).toEqual([]);
  },
);

/** What bpftool tells of a state: no fds, and no names that are gone. */
function bpftoolSnapshot(kernel: Kernel): KernelSnapshot {
  const { at, lines } = snapshot(kernel);
  const isTold = ({ call }: SightingLine) =>
    call.name === 'found' && !('fd' in call || 'process' in call || 'pin' in call);
  const covers = ['cgroup', 'prog', 'map', 'link', 'entry'] as const;
  return { at, covers, lines: lines.filter(isTold) };
}

it.each(Array.from({ length: SEEDS }, (_, i) => i))(
  'leads to what bpftool tells of another state (%i)',
  (seed) => {
    const log = stateAfter(seed, 60);
    const kernel = stateAfter(seed, 120);
    expect(listUnexplained(loggedState(log), bpftoolSnapshot(log))).toEqual([]);
    recordAll(log, () => bpftoolSnapshot(kernel));
    expect(listUnexplained(loggedState(log), bpftoolSnapshot(kernel))).toEqual([]);
  },
);

it('takes nothing of a hook for gone that an older bpftool does not list', () => {
  const kernel = boot(RELEASE);
  const attach_type = 'cgroup_unix_connect';
  const load = { name: 'prog_load', prog_type: 'cgroup_sock_addr' } as const;
  perform(kernel, 1, { ...load, expected_attach_type: attach_type });
  const place = { target_path: '/', attach_type } as const;
  perform(kernel, 1, { name: 'prog_attach', attach_bpf_fd: 3, ...place, flags: ['multi'] });
  perform(kernel, 1, { name: 'link_create', prog_fd: 3, ...place });
  const state = loggedState(kernel);
  expect(state.cgroups[0]?.attached[0]?.entries).toHaveLength(2);
  const told = bpftoolSnapshot(kernel);
  const lines = told.lines.filter(({ call }) => !('entry' in call));
  expect(listUnexplained(state, { ...told, lines, unlisted: [attach_type] })).toEqual([]);
  expect(listUnexplained(state, { ...told, lines })).toContainEqual({
    call: { name: 'gone', entry: { cgroup: '/', attach_type, prog_id: 1 } },
  });
});

it('says what is gone of what holds nothing any more', () => {
  const log = boot(RELEASE);
  const skb = { name: 'prog_load', prog_type: 'cgroup_skb' } as const;
  perform(log, 1, skb);
  const kernel = boot(RELEASE);
  expect(listUnexplained(loggedState(log), snapshot(kernel))).toEqual([
    { call: { name: 'gone', fd: { fd: 3 } }, pid: 1 },
  ]);
});

/** A kernel in which process 2 waits with a message that alone holds program 1. */
function withMessage(): Kernel {
  const kernel = boot(RELEASE);
  perform(kernel, 1, { name: 'fork' });
  perform(kernel, 1, { name: 'prog_load', prog_type: 'cgroup_skb' });
  perform(kernel, 1, { name: 'send_fd', fd: 3, to_pid: 2 });
  perform(kernel, 1, { name: 'close', fd: 3 });
  return kernel;
}

describe('of a program that only a message in flight holds', () => {
  const processGone = { call: { name: 'gone', process: {} }, pid: 2 };
  const progGone = { call: { name: 'gone', prog: { id: 1 } } };
  const progFound = { call: { name: 'found', prog: { id: 1, map_ids: [] } } };
  const listAfter = (change: (snapshot: KernelSnapshot) => KernelSnapshot) => {
    const log = withMessage();
    return listUnexplained(loggedState(log), change(snapshot(log)));
  };
  const withoutReceiver = (one: KernelSnapshot): KernelSnapshot => ({
    ...one,
    pids: [1],
    lines: one.lines.filter(({ pid = 1 }) => pid === 1),
  });
  const withoutPrograms = (one: KernelSnapshot): KernelSnapshot => ({
    ...one,
    lines: one.lines.filter(({ call }) => !('prog' in call)),
  });

  it('says nothing while its receiver lives', () => {
    expect(listAfter((one) => one)).toEqual([]);
  });

  it('says that it is gone where the message was received, and what came of it ended', () => {
    expect(listAfter(withoutPrograms)).toEqual([progGone]);
  });

  it('says nothing of it where it went with its receiver', () => {
    expect(listAfter((one) => withoutPrograms(withoutReceiver(one)))).toEqual([processGone]);
  });

  it('finds it again where its receiver is gone and it is not', () => {
    expect(listAfter(withoutReceiver)).toEqual([processGone, progFound]);
  });
});
