// Seeded histories: random calls that mostly make sense on the kernel as it stands, decided by the
// real rules, as the events that a log would hold. Equal seeds give equal histories.

import { bootEffect, emptyKernel } from '../../src/domain/boot.ts';
import type { Call, MapKey } from '../../src/domain/call.ts';
import { decide } from '../../src/domain/decide.ts';
import { applyAll } from '../../src/domain/evolve.ts';
import type { AttachFlags } from '../../src/domain/flags.ts';
import type { Kernel, OpenFile } from '../../src/domain/kernel.ts';
import { perform } from '../../src/domain/perform.ts';
import { BOOT_PID } from '../../src/domain/release/config.ts';
import type { LedgerEvent } from '../../src/events/event.ts';
import { type Random, randomFrom } from '../../src/recorders/generator/random.ts';

export interface Step {
  readonly event: LedgerEvent;
  /** The state right after the event; the next step changes it. */
  readonly kernel: Kernel;
}

export interface HistoryOptions {
  readonly seed: number;
  readonly events: number;
  readonly release?: string;
  /** One event in so many is a reboot; default 500. */
  readonly rebootEvery?: number;
}

export function* randomHistory(options: HistoryOptions): Generator<Step> {
  const { seed, events, release = '6.18', rebootEvery = 500 } = options;
  const random = randomFrom(seed);
  const kernel = emptyKernel();
  for (let position = 1; position <= events; position++) {
    const reboots = position === 1 || random.below(rebootEvery) === 0;
    const event = reboots
      ? bootEvent(kernel, { position, release })
      : callEvent(kernel, position, random);
    applyAll(kernel, event.effects, event.pid);
    yield { event: { ...event, boot: kernel.boot.number }, kernel };
  }
}

/** A given history: a boot, then these calls of the boot process. */
export function* givenHistory(calls: readonly Call[], release = '6.18'): Generator<Step> {
  const kernel = emptyKernel();
  const boot = bootEvent(kernel, { position: 1, release });
  applyAll(kernel, boot.effects, boot.pid);
  yield { event: { ...boot, boot: kernel.boot.number }, kernel };
  for (const [index, call] of calls.entries()) {
    const decision = perform(kernel, BOOT_PID, call);
    const event = { ...stampOf(index + 2), boot: kernel.boot.number, call, ...decision };
    yield { event: { ...event, pid: BOOT_PID, comm: 'init' }, kernel };
  }
}

/** The last step of a given history. */
export function historyOf(calls: readonly Call[], release?: string): Step {
  const last = [...givenHistory(calls, release)].at(-1);
  if (last === undefined) throw new Error('a history has a boot');
  return last;
}

function stampOf(position: number) {
  const at = 1_700_000_000_000_000 + position * 1000;
  return { position, recorded_at: at, at, source: 'decided', boot: 0, actor: 'local' } as const;
}

function bootEvent(
  kernel: Kernel,
  { position, release }: { readonly position: number; readonly release: string },
): LedgerEvent {
  const boot_id = `boot-${position}`;
  const effect = bootEffect(kernel, { release, boot_id });
  const call = { name: 'boot', release: effect.release, boot_id, config: effect.config } as const;
  return { ...stampOf(position), pid: 0, comm: '', call, outcome: { ret: 0 }, effects: [effect] };
}

function callEvent(kernel: Kernel, position: number, random: Random): LedgerEvent {
  const pids = [...kernel.processes.keys()];
  // One process makes most of the calls, so that its fds meet each other.
  const pid = random.chance(0.7) ? 1 : (pids[random.below(pids.length)] ?? 1);
  const call = randomCall(kernel, pid, random);
  const { outcome, effects } = decide(kernel, pid, call);
  const comm = kernel.processes.get(pid)?.comm ?? '';
  return { ...stampOf(position), pid, comm, call, outcome, effects };
}

const TYPES = ['cgroup_inet_ingress', 'cgroup_inet_egress', 'cgroup_sock_ops'] as const;
const NAMES = ['a', 'b', 'c'] as const;
const ATTACH_FLAGS = [[], ['override'], ['multi'], ['multi'], ['multi', 'replace']] as const;

type Choice = readonly [weight: number, call: () => Call];

/** A call that mostly makes sense for a process of a kernel as it stands. */
export function randomCall(kernel: Kernel, pid: number, random: Random): Call {
  const calls = choices(kernel, pid, random);
  let left = random.fraction() * calls.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, make] of calls) {
    left -= weight;
    if (left < 0) return make();
  }
  return { name: 'recv_fd' };
}

function choices(kernel: Kernel, pid: number, random: Random): readonly Choice[] {
  const pick = <T>(from: readonly T[], otherwise: T): T =>
    from[random.below(from.length)] ?? otherwise;
  const { chance } = random;

  const fds = [...(kernel.processes.get(pid)?.fds ?? [])];
  const kindOf = (file: number): OpenFile['kind'] => kernel.files.get(file)?.kind ?? 'other';
  const fdOf = (kind: OpenFile['kind']): number =>
    pick(
      fds.flatMap(([fd, { file }]) => (kindOf(file) === kind ? [fd] : [])),
      0,
    );
  const anyFd = (): number =>
    pick(
      fds.flatMap(([fd]) => (fd > 2 ? [fd] : [])),
      7,
    );
  const anyPid = (): number => pick([...kernel.processes.keys()], 1);
  const type = () => pick(TYPES, TYPES[0]);
  const cgroup = (): string => pick([...kernel.cgroupIds.keys()], '/');
  const childOf = (path: string): string => `${path === '/' ? '' : path}/${pick(NAMES, 'a')}`;
  const parent = (): string => (chance(0.6) ? '/' : cgroup());
  const dir = (): string => pick(bpffsPaths(kernel, true), '/');
  const pin = (): string => pick(bpffsPaths(kernel, false), '/none');
  const target = () => ({ target_path: cgroup(), attach_type: type() });
  const preorder = () => (chance(0.3) ? (['preorder'] as const) : []);
  const flags = () => [...pick<AttachFlags>(ATTACH_FLAGS, []), ...preorder()];
  const progType = () =>
    pick(['cgroup_skb', 'cgroup_skb', 'cgroup_skb', 'sock_ops'] as const, 'xdp');
  const maps = () => (chance(0.4) ? fds.filter(([, { file }]) => kindOf(file) === 'map') : []);
  const mapFds = () =>
    maps()
      .slice(0, 1)
      .map(([fd]) => fd);
  // An existing storage: user space makes none.
  const storageUpdate = (): Call => {
    const map_fd = fdOf('map');
    const entry = fds.find(([fd]) => fd === map_fd)?.[1];
    const file = entry && kernel.files.get(entry.file);
    const elements = (file && kernel.maps.get(file.id)?.elements) ?? [];
    const key = pick<MapKey>(
      elements.map((one) => one.key),
      1,
    );
    return { name: 'map_update_elem', map_fd, key, value: random.below(1000) };
  };
  const element = () => random.below(5);
  const storage = () => ({ map_type: 'cgroup_storage', key_size: pick([8, 16], 8) }) as const;
  const hash = { map_type: 'hash', key_size: 4, max_entries: 8 } as const;

  return [
    [4, () => ({ name: 'mkdir', path: childOf(parent()) })],
    [6, () => ({ name: 'rmdir', path: cgroup() })],
    [1, () => ({ name: 'join', path: cgroup() })],
    [1, () => ({ name: 'spawn', comm: pick(['agent', 'runc'], 'x') })],
    [1, () => ({ name: 'fork' })],
    [1, () => (pid === 1 ? { name: 'fork' } : { name: 'exec', comm: 'next' })],
    [3, () => (pid === 1 ? { name: 'recv_fd' } : { name: 'exit' })],
    [2, () => ({ name: 'open_cgroup', path: cgroup() })],
    [9, () => ({ name: 'close', fd: anyFd() })],
    [3, () => ({ name: 'dup', fd: anyFd() })],
    [2, () => ({ name: 'send_fd', fd: anyFd(), to_pid: anyPid() })],
    [2, () => ({ name: 'recv_fd' })],
    [9, () => ({ name: 'prog_load', prog_type: progType(), prog_name: 'p', map_fds: mapFds() })],
    [
      8,
      () => ({
        name: 'prog_attach',
        ...target(),
        attach_bpf_fd: fdOf('prog'),
        flags: flags(),
        replace_bpf_fd: fdOf('prog'),
      }),
    ],
    [4, () => ({ name: 'prog_detach', ...target(), attach_bpf_fd: fdOf('prog') })],
    [12, () => ({ name: 'link_create', ...target(), prog_fd: fdOf('prog'), flags: preorder() })],
    [14, () => ({ name: 'link_update', link_fd: fdOf('link'), new_prog_fd: fdOf('prog') })],
    [2, () => ({ name: 'link_detach', link_fd: fdOf('link') })],
    [7, () => ({ name: 'obj_pin', bpf_fd: anyFd(), path: childOf(dir()) })],
    [2, () => ({ name: 'obj_get', path: pin() })],
    [3, () => ({ name: 'bpffs_mkdir', path: childOf(dir()) })],
    [1, () => ({ name: 'bpffs_rmdir', path: dir() })],
    [3, () => ({ name: 'unlink', path: pin() })],
    [3, () => ({ name: 'rename', path: chance(0.5) ? pin() : dir(), to: childOf(dir()) })],
    [1, () => ({ name: 'rename', path: pin(), to: pin() })],
    [1, () => ({ name: 'chmod', path: chance(0.7) ? pin() : dir(), mode: 0o640 })],
    [3, () => ({ name: 'map_create', ...storage(), value_size: 8 })],
    [1, () => ({ name: 'map_create', ...hash, value_size: 8 })],
    [
      6,
      () => ({
        name: 'map_update_elem',
        map_fd: fdOf('map'),
        key: element(),
        value: random.below(1000),
      }),
    ],
    [4, storageUpdate],
    [2, () => ({ name: 'map_delete_elem', map_fd: fdOf('map'), key: element() })],
    [1, () => ({ name: 'prog_bind_map', prog_fd: fdOf('prog'), map_fd: fdOf('map') })],
  ];
}

function bpffsPaths(kernel: Kernel, directories: boolean): string[] {
  return [...kernel.bpffs.entries()]
    .filter(([, node]) => (node.kind === 'dir') === directories)
    .map(([path]) => path);
}
