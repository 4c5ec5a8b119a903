/**
 * The living objects at a moment, a page at a time, read from a kernel. The tables of versions hold
 * all objects that ever existed, so a search there takes longer as the log grows.
 */
import type { ObjectKind } from '../domain/effect.ts';
import type { Kernel } from '../domain/kernel.ts';
import { isWithin } from '../domain/path.ts';
import { type CountedPage, checkLimit, type PageRequest } from './moment.ts';
import { byBytes } from './order.ts';

/** Ids of the living cgroups; with `under`, of that cgroup and those below it. */
export function livingCgroups(
  { cgroups }: Kernel,
  page: PageRequest<number> & { readonly under?: string | undefined },
): CountedPage<number> {
  const { under } = page;
  const wanted = [...cgroups.values()].filter(
    ({ path }) => under === undefined || isWithin(path, under),
  );
  return pageOfIds(wanted, page);
}

/** Ids of the links; with `prog_id` or `cgroup_id`, of the links that run it or are attached to it. */
export function livingLinks(
  { links }: Kernel,
  page: PageRequest<number> & {
    readonly prog_id?: number | undefined;
    readonly cgroup_id?: number | undefined;
  },
): CountedPage<number> {
  const { prog_id, cgroup_id } = page;
  const wanted = [...links.values()].filter(
    (link) =>
      (prog_id === undefined || link.prog_id === prog_id) &&
      (cgroup_id === undefined || link.cgroup_id === cgroup_id),
  );
  return pageOfIds(wanted, page);
}

/** Ids of the living programs. */
export function livingPrograms(
  { programs }: Kernel,
  page: PageRequest<number>,
): CountedPage<number> {
  return pageOfIds([...programs.values()], page);
}

/** Ids of the living maps. */
export function livingMaps({ maps }: Kernel, page: PageRequest<number>): CountedPage<number> {
  return pageOfIds([...maps.values()], page);
}

/** Pids of the living processes. */
export function livingPids({ processes }: Kernel, page: PageRequest<number>): CountedPage<number> {
  return pageOf([...processes.keys()], ascending, page);
}

/** Paths of the pins, by their bytes; with `kind` and `object_id`, of those that hold it. */
export function livingPins(
  { bpffs }: Kernel,
  page: PageRequest<string> & {
    readonly kind?: ObjectKind | undefined;
    readonly object_id?: number | undefined;
  },
): CountedPage<string> {
  const { kind, object_id } = page;
  const wanted = [...bpffs.entries()].filter(
    ([, node]) =>
      node.kind !== 'dir' &&
      node.kind !== 'symlink' &&
      (kind === undefined || node.kind === kind) &&
      (object_id === undefined || node.id === object_id),
  );
  return pageOf(
    wanted.map(([path]) => path),
    byBytes,
    page,
  );
}

const ascending = (a: number, b: number): number => a - b;

function pageOfIds(
  rows: readonly { readonly id: number }[],
  page: PageRequest<number>,
): CountedPage<number> {
  return pageOf(
    rows.map(({ id }) => id),
    ascending,
    page,
  );
}

/** A page of keys, in no order yet. */
function pageOf<K>(
  keys: readonly K[],
  compare: (a: K, b: K) => number,
  page: PageRequest<K>,
): CountedPage<K> {
  const { after, order } = page;
  const inOrder = order === 'desc' ? (a: K, b: K) => compare(b, a) : compare;
  const left = after === undefined ? [...keys] : keys.filter((key) => inOrder(key, after) > 0);
  return { page: left.sort(inOrder).slice(0, checkLimit(page)), count: keys.length };
}
