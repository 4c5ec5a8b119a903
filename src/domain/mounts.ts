/**
 * Mounts of the bpffs: which instance a path leads into (`fs/namespace.c`). The names of all
 * instances stand in one table: those of the first under their paths, those of instance N under
 * `/.N`, a name that no bpffs can have. A mount shows an instance, or a part of one, on a directory.
 */
import type { BpffsNode, Kernel } from './kernel.ts';
import { type Mount, placeKey } from './mount-row.ts';
import { HOSTS_NAMESPACE } from './namespace-row.ts';
import { baseName, isWithin, parentPath } from './path.ts';

/** A name, as it is reached: by a mount, under its key in the table of names. */
export interface MountedName {
  readonly mount: number;
  readonly key: string;
}

/** The mount that every kernel boots with, of the first instance. */
export const FIRST_MOUNT = 1;
/** The directory that the first instance is mounted on: in no mount that is modelled. */
export const OUTSIDE: MountedName = { mount: 0, key: '' };

const FIRST_PLACE: MountedName = { mount: FIRST_MOUNT, key: '/' };

/** Whether only the first instance is mounted, where it was at boot: then keys are paths. */
function isUsual({ mounts }: Kernel): boolean {
  return mounts.size === 1 && mounts.get(FIRST_MOUNT)?.attached === true;
}

/** Where the top of the log's bpffs leads in a namespace; undefined while nothing is mounted there. */
export function topPlace(kernel: Kernel, namespace: number): MountedName | undefined {
  const { mounts, mountedOn } = kernel;
  if (namespace === HOSTS_NAMESPACE && isUsual(kernel)) return FIRST_PLACE;
  const id = mountedOn.get(placeKey({ parent: OUTSIDE.mount, at: OUTSIDE.key, namespace }));
  const mount = id === undefined ? undefined : mounts.get(id);
  return mount && crossMounts(kernel, { mount: mount.id, key: mount.root });
}

/** The place that is seen at a place: what is mounted on it, and on that. Outside, it is `topPlace`. */
export function crossMounts(kernel: Kernel, place: MountedName): MountedName {
  const { mounts, mountedOn } = kernel;
  let seen = place;
  // What stands alone stands outside.
  while (mountedOn.size > 1) {
    const id = mountedOn.get(`${seen.mount}${seen.key}`);
    const mount = id === undefined ? undefined : mounts.get(id);
    if (mount === undefined) break;
    seen = { mount: mount.id, key: mount.root };
  }
  return seen;
}

/**
 * The key of the name that a path leads to in the host's mount namespace, over what is mounted on the way.
 * A name that nobody has yet has a key, too; symlinks are names like others.
 */
export function keyAt(kernel: Kernel, path: string): string {
  const top = isUsual(kernel) ? undefined : topPlace(kernel, HOSTS_NAMESPACE);
  if (top === undefined || path === '/') return top?.key ?? path;
  return path
    .slice(1)
    .split('/')
    .reduce((place, step) => crossMounts(kernel, below(place, step)), top).key;
}

/** A name in a directory. */
export function below({ mount, key }: MountedName, name: string): MountedName {
  return { mount, key: key === '/' ? `/${name}` : `${key}/${name}` };
}

/** The directory above a place (`follow_dotdot`); undefined above the top of the log. */
export function parentPlace(kernel: Kernel, place: MountedName): MountedName | undefined {
  let { mount, key } = place;
  let found = kernel.mounts.get(mount);
  while (found?.root === key) {
    ({ parent: mount, at: key } = found);
    found = kernel.mounts.get(mount);
  }
  return found && crossMounts(kernel, { mount, key: parentPath(key) });
}

/** The mount that a place is the top of, if it is the top of one. */
export function mountAt({ mounts }: Kernel, { mount, key }: MountedName): Mount | undefined {
  const found = mounts.get(mount);
  return found?.root === key ? found : undefined;
}

/** Mounts that stand on a mount, and on those. */
export function mountsOn(kernel: Kernel, mountId: number): readonly Mount[] {
  return treesOf(
    kernel,
    attachedMounts(kernel, ({ parent }) => parent === mountId),
  );
}

/**
 * Mounts, each with those that stand on it, and on those, after it. One that stands on another of them
 * comes once. Thousands may stand on each other, so it does not call itself.
 */
function treesOf(kernel: Kernel, lowest: readonly Mount[]): readonly Mount[] {
  if (lowest.length === 0) return [];
  const above = new Map<number, Mount[]>();
  for (const mount of attachedMounts(kernel, () => true)) {
    const beside = above.get(mount.parent);
    if (beside === undefined) above.set(mount.parent, [mount]);
    else beside.push(mount);
  }
  const trees = new Map<number, Mount>();
  const next = [...lowest].reverse();
  for (let mount = next.pop(); mount !== undefined; mount = next.pop()) {
    if (trees.has(mount.id)) continue;
    trees.set(mount.id, mount);
    next.push(...(above.get(mount.id) ?? []).reverse());
  }
  return [...trees.values()];
}

/**
 * Whether something is mounted on a name in a namespace, by whichever mount that is seen
 * (`is_local_mountpoint`).
 */
export function isMountPoint(kernel: Kernel, key: string, namespace: number): boolean {
  return mountsAt(kernel, key).some((mount) => mount.namespace === namespace);
}

/** What is mounted on a name in all namespaces. */
function mountsAt(kernel: Kernel, key: string): readonly Mount[] {
  if (isUsual(kernel)) return [];
  return attachedMounts(kernel, ({ at }) => at === key);
}

/** The same with all that stands on it: what goes with the name. */
export function treesAt(kernel: Kernel, key: string): readonly Mount[] {
  return treesOf(kernel, mountsAt(kernel, key));
}

/** What is mounted in a namespace: what stands on a mount comes after it. */
export function mountsIn(kernel: Kernel, namespace: number): readonly Mount[] {
  return attachedMounts(kernel, (mount) => mount.namespace === namespace);
}

/** Some of the mounts that paths lead to, in the order in which they were made, which no layer changes. */
function attachedMounts({ mounts }: Kernel, isWanted: (mount: Mount) => boolean): readonly Mount[] {
  const wanted = [...mounts.values()].filter((mount) => mount.attached && isWanted(mount));
  return wanted.sort((one, other) => one.id - other.id);
}

/** Whether a mount shows a name and what is below it, and no more of its instance. */
export function isBound(kernel: Kernel, key: string): boolean {
  if (isUsual(kernel)) return false;
  return [...kernel.mounts.values()].some(({ root }) => root === key && key !== topOf(key));
}

/** The key of the top of the instance that a key is in. */
export function topOf(key: string): string {
  return /^\/\.\d+/u.exec(key)?.[0] ?? '/';
}

/** Whether a key is in the instance with this top. */
export function isInInstance(key: string, top: string): boolean {
  return top === '/' ? topOf(key) === '/' : isWithin(key, top);
}

/** How many mounts there are of each instance, by its top. */
export function mountsOfInstances({ mounts }: Kernel): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { root } of mounts.values()) {
    const top = topOf(root);
    counts.set(top, (counts.get(top) ?? 0) + 1);
  }
  return counts;
}

/** The number of the next mount, and of the instance that it may make: larger than any of a mount. */
export function nextMount({ mounts }: Kernel): number {
  let largest = FIRST_MOUNT;
  for (const { id, root } of mounts.values()) {
    largest = Math.max(largest, id, Number(topOf(root).slice(2)));
  }
  return largest + 1;
}

/** The key of the top of a new instance. */
export function topOfInstance(number: number): string {
  return `/.${number}`;
}

/** A name that a path leads to. */
export interface SeenName {
  readonly path: string;
  readonly place: MountedName;
  readonly node: BpffsNode;
}

/** Every name that is seen in a namespace, by every path that leads to it: a bound name has several. */
export function namesSeen(kernel: Kernel, namespace = HOSTS_NAMESPACE): readonly SeenName[] {
  const top = topPlace(kernel, namespace);
  if (top === undefined) return [];
  if (top === FIRST_PLACE) {
    const { mount } = top;
    return [...kernel.bpffs.entries()].map(([key, node]) => ({
      path: key,
      place: { mount, key },
      node,
    }));
  }
  const names = new Map<string, string[]>();
  for (const key of kernel.bpffs.keys()) {
    if (key === topOf(key)) continue;
    const directory = parentPath(key);
    names.set(directory, [...(names.get(directory) ?? []), baseName(key)]);
  }
  const seen: SeenName[] = [];
  const look = (path: string, place: MountedName): void => {
    const node = kernel.bpffs.get(place.key);
    if (node === undefined) return;
    seen.push({ path: path === '' ? '/' : path, place, node });
    for (const name of names.get(place.key) ?? []) {
      look(`${path}/${name}`, crossMounts(kernel, below(place, name)));
    }
  };
  look('', top);
  return seen;
}
