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
  type CgroupLifeRow,
  cgroupsOfHosts,
  type EntryLifeRow,
  entriesOfCgroups,
  hostsWithWrittenArrays,
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
  const cgroups = await cgroupsOfHosts(database, { hosts, time }, chainPaths(path));
  const entries = await entriesOfCgroups(database, cgroups, { time, attach_type });
  const alike = await hostsAlike(database, cgroups, entries);
  const firsts = new Set([...alike.values()].map(([first]) => first));
  const isFirst = ({ host_id }: { readonly host_id: number }) => firsts.has(host_id);
  const rows = { cgroups: cgroups.filter(isFirst), entries: entries.filter(isFirst) };
  const worlds = await worldsOf(sources, rows, time);
  const byChain = new Map<string, { chain: ProgramChain; hosts: number[] }>();
  const pace = new Pace();
  for (const ids of alike.values()) {
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

/**
 * Hosts by what they have at the paths: most of many have the same, and then the same chain. One on
 * which a kernel bug ever wrote an array is like no other.
 */
async function hostsAlike(
  database: Queryable,
  cgroups: readonly CgroupLifeRow[],
  entries: readonly EntryLifeRow[],
): Promise<Map<string, number[]>> {
  const texts = new Map<number, string>();
  const pathOf = new Map<string, string>();
  const append = (host: number, text: string) => texts.set(host, (texts.get(host) ?? '') + text);
  for (const { host_id, cgroup_id, path } of cgroups) {
    pathOf.set(`${host_id} ${cgroup_id}`, path);
    append(host_id, `${JSON.stringify(path)}\n`);
  }
  for (const { host_id, cgroup_id, mode, preorder, prog_name, tag } of entries) {
    const at = pathOf.get(`${host_id} ${cgroup_id}`);
    append(host_id, `${JSON.stringify([at, mode, preorder, prog_name, tag])}\n`);
  }
  const ids = [...texts.keys()];
  for (const { host_id } of await hostsWithWrittenArrays(database, ids)) {
    texts.set(host_id, `host ${host_id}`);
  }
  const alike = new Map<string, number[]>();
  for (const [host_id, text] of texts) {
    const known = alike.get(text);
    if (known === undefined) alike.set(text, [host_id]);
    else known.push(host_id);
  }
  return alike;
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
