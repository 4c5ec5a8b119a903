/** Who makes the calls of a table: a process that starts without capabilities and is given them. */
import type { Capability } from '../../../src/domain/capability.ts';
import type { World } from '../given.ts';

/** A child of init under the label `caller`: it has init's fds, and no capability. */
export function unprivilegedCaller(world: World): void {
  world.name('caller', world.does({ name: 'fork', caps: [] }));
}

/** As `unprivilegedCaller`, and without a free fd number. */
export function corneredCaller(world: World): void {
  unprivilegedCaller(world);
  world.does({ name: 'setrlimit', nofile: 3 }, world.at('caller'));
}

/** A removed cgroup whose directory is still open, under the label `removed`. */
export function removedCgroup(world: World): void {
  world.cgroups('/removed');
  world.name('removed', world.open('/removed'));
  world.does({ name: 'rmdir', path: '/removed' });
}

/** Steps that give the caller what it lacks. */
export const GRANTS: Readonly<Record<string, (world: World) => void>> = {
  'give CAP_BPF': (world) => grant(world, world.kernel.switches.cap_bpf ? 'bpf' : 'sys_admin'),
  'give CAP_NET_ADMIN': (world) => grant(world, 'net_admin'),
  'give CAP_PERFMON': (world) => grant(world, 'perfmon'),
  'give CAP_SYS_ADMIN': (world) => grant(world, 'sys_admin'),
  'raise the limit': (world) =>
    void world.does({ name: 'setrlimit', nofile: 1024 }, world.at('caller')),
};

function grant(world: World, capability: Capability): void {
  const pid = world.at('caller');
  const held = world.kernel.processes.get(pid)?.caps ?? [];
  world.does({ name: 'capset', caps: [...held, capability] }, pid);
}
