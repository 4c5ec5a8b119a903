/**
 * Where a path of a recording lies: in the cgroup2 hierarchy, on the bpffs, or elsewhere. Links in
 * paths are not known here; an fd's path, which `-y` prints, has none.
 */
import type { Value } from './value.ts';

/** Where a bpffs stands when nobody says otherwise. */
export const BPFFS_MOUNT = '/sys/fs/bpf';
/** Where cgroup2 stands beside version 1, and where it stands alone. */
export const HYBRID_CGROUP_MOUNT = '/sys/fs/cgroup/unified';
export const CGROUP_MOUNT = '/sys/fs/cgroup';

/** A bpffs beside the one whose names are the log's own. */
interface FurtherBpffs {
  /** The directory of the log that its names are below. */
  readonly prefix: string;
  /** How many are mounted there, one on the other. */
  count: number;
}

/** Where the log has what was mounted. */
export interface AddedBpffs {
  readonly path: string;
  /** The log has no directory of that name yet. */
  readonly isNew: boolean;
  /** It is the one whose names are the log's own, of which nothing was said before. */
  readonly isFirst: boolean;
}

/** Directories that cgroup2 and bpffs are mounted on. */
export class Mounts {
  readonly #cgroup: string[];
  #bpffs: string;
  /** By their mount points. */
  readonly #further = new Map<string, FurtherBpffs>();
  /** Whether anything was said of a bpffs. */
  #isNamed = false;

  constructor({ cgroup, bpffs }: { readonly cgroup: string; readonly bpffs: string }) {
    this.#cgroup = [cgroup];
    this.#bpffs = bpffs;
  }

  /** A bpffs was mounted; undefined when there are more than are remembered. */
  addBpffs(path: string): AddedBpffs | undefined {
    const isFirst = path === this.#bpffs && !this.#isNamed;
    const known = this.bpffsPath(path);
    const further = this.#further.get(path);
    if (further !== undefined) further.count += 1;
    if (known !== undefined) return { path: known, isNew: false, isFirst };
    if (this.#further.size >= MOUNTS_MAX) return undefined;
    const prefix = `/${path.replaceAll('/', ':')}`;
    this.#further.set(path, { prefix, count: 1 });
    return { path: prefix, isNew: true, isFirst: false };
  }

  /** One was unmounted; whether no other is left at a place that the log has a directory for. */
  removeBpffs(path: string): boolean {
    const further = this.#further.get(path);
    if (further === undefined) return false;
    further.count -= 1;
    return further.count === 0 && this.#further.delete(path);
  }

  /** Whether the bpffs whose names are the log's own is seen there. */
  isOwn(path: string): boolean {
    return path === this.#bpffs && !this.#further.has(path);
  }

  /** That bpffs is mounted elsewhere now; false where the place is known as another's. */
  moveOwn(path: string): boolean {
    if (this.bpffsPath(path) !== undefined) return false;
    this.#bpffs = path;
    return true;
  }

  /** cgroup2 was mounted once more: the same tree under another name. */
  addCgroup(path: string): void {
    if (!this.#cgroup.includes(path) && this.#cgroup.length < MOUNTS_MAX) this.#cgroup.push(path);
  }

  /** Whether a text names one of the mounts at all: a quick look before a line is read. */
  mayBeIn(text: string): boolean {
    if (text.includes(this.#bpffs) || this.#cgroup.some((mount) => text.includes(mount)))
      return true;
    return (
      this.#further.size > 0 && [...this.#further.keys()].some((mount) => text.includes(mount))
    );
  }

  /** The path within the cgroup2 hierarchy. */
  cgroupPath(path: string | undefined): string | undefined {
    if (path === undefined) return undefined;
    for (const mount of this.#cgroup) {
      const inside = within(path, mount);
      if (inside !== undefined) return inside;
    }
    return undefined;
  }

  /** The path that the log has of a name on a bpffs. */
  bpffsPath(path: string | undefined): string | undefined {
    if (path === undefined) return undefined;
    const own = within(path, this.#bpffs);
    this.#isNamed ||= own !== undefined;
    // Of two mounts one below the other, the log has the inner one below its name in the outer.
    let further: string | undefined;
    for (const [mount, { prefix }] of this.#further) {
      const inside = within(path, mount);
      if (inside !== undefined) further = inside === '/' ? prefix : prefix + inside;
    }
    return further ?? own;
  }
}

/** Mounts of cgroup2, and of further bpffs, that are remembered. */
const MOUNTS_MAX = 64;

function within(path: string, mount: string): string | undefined {
  if (!path.startsWith(mount)) return undefined;
  if (path.length === mount.length) return '/';
  return path.charCodeAt(mount.length) === 47 ? path.slice(mount.length) : undefined;
}

/**
 * The absolute path that a call means, without `.`, `..` and doubled slashes; undefined when it is
 * relative to something that is not known.
 *
 * @param path as printed, a character for each byte
 * @param base the directory that a relative path begins at
 */
export function absolutePath(path: string, base: string | undefined): string | undefined {
  if (!path.startsWith('/') && !base?.startsWith('/')) return undefined;
  const whole = path.startsWith('/') ? path : `${base}/${path}`;
  if (!/\/[./]|\/$/.test(whole)) return decodeUtf8(whole);
  const steps: string[] = [];
  for (const step of whole.split('/')) {
    if (step === '..') steps.pop();
    else if (step !== '' && step !== '.') steps.push(step);
  }
  return decodeUtf8(`/${steps.join('/')}`);
}

/** Bytes as characters become UTF-8 text. */
export function decodeUtf8(bytes: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what needs no decoding.
  return /^[\x00-\x7f]*$/.test(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8');
}

/** A directory fd's path as `-y` prints it: of `AT_FDCWD</srv>` too. */
export function pathBehind(value: Value | undefined): string | undefined {
  return value?.kind === 'number' || value?.kind === 'word' ? value.path : undefined;
}

/** Interface files of a cgroup: `cgroup.procs`, `memory.max`. */
const INTERFACE_FILE =
  /\/(?:cgroup|cpu|cpuset|memory|io|pids|rdma|misc|hugetlb|dmem|irq|perf_event)\.[a-z0-9_.]+$/i;
const UNIT = /\.(?:slice|scope|service|mount|socket|swap)$/;

/** Whether a path of cgroup2 is one of the files that each cgroup has, not a cgroup. */
export function isInterfaceFile(path: string): boolean {
  return INTERFACE_FILE.test(path) && !UNIT.test(path);
}
