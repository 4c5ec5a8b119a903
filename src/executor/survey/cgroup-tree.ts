/** The cgroups of the machine: paths and ids, those above before those below. */
import { readdirSync, statSync } from 'node:fs';

/** Cgroups that a survey reads: far above what runs on one machine. */
const CGROUPS_MAX = 200_000;

export interface SurveyedCgroup {
  /** From the root of the hierarchy, which is `/`. */
  readonly path: string;
  /** The inode number of its directory. */
  readonly id: number;
  /** Its directory in this mount namespace. */
  readonly directory: string;
}

/**
 * Reads the tree of cgroups below a mount point.
 *
 * @throws Error when there are more than CGROUPS_MAX
 */
export function readCgroupTree(mount: string): readonly SurveyedCgroup[] {
  const tree: SurveyedCgroup[] = [];
  const waiting = ['/'];
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    const directory = path === '/' ? mount : mount + path;
    const id = idOf(directory);
    const below = id === undefined ? undefined : childrenOf(directory);
    if (id === undefined || below === undefined) continue;
    if (tree.length === CGROUPS_MAX) throw new Error(`there are over ${CGROUPS_MAX} cgroups`);
    tree.push({ path, id, directory });
    for (const name of below) waiting.push(path === '/' ? `/${name}` : `${path}/${name}`);
  }
  return tree;
}

/** The inode number of a directory; undefined when it was removed meanwhile. */
function idOf(directory: string): number | undefined {
  return statSync(directory, { throwIfNoEntry: false })?.ino;
}

/** The names of the cgroups in one; undefined when it was removed meanwhile. */
function childrenOf(directory: string): string[] | undefined {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
