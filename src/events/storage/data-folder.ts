/** Makes a folder for data, where a folder for data can be. */
import { constants } from 'node:fs';
import { access, mkdir, stat, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** File systems that keep no files, by their `f_type` (linux/magic.h). */
const NO_FILES: Readonly<Record<number, string>> = {
  40864: 'proc',
  1650812274: 'sysfs',
  2613483: 'cgroup',
  1667723888: 'cgroup2',
  3405662737: 'bpf',
};

/** The embedded database of a data folder. */
export function databaseFolder(folder: string): string {
  return join(folder, 'postgres');
}

/**
 * Makes a folder with those above it, readable by its owner only, unless it is there. What stands
 * nearest above is looked at first: below `/proc` Node's recursive `mkdir` never ends.
 *
 * @throws Error with a sentence that names the folder, what is wrong with it, and what to do
 */
export async function makeDataFolder(folder: string): Promise<void> {
  const { path, isFolder } = await nearestAbove(resolve(folder));
  if (!isFolder) throw new Error(`${path} is a file, not a folder`);
  const { type } = await statfs(path);
  const system = NO_FILES[type];
  if (system !== undefined) {
    throw new Error(`${folder} cannot keep data: it is on the file system ${system}`);
  }
  try {
    await access(path, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new Error(`this user may not write to ${path}`, { cause: error });
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

/** The path, or the nearest above it at which something stands. */
async function nearestAbove(path: string): Promise<{ path: string; isFolder: boolean }> {
  try {
    return { path, isFolder: (await stat(path)).isDirectory() };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
    return nearestAbove(dirname(path));
  }
}
