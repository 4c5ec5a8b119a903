/** The names on a bpffs, over all that is mounted there, as we see them ourselves. */
import { lstatSync, readdirSync, readlinkSync, statfsSync } from 'node:fs';
import type { Base } from './beneath.ts';
import type { LiveName } from './world.ts';

/** `BPF_FS_MAGIC`. */
const BPFFS = 0xcafe4a11;
const MODE = 0o7777;

/** What the kernel itself puts into each instance. */
const KERNELS = new Set(['progs.debug', 'maps.debug']);

/** The names at and below a mount point; none while no bpffs is mounted on it. */
export function namesBelow({ path: top, point }: Base): readonly LiveName[] {
  if (statfsSync(top).type !== BPFFS) return [];
  const names: LiveName[] = [];
  const look = (path: string): void => {
    const found = lstatSync(top + path);
    const { uid, mode } = found;
    const is = found.isDirectory() ? 'dir' : found.isSymbolicLink() ? 'symlink' : 'pin';
    const leads =
      is === 'symlink'
        ? { target: targetAt(top + path, point === undefined ? undefined : top) }
        : {};
    names.push({ path: path === '' ? '/' : path, is, ...leads, uid, mode: mode & MODE });
    if (is !== 'dir') return;
    for (const name of readdirSync(top + path)) if (!KERNELS.has(name)) look(`${path}/${name}`);
  };
  look('');
  return names;
}

/** Where a symlink leads, in the words of the log. */
function targetAt(path: string, top: string | undefined): string {
  const target = readlinkSync(path);
  return top !== undefined && target.startsWith('/') ? target.slice(top.length) : target;
}
