/** The names on a bpffs, over all that is mounted there, as we see them ourselves. */
import { lstatSync, readdirSync, statfsSync } from 'node:fs';
import type { LiveName } from './world.ts';

/** `BPF_FS_MAGIC`. */
const BPFFS = 0xcafe4a11;
const MODE = 0o7777;

/** What the kernel itself puts into each instance. */
const KERNELS = new Set(['progs.debug', 'maps.debug']);

/** The names at and below a mount point; none while no bpffs is mounted on it. */
export function namesBelow(top: string): readonly LiveName[] {
  if (statfsSync(top).type !== BPFFS) return [];
  const names: LiveName[] = [];
  const look = (path: string): void => {
    const found = lstatSync(top + path);
    const { uid, mode } = found;
    const is = found.isDirectory() ? 'dir' : 'pin';
    names.push({ path: path === '' ? '/' : path, is, uid, mode: mode & MODE });
    if (is !== 'dir') return;
    for (const name of readdirSync(top + path)) if (!KERNELS.has(name)) look(`${path}/${name}`);
  };
  look('');
  return names;
}
