/**
 * Where a program is effective: on which hosts, on which cgroups, for which attach type, in which
 * slots; now or at a time. Hosts are found by an index of what stands in lists; for these alone the
 * effective arrays are made.
 */
import { type AttachType, attachTypeNumber } from '../../domain/attach-type.ts';
import { effectiveArray } from '../../domain/effective.ts';
import type { Log } from '../../events/log.ts';
import type { Queryable } from '../../events/storage/database.ts';
import { Pace } from '../../events/turns.ts';
import type { ProgramMatch } from '../../projections/fleet/program-lives.ts';
import {
  cgroupsOfHosts,
  entriesOfHosts,
  type HostWithProgram,
  hostsWithProgram,
  type WorldQuestion,
} from '../../projections/fleet/world-rows.ts';
import { type HostWorld, type ProgramName, worldsOf } from './host-worlds.ts';

/** Hosts that are read together: a page of 100 slots needs a few. */
const HOSTS_TOGETHER = 10;
/** Hosts that one page looks at; a program may be attached where no cgroup shows it. */
const HOSTS_MAX = 500;

/** A slot that runs the program. */
export interface EffectiveSlot extends ProgramName {
  readonly host_id: number;
  readonly host: string;
  readonly boot: number;
  readonly cgroup_id: number;
  readonly path: string;
  readonly attach_type: AttachType;
  /** Its place in the effective array, from 0, and the length of the array. */
  readonly slot: number;
  readonly slots: number;
  readonly prog_id: number;
  readonly link_id?: number;
  /** The cgroup in whose list it stands; absent in an array that a kernel bug wrote. */
  readonly attached_to?: string;
}

/** A slot's place in the order of the answer; the first of a host has zeros. */
export interface SlotKey {
  readonly host_id: number;
  readonly cgroup_id: number;
  /** The number of the attach type. */
  readonly type: number;
  readonly slot: number;
}

export interface EffectiveQuestion extends ProgramMatch, WorldQuestion {
  readonly attach_type?: AttachType | undefined;
  /** Only on the cgroup at this path. */
  readonly path?: string | undefined;
}

export interface EffectivePage {
  readonly slots: readonly EffectiveSlot[];
  /** Where the next page begins; undefined at the end. */
  readonly next?: SlotKey;
}

/**
 * A page of slots, by host, cgroup, attach type and slot.
 *
 * @param from the first key that is wanted
 */
export async function effectiveEverywhere(
  sources: { readonly log: Log; readonly database: Queryable },
  question: EffectiveQuestion,
  { from, limit }: { readonly from: SlotKey; readonly limit: number },
): Promise<EffectivePage> {
  const slots: EffectiveSlot[] = [];
  const pace = new Pace();
  let host_id = from.host_id;
  for (let looked = 0; looked < HOSTS_MAX; looked += HOSTS_TOGETHER) {
    const hosts = await hostsWithProgram(sources.database, question, question, {
      ...{ from: host_id, limit: HOSTS_TOGETHER, attach_type: question.attach_type },
    });
    const last = hosts.at(-1);
    if (last === undefined) return { slots };
    const worlds = await readWorlds(sources, hosts, question);
    for (const host of hosts) {
      const world = worlds.get(host.host_id);
      if (world === undefined) continue;
      for (const one of slotsOn(host, world, question)) {
        if (isBefore(keyOf(one), from)) continue;
        if (slots.length === limit) return { slots, next: keyOf(one) };
        slots.push(one);
      }
      if (pace.isDue) await pace.turn();
    }
    host_id = last.host_id + 1;
    if (hosts.length < HOSTS_TOGETHER) return { slots };
  }
  return { slots, next: { host_id, cgroup_id: 0, type: 0, slot: 0 } };
}

async function readWorlds(
  sources: { readonly log: Log; readonly database: Queryable },
  hosts: readonly HostWithProgram[],
  { time }: EffectiveQuestion,
): Promise<Map<number, HostWorld>> {
  const { database } = sources;
  const of = { hosts: hosts.map(({ host_id }) => host_id), time };
  const types = [...new Set(hosts.flatMap(({ attach_types }) => attach_types))];
  const cgroups = await cgroupsOfHosts(database, of);
  const entries = await entriesOfHosts(database, of, types);
  return worldsOf(sources, { cgroups, entries }, time);
}

function* slotsOn(
  { host_id, host, attach_types }: HostWithProgram,
  { kernel, names }: HostWorld,
  { tags, names: wanted, path }: EffectiveQuestion,
): Generator<EffectiveSlot> {
  const types = attach_types.toSorted((a, b) => attachTypeNumber(a) - attachTypeNumber(b));
  const cgroups = [...kernel.cgroups.values()].sort((a, b) => a.id - b.id);
  for (const cgroup of cgroups) {
    if (path !== undefined && cgroup.path !== path) continue;
    for (const attach_type of types) {
      const array = effectiveArray(kernel, cgroup, attach_type);
      for (const [slot, { prog_id, link_id, cgroup_id: at }] of array.entries()) {
        const name = names.get(prog_id);
        if (name === undefined) continue;
        if (tags !== undefined && !tags.includes(name.tag)) continue;
        if (wanted !== undefined && !wanted.includes(name.prog_name)) continue;
        const attached_to = at === undefined ? undefined : kernel.cgroups.get(at)?.path;
        yield {
          ...{ host_id, host, boot: kernel.boot.number, cgroup_id: cgroup.id, path: cgroup.path },
          ...{ attach_type, slot, slots: array.length, prog_id },
          ...{ prog_name: name.prog_name, tag: name.tag },
          ...(link_id !== undefined && { link_id }),
          ...(attached_to !== undefined && { attached_to }),
        };
      }
    }
  }
}

function keyOf({ host_id, cgroup_id, attach_type, slot }: EffectiveSlot): SlotKey {
  return { host_id, cgroup_id, type: attachTypeNumber(attach_type), slot };
}

function isBefore(a: SlotKey, b: SlotKey): boolean {
  const order =
    a.host_id - b.host_id || a.cgroup_id - b.cgroup_id || a.type - b.type || a.slot - b.slot;
  return order < 0;
}
