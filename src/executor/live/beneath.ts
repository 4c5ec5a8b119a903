/**
 * Names below a directory that was opened once. The kernel walks to them (openat2(2), Linux 5.6) and
 * refuses every way out: `..`, symlinks, and file systems that somebody mounted below. Only in a scratch
 * place, where all are ours, symlinks and mounts are walked over.
 */
import { type Answered, cString, must, SYS, type SystemCalls } from '../../native/syscall.ts';
import { Withheld } from './withheld.ts';

/** Flags of open(2), as x86-64 numbers them. */
export const O_DIRECTORY = 0o200000;
export const O_PATH = 0o10000000;
export const O_CLOEXEC = 0o2000000;

/** RESOLVE_NO_XDEV, RESOLVE_NO_MAGICLINKS, RESOLVE_NO_SYMLINKS and RESOLVE_BENEATH. */
const WITHIN = 1 | 2 | 4 | 8;
/** RESOLVE_NO_MAGICLINKS and RESOLVE_IN_ROOT: over mounts and symlinks of ours, none of which leads out. */
const IN_ROOT = 2 | 16;
/** Opens a symlink itself. */
export const O_NOFOLLOW = 0o400000;
/** Bytes of `struct open_how`: flags, mode, resolve. */
const HOW_BYTES = 24;
/** The directory that a path without one is relative to; absolute paths do not ask. */
/** Of calls that take a directory: none, for the path is whole. */
export const AT_FDCWD = -100;
/** Times that a walk is tried again while somebody renames what it passes. */
const WALKS_MAX = 16;

const EAGAIN = 11;
const EXDEV = 18;
const ELOOP = 40;

/** A directory that is `/` of the log's cgroups or of its bpffs. */
export interface Base {
  /** Where it was found, without symlinks. */
  readonly path: string;
  /** It, opened; every name of the log is looked up from here. */
  readonly fd: number;
  /**
   * The name below `fd` that is `/` of the log, where that is a mount point of ours: then `fd` keeps no
   * mount of the log, and ways lead over mounts and symlinks.
   */
  readonly point?: string;
}

/** One name in an open directory: calls take it, so that no path is walked twice. */
export interface Spot {
  readonly directory: number;
  readonly name: string;
}

/** Opens a directory to be `/` of the log. */
export function openBase(kernel: SystemCalls, path: string): Base {
  const opened = kernel.call(SYS.open, cString(path), O_DIRECTORY | O_CLOEXEC, 0);
  return { path, fd: must(opened, `open ${path}`) };
}

/**
 * Opens what stands at a path of the log.
 *
 * @param flags of open(2); close-on-exec is added
 * @throws Withheld when the way leads out
 */
export function openBeneath(
  kernel: SystemCalls,
  base: Base,
  path: string,
  flags: number,
): Answered {
  const how = Buffer.alloc(HOW_BYTES);
  how.writeBigUInt64LE(BigInt(flags | O_CLOEXEC), 0);
  const isOurs = base.point !== undefined;
  how.writeBigUInt64LE(BigInt(isOurs ? IN_ROOT : WITHIN), 16);
  const name = cString(nameBelow(base, path));
  for (let walk = 1; ; walk++) {
    const opened = kernel.result(SYS.openat2, base.fd, name, how, HOW_BYTES);
    if (opened === -EAGAIN && walk < WALKS_MAX) continue;
    if (opened === -ELOOP && !isOurs) throw new Withheld(`${path} leads over a symlink`);
    if (opened === -EXDEV) throw new Withheld(`${path} leads out of the place`);
    return kernel.answerOf(opened);
  }
}

function nameBelow({ point }: Base, path: string): string {
  if (point !== undefined) return path === '/' ? point : point + path;
  return path === '/' ? '.' : path.slice(1);
}

/**
 * Runs `run` with the spot of a path, or answers why there is no way to its directory. The top has
 * its own path for a spot: it is a name of the file system around it.
 *
 * @param walk makes the walk as whoever asks
 * @throws Withheld when the way leads out
 */
export function atSpot<T>(
  kernel: SystemCalls,
  base: Base,
  path: string,
  run: (spot: Spot) => T,
  walk: (open: () => Answered) => Answered = (open) => open(),
): T | Extract<Answered, { readonly errno: unknown }> {
  if (path === '/') return run({ directory: AT_FDCWD, name: base.path });
  const slash = path.lastIndexOf('/');
  const parent = slash === 0 ? '/' : path.slice(0, slash);
  const opened = walk(() => openBeneath(kernel, base, parent, O_PATH | O_DIRECTORY));
  if ('errno' in opened) return opened;
  try {
    return run({ directory: opened.ret, name: path.slice(slash + 1) });
  } finally {
    kernel.call(SYS.close, opened.ret);
  }
}

/** A spot for calls that take a path alone. */
export function spotPath({ directory, name }: Spot): string {
  return directory === AT_FDCWD ? name : `${procPath(directory)}/${name}`;
}

/** The path of our fd, for calls that take only a path. */
export function procPath(fd: number): string {
  return `/proc/self/fd/${fd}`;
}

/**
 * Runs `look` with what stands at a path; undefined when nothing does.
 *
 * @throws Withheld when the way leads out, as it does where a symlink stands at the path itself
 */
export function lookBeneath<T>(
  kernel: SystemCalls,
  base: Base,
  path: string,
  look: (fd: number) => T,
): T | undefined {
  const opened = openBeneath(kernel, base, path, O_PATH);
  if ('errno' in opened) return undefined;
  try {
    return look(opened.ret);
  } finally {
    kernel.call(SYS.close, opened.ret);
  }
}

/** Runs `look` with what stands at a path; undefined when nothing does, or the way leads out. */
export function lookAt<T>(
  kernel: SystemCalls,
  base: Base,
  path: string,
  look: (fd: number) => T,
): T | undefined {
  return inPlace(() => lookBeneath(kernel, base, path, look));
}

/** What is made where the way does not lead out of the place; undefined where it does. */
export function inPlace<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof Withheld) return undefined;
    throw error;
  }
}
