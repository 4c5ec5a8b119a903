/**
 * A place of our own on this machine: a cgroup subtree and a bpffs, made for one run and removed
 * after it. Nothing outside of it is touched.
 */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cString, type Kernel, must, SYS } from '../../native/syscall.ts';
import { requireBpffs, requireCgroup2 } from '../kernel/environment.ts';
import { type Base, openBase } from './beneath.ts';

const MNT_DETACH = 2;
const NAME = 'bpfledger-scratch-';

export interface Scratch {
  /** The cgroup directory under which everything is made. */
  readonly folder: string;
  /** The cgroup that is `/` of the log. */
  readonly top: Base;
  /** The mounted bpffs that is `/` of the log. */
  readonly bpffs: Base;
}

/**
 * Makes a scratch place.
 *
 * @throws KernelUnavailable when the machine lacks something
 */
export function makeScratch(kernel: Kernel): Scratch {
  const mount = requireCgroup2();
  requireBpffs();
  const folder = mkdtempSync(join(mount, NAME));
  // Anyone may open a cgroup directory for reading; the kernel decides what they may do there.
  chmodSync(folder, 0o755);
  const top = join(folder, 'top');
  mkdirSync(top);
  // The top is never empty, as the root of a hierarchy never is, so rmdir of it is EBUSY.
  mkdirSync(join(top, 'keep'));
  const bpffs = mkdtempSync(join(tmpdir(), NAME));
  // The caller's rights on the bpffs are the scenario's matter; to get there is not.
  chmodSync(bpffs, 0o755);
  const [source, type] = [cString('none'), cString('bpf')];
  must(kernel.call(SYS.mount, source, cString(bpffs), type, 0, undefined), 'mount a bpffs');
  chmodSync(bpffs, 0o755);
  return { folder, top: openBase(kernel, top), bpffs: openBase(kernel, bpffs) };
}

/** Removes a scratch place with all that is pinned or attached there. */
export function removeScratch(kernel: Kernel, { folder, top, bpffs }: Scratch): void {
  for (const { fd } of [top, bpffs]) kernel.call(SYS.close, fd);
  must(kernel.call(SYS.umount2, cString(bpffs.path), MNT_DETACH), 'unmount the bpffs');
  rmdirSync(bpffs.path);
  removeCgroups(folder);
}

/** Removes a cgroup directory, the deepest first. */
function removeCgroups(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) removeCgroups(join(directory, entry.name));
  }
  rmdirSync(directory);
}
