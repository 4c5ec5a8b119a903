/** The ids that new cgroups, programs, links, maps and BTF objects get. */
import { kernelsBtfs } from './btf.ts';
import type { ObjectKind } from './effect.ts';
import type { Kernel } from './kernel.ts';

/** The highest id that an event can hold of a program, a link or a map. */
const OBJECT_ID_MAX = 2 ** 32 - 1;
const INT_MAX = 2 ** 31 - 1;

/**
 * The id of the next program, link or map: one above the highest so far. Past the last id the
 * count begins again at 1 and leaves out those that live, as the kernel's does (`idr_alloc_cyclic`).
 */
export function nextObjectId(kernel: Kernel, kind: ObjectKind): number {
  const next = countOf(kernel, kind);
  return next <= OBJECT_ID_MAX ? next : lowestFrom(1, tableOf(kernel, kind));
}

/** The id of the next BTF object: below `INT_MAX`, past which the count begins again. */
export function nextBtfId(kernel: Kernel): number {
  const next = kernel.counters.btf;
  return next < INT_MAX ? next : lowestFrom(kernelsBtfs(kernel) + 1, kernel.btfs);
}

/** The id of the next cgroup. A log of an older release may have ids of its own in the way. */
export function nextCgroupId({ counters, cgroups }: Kernel): number {
  return lowestFrom(counters.cgroup, cgroups);
}

/** The lowest id from `first` on that nothing has: after as many steps as there are rows, at most. */
export function lowestFrom(first: number, table: { has(id: number): boolean }): number {
  let id = first;
  while (table.has(id)) id++;
  return id;
}

/** By its name: a field that is asked for by a variable is looked up each time. */
function countOf({ counters }: Kernel, kind: ObjectKind): number {
  if (kind === 'prog') return counters.prog;
  return kind === 'link' ? counters.link : counters.map;
}

function tableOf({ programs, links, maps }: Kernel, kind: ObjectKind) {
  switch (kind) {
    case 'prog':
      return programs;
    case 'link':
      return links;
    case 'map':
      return maps;
    default:
      return kind satisfies never;
  }
}
