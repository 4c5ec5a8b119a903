/** Which of the directories that the files of a host name are cgroups of cgroup2. */
import { HostFileError, type ToldOfHost } from './host-files.ts';

const PLAIN_MOUNT = '/sys/fs/cgroup';
/** Where systemd mounts cgroup2 beside the hierarchies of version 1. */
const HYBRID_MOUNT = '/sys/fs/cgroup/unified';
/** The hierarchy of version 1 that such a machine always has. */
const HYBRID_SIGN = '/sys/fs/cgroup/systemd';
/** Inode number of the root of each hierarchy, of either version. No other cgroup has it. */
const ROOT_ID = 1;

/** The directories of cgroup2 in what was told. */
export interface InCgroup2 {
  /** Where cgroup2 is mounted. */
  readonly mount: string;
  readonly tree: NonNullable<ToldOfHost['tree']>;
  readonly cgroups: ToldOfHost['cgroups'];
  /** How many directories were left out: they are not of cgroup2. */
  readonly outside: number;
}

/**
 * What was told of cgroup2; the rest is of hierarchies of version 1, where nothing can be attached.
 *
 * @param named where cgroup2 is mounted; found out when it is not given
 * @throws HostFileError when nothing that a file tells is below the mount
 */
export function inCgroup2(
  { cgroups, tree = [] }: ToldOfHost,
  named: string | undefined,
): InCgroup2 {
  const listed = new Map(cgroups?.map(({ directory, id }) => [directory, id]));
  const all = new Set([...listed.keys(), ...tree.map(({ cgroup }) => cgroup)]);
  const mount = named?.replace(/(?<=.)\/+$/u, '') ?? mountIn(listed, tree);
  const others = [...listed].flatMap(([directory, id]) =>
    id === ROOT_ID && directory !== mount && isBelow(mount, directory) ? [directory] : [],
  );
  const isInside = (directory: string) =>
    isBelow(mount, directory) && !others.some((other) => isBelow(other, directory));
  const told = {
    tree: tree.filter(({ cgroup }) => isInside(cgroup)),
    cgroups: cgroups?.filter(({ directory }) => isInside(directory)),
  };
  const [first] = [...(told.tree.length === 0 ? tree : [])].map(({ cgroup }) => cgroup);
  const [second] = [...(told.cgroups?.length === 0 ? listed.keys() : [])];
  const lost = first ?? second;
  if (lost !== undefined) {
    throw new HostFileError(
      `${lost} is not below ${mount}: name where cgroup2 is mounted with --cgroup-mount`,
    );
  }
  return { mount, ...told, outside: [...all].filter((one) => !isInside(one)).length };
}

/**
 * The root of cgroup2: that of a hybrid machine, else where all that is listed is below.
 *
 * @throws HostFileError when only hierarchies of version 1 are listed
 */
function mountIn(
  listed: ReadonlyMap<string, number>,
  tree: NonNullable<ToldOfHost['tree']>,
): string {
  const [top] = [...listed.keys()].sort((a, b) => a.length - b.length);
  if (top === undefined) {
    const isHybrid = tree.length > 0 && tree.every(({ cgroup }) => isBelow(HYBRID_MOUNT, cgroup));
    return isHybrid ? HYBRID_MOUNT : PLAIN_MOUNT;
  }
  const unified = listed.get(HYBRID_MOUNT);
  if (unified === ROOT_ID) return HYBRID_MOUNT;
  if (listed.get(top) === ROOT_ID && !holdsMounts(top, listed)) return top;
  if (unified !== undefined && listed.has(HYBRID_SIGN)) return HYBRID_MOUNT;
  if ([...listed].some(([one, id]) => id === ROOT_ID && isBelow(top, one))) {
    throw new HostFileError(
      `there is no cgroup2 in the list, for ${top} has hierarchies of version 1 alone: name where cgroup2 is mounted with --cgroup-mount, or leave the list out`,
    );
  }
  return top;
}

/**
 * Whether all that is right below a directory are mounts: it is then a tmpfs, whose root may have the
 * number of a cgroup's.
 */
function holdsMounts(top: string, listed: ReadonlyMap<string, number>): boolean {
  const inside = [...listed].filter(
    ([one]) => one !== HYBRID_MOUNT && one.slice(0, one.lastIndexOf('/')) === top,
  );
  return inside.length > 0 && inside.every(([, id]) => id === ROOT_ID);
}

function isBelow(mount: string, directory: string): boolean {
  return mount === '/' || directory === mount || directory.startsWith(`${mount}/`);
}
