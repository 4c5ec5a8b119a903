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

/** Directories that cgroup2 and the bpffs are mounted on. */
export class Mounts {
  readonly #cgroup: string[];
  readonly #bpffs: string;

  constructor({ cgroup, bpffs }: { readonly cgroup: string; readonly bpffs: string }) {
    this.#cgroup = [cgroup];
    this.#bpffs = bpffs;
  }

  /** cgroup2 was mounted once more: the same tree under another name. */
  addCgroup(path: string): void {
    if (!this.#cgroup.includes(path) && this.#cgroup.length < MOUNTS_MAX) this.#cgroup.push(path);
  }

  /** Whether a text names one of the mounts at all: a quick look before a line is read. */
  mayBeIn(text: string): boolean {
    return text.includes(this.#bpffs) || this.#cgroup.some((mount) => text.includes(mount));
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

  /** The path on the bpffs. */
  bpffsPath(path: string | undefined): string | undefined {
    return path === undefined ? undefined : within(path, this.#bpffs);
  }
}

/** Mounts of cgroup2 that are remembered. */
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
