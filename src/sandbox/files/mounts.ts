/**
 * Where the cgroups and the bpffs are mounted, as the program sees it. A bpffs of its own is, in the
 * model, a directory at the top of the one that there is, called after its mount point.
 */
import type { Kernel } from '../../domain/kernel.ts';
import { isWithin } from '../../domain/path.ts';
import { isOwnBpffs, type Tree, type TreePlace } from './shadow.ts';

export interface Mount {
  /** The program's path of the mount point. */
  readonly at: string;
  readonly tree: Tree;
  /** What of the tree is seen there; `/` is all of it. */
  readonly below: string;
  /** As /proc/self/mounts tells them. */
  readonly options: string;
}

const OPTIONS = 'rw,nosuid,nodev,noexec,relatime';
const FIRST: readonly Mount[] = [
  { at: '/sys/fs/cgroup', tree: 'cgroup', below: '/', options: OPTIONS },
  { at: '/sys/fs/bpf', tree: 'bpffs', below: '/', options: OPTIONS },
];
/** Mounts that a program has together (`fs.mount-max` is as many). */
export const MOUNTS_MAX = 100_000;

export class Mounts {
  /** Oldest first: a later one hides what is below it. */
  readonly #mounts: Mount[];
  /** Directories of the machine that were mounted onto themselves. */
  readonly #selfBound = new Set<string>();

  /** @param more what is mounted at the start, beside both trees */
  constructor(more: readonly Mount[] = []) {
    this.#mounts = [...FIRST, ...more];
  }

  get all(): readonly Mount[] {
    return this.#mounts;
  }

  /** What a path without `.` and `..` leads to; undefined when it is in none of the trees. */
  placeOf(path: string): TreePlace | undefined {
    const mount = this.#mounts.findLast(({ at }) => isWithin(path, at));
    if (mount === undefined) return undefined;
    const { at, tree, below } = mount;
    return { tree, path: joinPaths(below, path.slice(at.length)) };
  }

  /** The program's path of a place: by the first of the mounts that show least beside it. */
  pathOf({ tree, path }: TreePlace): string {
    let nearest: Mount | undefined;
    for (const mount of this.#mounts) {
      if (mount.tree !== tree || !isWithin(path, mount.below)) continue;
      if (nearest === undefined || mount.below.length > nearest.below.length) nearest = mount;
    }
    // A directory of a bpffs that was unmounted has no other name.
    if (nearest === undefined) return path;
    const { at, below } = nearest;
    return joinPaths(at, below === '/' ? path : path.slice(below.length));
  }

  /** The mount that is seen at a path. */
  on(path: string): Mount | undefined {
    return this.#mounts.findLast(({ at }) => at === path);
  }

  /** Whether a path is a mount point that this program made, or had from the start. */
  has(path: string): boolean {
    return this.#selfBound.has(path) || this.on(path) !== undefined;
  }

  /** Mounts further below a path. */
  within(path: string): readonly Mount[] {
    return this.#mounts.filter(({ at }) => at !== path && isWithin(at, path));
  }

  add(mount: Mount): void {
    this.#mounts.push(mount);
  }

  remove(mount: Mount): void {
    this.#mounts.splice(this.#mounts.indexOf(mount), 1);
  }

  bindToItself(path: string): void {
    this.#selfBound.add(path);
  }

  /** @returns whether it was bound */
  unbindFromItself(path: string): boolean {
    return this.#selfBound.delete(path);
  }

  /** Whether a mount cannot be undone: the trees are there from the start to the end. */
  isLasting(mount: Mount): boolean {
    return FIRST.includes(mount);
  }
}

/** What the model's bpffs calls another one that is mounted at a path; it has no names with a dot. */
export function nameOfBpffs(at: string): string {
  return `/${at.replaceAll('/', ':').replaceAll('.', '%2e')}`;
}

/** The mounts of each bpffs beside the first that the model has, by their names. */
export function ownBpffs({ bpffs }: Kernel): readonly Mount[] {
  const tops = [...bpffs.entries()].filter(
    ([path, { kind }]) => kind === 'dir' && isOwnBpffs(path),
  );
  return tops.map(([below]) => {
    const at = below.slice(1).replaceAll(':', '/').replaceAll('%2e', '.');
    return { at, tree: 'bpffs', below, options: 'rw,relatime' };
  });
}

/** A path below another; each begins with a slash, or is empty. */
function joinPaths(top: string, below: string): string {
  if (top === '/') return below || '/';
  return below === '/' ? top : `${top}${below}`;
}
