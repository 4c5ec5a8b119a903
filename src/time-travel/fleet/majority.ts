/**
 * What most hosts run at a path for an attach type, and which hosts run something else: effective
 * arrays as chains of programs, told apart by tag and name, since ids are each host's own.
 */
import type { AttachType } from '../../domain/attach-type.ts';
import { cgroupAt, effectiveArray } from '../../domain/effective.ts';
import type { Log } from '../../events/log.ts';
import type { Queryable } from '../../events/storage/database.ts';
import { Pace } from '../../events/turns.ts';
import {
  cgroupsOfHosts,
  entriesOfCgroups,
  hostsAlike,
  type WorldQuestion,
} from '../../projections/fleet/world-rows.ts';
import { chainPaths } from '../array-timeline.ts';
import { type HostWorld, type ProgramName, worldsOf } from './host-worlds.ts';

export interface MajorityQuestion extends WorldQuestion {
  readonly attach_type: AttachType;
  readonly path: string;
}

/** What some hosts run, in the order in which it runs there. */
export type ProgramChain = readonly ProgramName[];

export interface SharedChain {
  readonly chain: ProgramChain;
  /** Ids of the hosts that run it, ascending. */
  readonly hosts: readonly number[];
}

export interface Majority {
  /** Each chain with its hosts, the one of most hosts first; of equal ones that of the oldest host. */
  readonly chains: readonly SharedChain[];
}

/** The chains of all hosts that have a cgroup at the path. */
export async function majorityOf(
  sources: { readonly log: Log; readonly database: Queryable },
  { attach_type, path, hosts, time }: MajorityQuestion,
): Promise<Majority> {
  const { database } = sources;
  const paths = chainPaths(path);
  const alike = await hostsAlike(database, { hosts, time }, { attach_type, paths });
  // Who has the same there runs the same: of each group one host is looked at.
  const firsts = alike.map(([first]) => first as number);
  const cgroups = await cgroupsOfHosts(database, { hosts: firsts, time }, paths);
  const entries = await entriesOfCgroups(database, cgroups, { time, attach_type });
  const worlds = await worldsOf(sources, { cgroups, entries }, time);
  const byChain = new Map<string, { chain: ProgramChain; hosts: number[] }>();
  const pace = new Pace();
  for (const ids of alike) {
    const world = worlds.get(ids[0] as number);
    const chain = world && chainOn(world, path, attach_type);
    if (chain === undefined) continue;
    const key = JSON.stringify(chain);
    const known = byChain.get(key) ?? { chain, hosts: [] };
    byChain.set(key, known);
    known.hosts.push(...ids);
    if (pace.isDue) await pace.turn();
  }
  const chains = [...byChain.values()].map((one) => ({
    ...one,
    hosts: one.hosts.sort((a, b) => a - b),
  }));
  return {
    chains: chains.sort(
      (a, b) => b.hosts.length - a.hosts.length || (a.hosts[0] as number) - (b.hosts[0] as number),
    ),
  };
}

function chainOn(
  { kernel, names }: HostWorld,
  path: string,
  attach_type: AttachType,
): ProgramChain | undefined {
  const cgroup = cgroupAt(kernel, path);
  if (cgroup === undefined) return undefined;
  return effectiveArray(kernel, cgroup, attach_type).map(({ prog_id }) => {
    const { prog_name = '', tag = '' } = names.get(prog_id) ?? {};
    return { prog_name, tag };
  });
}
