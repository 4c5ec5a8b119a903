/**
 * What hosts have of cgroups and lists, now or at a time: kernels with nothing else, on which the kernel's own
 * rule makes effective arrays. A host on which a kernel bug wrote arrays that no list tells of, or with
 * programs of LSM_CGROUP, of which no row says on which hook they are, is asked for its state: of such
 * there are few.
 */
import { emptyKernel } from '../../domain/boot.ts';
import {
  type Cgroup,
  type Entry,
  type Kernel,
  NO_LISTS,
  ROOTS_ACCESS,
} from '../../domain/kernel.ts';
import { setList } from '../../domain/list.ts';
import { hasHooks } from '../../domain/lsm-hooks.ts';
import type { Log } from '../../events/log.ts';
import { isRemoved } from '../../events/log-refusal.ts';
import type { Queryable } from '../../events/storage/database.ts';
import {
  type CgroupLifeRow,
  type EntryLifeRow,
  hostsToAsk,
} from '../../projections/fleet/world-rows.ts';
import type { NamedProgram } from '../../projections/lives.ts';
import { placeEntry } from '../array-timeline.ts';
import { findMoment, MomentUnknown } from '../moment.ts';

/** The name and tag of a program. */
export type ProgramName = Pick<NamedProgram, 'prog_name' | 'tag'>;

/** A part of a host's state. */
export interface HostWorld {
  /** With the cgroups and lists that were asked for; more on a host with written arrays. */
  readonly kernel: Kernel;
  readonly names: ReadonlyMap<number, ProgramName>;
}

interface WorldSources {
  readonly log: Log;
  readonly database: Queryable;
}

/** The worlds of hosts by id, of rows of cgroups and entries that are in the order of their hosts. */
export async function worldsOf(
  sources: WorldSources,
  {
    cgroups,
    entries,
  }: {
    readonly cgroups: readonly CgroupLifeRow[];
    readonly entries: readonly EntryLifeRow[];
  },
  time: number | undefined,
): Promise<Map<number, HostWorld>> {
  const worlds = new Map<number, HostWorld & { readonly names: Map<number, ProgramName> }>();
  for (const { host_id, boot, cgroup_id: id, parent_id, path } of cgroups) {
    const world = worlds.get(host_id) ?? { kernel: emptyKernel(), names: new Map() };
    worlds.set(host_id, world);
    world.kernel.boot = { ...world.kernel.boot, number: boot };
    // What runs on a cgroup depends on nothing else of it.
    const rest = { access: ROOTS_ACCESS, threaded: false, threaded_children: 0, controllers: 0 };
    const counts = { children: 0, processes: 0 };
    world.kernel.cgroups.set(id, {
      id,
      parent_id,
      path,
      lists: NO_LISTS,
      ...counts,
      ...rest,
    });
    world.kernel.cgroupIds.set(path, id);
  }
  for (const row of entries) {
    const world = worlds.get(row.host_id);
    const cgroup = world?.kernel.cgroups.get(row.cgroup_id);
    if (world === undefined || cgroup === undefined) continue;
    addEntry(world.kernel, cgroup, row);
    world.names.set(row.prog_id, { prog_name: row.prog_name, tag: row.tag });
  }
  const hooked = entries.filter(({ attach_type }) => hasHooks(attach_type));
  const written = await hostsToAsk(sources.database, {
    hosts: [...worlds.keys()],
    certain: [...new Set(hooked.map(({ host_id }) => host_id))],
  });
  const whole = new Map<number, HostWorld>(worlds);
  for (const { host_id, host } of written) {
    const world = await stateOf(sources, host, time);
    if (world === undefined) whole.delete(host_id);
    else whole.set(host_id, world);
  }
  return whole;
}

function addEntry(kernel: Kernel, cgroup: Cgroup, row: EntryLifeRow): void {
  const { attach_type, mode, prog_id, link_id, preorder } = row;
  const listed = {
    prog_id,
    ...(link_id !== null && { link_id }),
    ...(preorder && { preorder: true as const }),
  };
  const before: readonly Entry[] = cgroup.lists.get(attach_type)?.entries ?? [];
  const entries = [...before, placeEntry(kernel, listed, attach_type)];
  setList(cgroup, attach_type, { mode, revision: 0, entries });
}

/** The state itself; undefined for a host whose log begins later, also because it was cut. */
async function stateOf(
  sources: WorldSources,
  host: string,
  time: number | undefined,
): Promise<HostWorld | undefined> {
  const text = time === undefined ? undefined : ({ kind: 'time', time } as const);
  try {
    const { moment } = await findMoment(sources, host, text);
    const { kernel } = await sources.log.kernelAt(host, moment.position);
    const names = [...kernel.programs.values()].map(
      ({ id, prog_name, tag }) => [id, { prog_name, tag }] as const,
    );
    return { kernel, names: new Map(names) };
  } catch (error) {
    if (error instanceof MomentUnknown || isRemoved(error)) return undefined;
    throw error;
  }
}
