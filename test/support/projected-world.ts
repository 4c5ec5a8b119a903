// The same questions asked twice: of a kernel in memory, and of the projections at a moment. Equal
// answers mean that the tables hold what the kernel held.

import type { AttachType } from '../../src/domain/attach-type.ts';
import { effectiveArray } from '../../src/domain/effective.ts';
import type { Kernel } from '../../src/domain/kernel.ts';
import type { Queryable } from '../../src/events/storage/database.ts';
import { inOnePiece } from '../../src/events/turns.ts';
import { elementsOf } from '../../src/projections/elements.ts';
import type { Moment } from '../../src/projections/moment.ts';
import { stateOf } from '../../src/projections/state.ts';
import { storagesOf } from '../../src/projections/storages.ts';
import { effectiveArrayAt } from './effective-by-tables.ts';
import { allCgroups, allLinks, allLists, allMaps, allPins, allPrograms } from './keys-in-tables.ts';

const LIMIT = { limit: 1000 };

/** Attach types whose arrays are compared on every cgroup. */
const TYPES: readonly AttachType[] = [
  'cgroup_inet_ingress',
  'cgroup_inet_egress',
  'cgroup_sock_ops',
];

/** What a kernel answers. */
export function worldOfKernel(kernel: Kernel) {
  const state = inOnePiece(stateOf(kernel));
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
  for (const row of await allCgroups(database, moment)) {
    const { cgroup_id, parent_id, path } = row;
    const lists = await allLists(database, moment, cgroup_id);
    const attached = lists.map(({ position_from: _, ...list }) => list);
    const effective = [];
    for (const attach_type of TYPES) {
      effective.push(await effectiveArrayAt(database, moment, { cgroup_id, attach_type }));
    }
    cgroups.push({ cgroup_id, parent_id, path, attached, effective });
  }
  const maps = [];
  for (const { position_from: _, ...map } of await allMaps(database, moment)) {
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
    programs: (await allPrograms(database, moment)).map(timeless),
    links: (await allLinks(database, moment)).map(timeless),
    pins: (await allPins(database, moment)).map(timeless),
    maps,
  };
}

function timeless<R extends { readonly position_from: number }>(row: R): Omit<R, 'position_from'> {
  const { position_from: _, ...rest } = row;
  return rest;
}
