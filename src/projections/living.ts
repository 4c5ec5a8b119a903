/**
 * The living objects at a moment, a page at a time, read from a kernel. The tables of versions hold
 * all objects that ever existed, so a search there takes longer as the log grows.
 */
import type { ObjectKind } from '../domain/effect.ts';
import type { Kernel } from '../domain/kernel.ts';
import { isWithin } from '../domain/path.ts';
import { checkLimit, type PageRequest } from './moment.ts';
import { byBytes } from './order.ts';

/** Ids of the living cgroups; with `under`, of that cgroup and those below it. */
export function livingCgroups(
  { cgroups }: Kernel,
  page: PageRequest<number> & { readonly under?: string | undefined },
): number[] {
  const { under } = page;
  const wanted = [...cgroups.values()].filter(
    ({ path }) => under === undefined || isWithin(path, under),
  );
  return ids(wanted, page);
}

/** How many cgroups live; with `under`, that one and those below it. */
export function countCgroups({ cgroups }: Kernel, under: string | undefined): number {
  if (under === undefined) return cgroups.size;
  let count = 0;
  for (const { path } of cgroups.values()) if (isWithin(path, under)) count++;
  return count;
}

/** Ids of the links; with `prog_id` or `cgroup_id`, of the links that run it or are attached to it. */
export function livingLinks(
  { links }: Kernel,
  page: PageRequest<number> & {
    readonly prog_id?: number | undefined;
    readonly cgroup_id?: number | undefined;
  },
): number[] {
  const { prog_id, cgroup_id } = page;
  const wanted = [...links.values()].filter(
    (link) =>
      (prog_id === undefined || link.prog_id === prog_id) &&
      (cgroup_id === undefined || link.cgroup_id === cgroup_id),
  );
  return ids(wanted, page);
}

/** Ids of the living programs. */
export function livingPrograms({ programs }: Kernel, page: PageRequest<number>): number[] {
  return ids([...programs.values()], page);
}

/** Ids of the living maps. */
export function livingMaps({ maps }: Kernel, page: PageRequest<number>): number[] {
  return ids([...maps.values()], page);
}

/** Paths of the pins, by their bytes; with `kind` and `object_id`, of those that hold it. */
export function livingPins(
  { bpffs }: Kernel,
  page: PageRequest<string> & {
    readonly kind?: ObjectKind | undefined;
    readonly object_id?: number | undefined;
  },
): string[] {
  const { after, kind, object_id } = page;
  return [...bpffs.entries()]
    .filter(
      ([path, node]) =>
        node.kind !== 'dir' &&
        (after === undefined || byBytes(path, after) > 0) &&
        (kind === undefined || node.kind === kind) &&
        (object_id === undefined || node.id === object_id),
    )
    .map(([path]) => path)
    .sort(byBytes)
    .slice(0, checkLimit(page));
}

function ids(rows: readonly { readonly id: number }[], page: PageRequest<number>): number[] {
  const { after = 0 } = page;
  return rows
    .flatMap(({ id }) => (id > after ? id : []))
    .sort((a, b) => a - b)
    .slice(0, checkLimit(page));
}
