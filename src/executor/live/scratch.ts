/**
 * A place of our own on this machine: a cgroup subtree and a bpffs, made for one run and removed
 * after it. Nothing outside of it is touched.
 */
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cString, must, SYS, type SystemCalls } from '../../native/syscall.ts';
import { requireBpffs, requireCgroup2 } from '../kernel/environment.ts';
import { type Base, openBase } from './beneath.ts';

const MNT_DETACH = 2;
const MS_BIND = 1 << 12;
const MS_PRIVATE = 1 << 18;
const NOTHING = cString('none');
/** The name of the mount point of the log's bpffs. */
const POINT = 'bpf';
const NAME = 'bpfledger-scratch-';

export interface Scratch {
  /** The cgroup directory under which everything is made. */
  readonly folder: string;
  /** The cgroup that is `/` of the log. */
  readonly top: Base;
  /** Where the bpffs is mounted that is `/` of the log. */
  readonly bpffs: Base;
  /** A directory of ours, on which all our mounts are. */
  readonly mounts: string;
  /** A bpffs that is not the log's. */
  readonly ownBpffs: string;
}

/**
 * Makes a scratch place.
 *
 * @throws KernelUnavailable when the machine lacks something
 */
export function makeScratch(kernel: SystemCalls): Scratch {
  const mount = requireCgroup2();
  requireBpffs();
  const folder = mkdtempSync(join(mount, NAME));
  // Anyone may open a cgroup directory for reading; the kernel decides what they may do there.
  chmodSync(folder, 0o755);
  const top = join(folder, 'top');
  mkdirSync(top);
  // The top is never empty, as the root of a hierarchy never is, so rmdir of it is EBUSY.
  mkdirSync(join(top, 'keep'));
  const mounts = mkdtempSync(join(tmpdir(), NAME));
  // A directory on itself: a program that is run (docs/run.md) may do that without rights.
  const itself = cString(mounts);
  must(kernel.call(SYS.mount, itself, itself, NOTHING, MS_BIND), 'mount a directory on itself');
  // Else each mount below would be seen in the other namespaces of this machine, and be made there.
  must(kernel.call(SYS.mount, NOTHING, cString(mounts), NOTHING, MS_PRIVATE), 'keep mounts here');
  // The caller's rights on the bpffs are the scenario's matter; to get there is not.
  chmodSync(mounts, 0o755);
  leadFromRoot(mounts);
  const path = join(mounts, POINT);
  const ownBpffs = join(mounts, 'own');
  for (const point of [path, ownBpffs]) {
    mkdirSync(point);
    mountAt(kernel, point, 'bpf');
  }
  chmodSync(path, 0o755);
  const bpffs = { path, fd: openBase(kernel, mounts).fd, point: POINT };
  return { folder, top: openBase(kernel, top), bpffs, mounts, ownBpffs };
}

/**
 * Lets whole paths lead to a directory for who takes it for the root, too (RESOLVE_IN_ROOT): a symlink
 * of a log leads there as it does for everybody else on this machine, by one symlink more.
 */
function leadFromRoot(directory: string): void {
  const parent = join(directory, dirname(directory));
  for (let at = directory; at !== parent; ) {
    at = join(at, parent.slice(at.length + 1).split('/')[0] ?? '');
    mkdirSync(at);
    chmodSync(at, 0o755);
  }
  symlinkSync('/', join(directory, directory));
}

function mountAt(kernel: SystemCalls, path: string, type: string): void {
  const mounted = kernel.call(SYS.mount, NOTHING, cString(path), cString(type), 0, undefined);
  must(mounted, `mount a ${type}`);
}

/** Removes a scratch place with all that is pinned or attached there. */
export function removeScratch(
  kernel: SystemCalls,
  { folder, top, bpffs, mounts, ownBpffs }: Scratch,
): void {
  for (const { fd } of [top, bpffs]) kernel.call(SYS.close, fd);
  // What the log has unmounted itself is not there any more.
  for (const point of [bpffs.path, ownBpffs]) kernel.call(SYS.umount2, cString(point), MNT_DETACH);
  must(kernel.call(SYS.umount2, cString(mounts), MNT_DETACH), 'unmount the bpffs');
  rmSync(mounts, { recursive: true });
  removeCgroups(folder);
}

/** Removes a cgroup directory, the deepest first. */
function removeCgroups(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) removeCgroups(join(directory, entry.name));
  }
  rmdirSync(directory);
}
