// The same questions asked twice: of a kernel in memory, and of the projections at a moment. Equal
// answers mean that the tables hold what the kernel held.

import type { AttachType } from '../../src/domain/attach-type.ts';
import { effectiveArray } from '../../src/domain/effective.ts';
import type { Kernel } from '../../src/domain/kernel.ts';
import type { Queryable } from '../../src/events/database.ts';
import { cgroupById, cgroupByPath, listCgroups } from '../../src/projections/cgroups.ts';
import { effectiveArrayAt } from '../../src/projections/effective.ts';
import { elementsOf } from '../../src/projections/elements.ts';
import { entriesOf } from '../../src/projections/entries.ts';
import { linkById, listLinks } from '../../src/projections/links.ts';
import { listMaps, mapById } from '../../src/projections/maps.ts';
import type { Moment } from '../../src/projections/moment.ts';
import { listPins, pinByPath } from '../../src/projections/pins.ts';
import { listPrograms, programById } from '../../src/projections/programs.ts';
import { stateOf } from '../../src/projections/state.ts';
import { storagesOf } from '../../src/projections/storages.ts';

const LIMIT = { limit: 1000 };

/** Attach types whose arrays are compared on every cgroup. */
const TYPES: readonly AttachType[] = [
  'cgroup_inet_ingress',
  'cgroup_inet_egress',
  'cgroup_sock_ops',
];

/** What a kernel answers. */
export function worldOfKernel(kernel: Kernel) {
  const state = stateOf(kernel);
  return {
    cgroups: state.cgroups.map(({ cgroup_id, parent_id, path, attached }) => {
      const cgroup = kernel.cgroups.get(cgroup_id);
      if (cgroup === undefined) throw new Error('a listed cgroup lives');
      const effective = TYPES.map((type) => effectiveArray(kernel, cgroup, type));
      return { cgroup_id, parent_id, path, attached, effective };
    }),
    programs: state.programs.map(({ held_by: _, refs: __, ...program }) => program),
    links: state.links.map(({ held_by: _, refs: __, ...link }) => link),
    pins: state.bpffs.filter(({ kind }) => kind !== 'dir'),
    maps: state.maps.map(({ held_by: _, refs: __, elements, ...map }) => ({ ...map, elements })),
  };
}

/** What the projections answer at a moment. */
export async function worldOfTables(database: Queryable, moment: Moment) {
  const cgroups = [];
  for (const row of await listCgroups(database, moment, LIMIT)) {
    const { cgroup_id, parent_id, path } = row;
    const lists = await entriesOf(database, moment, cgroup_id);
    const attached = lists.map(({ position_from: _, ...list }) => list);
    const effective = [];
    for (const attach_type of TYPES) {
      effective.push(await effectiveArrayAt(database, moment, { cgroup_id, attach_type }));
    }
    cgroups.push({ cgroup_id, parent_id, path, attached, effective });
  }
  const maps = [];
  for (const { position_from: _, ...map } of await listMaps(database, moment, LIMIT)) {
    const storages = await storagesOf(database, moment, map.map_id, LIMIT);
    const plain = await elementsOf(database, moment, map.map_id, LIMIT);
    const elements = [
      ...storages.map(({ cgroup_id, attach_type, value }) => ({
        key: attach_type === undefined ? { cgroup_id } : { cgroup_id, attach_type },
        value,
      })),
      ...plain.map(({ key, value }) => ({ key, value })),
    ];
    maps.push({ ...map, elements });
  }
  return {
    cgroups,
    programs: (await listPrograms(database, moment, LIMIT)).map(timeless),
    links: (await listLinks(database, moment, LIMIT)).map(timeless),
    pins: (await listPins(database, moment, LIMIT)).map(timeless),
    maps,
  };
}

function timeless<R extends { readonly position_from: number }>(row: R): Omit<R, 'position_from'> {
  const { position_from: _, ...rest } = row;
  return rest;
}

type World = Awaited<ReturnType<typeof worldOfTables>>;

/** Asks for each thing of a world by its key, one by one. */
export async function sameOneByOne(
  database: Queryable,
  moment: Moment,
  world: World,
): Promise<World> {
  const one = async <T extends { readonly position_from: number }>(row: Promise<T | undefined>) => {
    const found = await row;
    if (found === undefined) throw new Error('a listed row is not found by its key');
    return timeless(found);
  };
  const cgroups = [];
  for (const { attached, effective, ...cgroup } of world.cgroups) {
    const byPath = await one(cgroupByPath(database, moment, cgroup.path));
    const byId = await one(cgroupById(database, moment, byPath.cgroup_id));
    cgroups.push({ ...byId, attached, effective });
  }
  const programs = [];
  for (const { prog_id } of world.programs) {
    programs.push(await one(programById(database, moment, prog_id)));
  }
  const links = [];
  for (const { link_id } of world.links) {
    links.push(await one(linkById(database, moment, link_id)));
  }
  const pins = [];
  for (const { path } of world.pins) pins.push(await one(pinByPath(database, moment, path)));
  const maps = [];
  for (const { elements, map_id } of world.maps) {
    maps.push({ ...(await one(mapById(database, moment, map_id))), elements });
  }
  return { cgroups, programs, links, pins, maps };
}
