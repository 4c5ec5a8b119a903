/**
 * Removes what an executor made, when the log's host reboots or nothing shall stay: its own
 * entries, its pins, its directories, its cgroups. What others put there stays.
 */
import { fstatSync, readdirSync } from 'node:fs';
import type { AttachType } from '../../domain/attach-type.ts';
import type { Kernel as Model } from '../../domain/kernel.ts';
import { isRefusal } from '../../domain/outcome.ts';
import { BOOT_PID } from '../../domain/release/config.ts';
import type { SystemCalls } from '../../native/syscall.ts';
import { checkEntries } from '../confinement/confinement.ts';
import { isOurs } from '../confinement/ownership.ts';
import { atSpot, type Base, lookAt, procPath } from '../live/beneath.ts';
import type { LiveKernel } from '../live/live-kernel.ts';
import { closeLive } from '../live/open-live.ts';
import { performLive } from '../live/perform.ts';
import { newProcess } from '../live/process-calls.ts';
import { removeDirectory, removeFile } from '../live/spot-calls.ts';
import type { Place } from './place.ts';

/** Closes the live context and removes everything that the model says was made in it. */
export async function dismantle(live: LiveKernel, model: Model, place: Place): Promise<void> {
  live.processes.set(BOOT_PID, live.processes.get(BOOT_PID) ?? newProcess(live, BOOT_PID, 'init'));
  const ours = [...model.cgroups.values()].filter(
    ({ path }) => live.cgroups.ownerAt(path) === 'ours',
  );
  for (const cgroup of ours) {
    for (const [attach_type, { entries }] of cgroup.lists) {
      for (const entry of entries) {
        if ('prog_id' in entry) await detach(live, cgroup.path, attach_type, entry.prog_id);
      }
    }
  }
  const removed = ours
    .map(({ path }) => path)
    .filter((path) => path !== '/' && isFree(live, path))
    .sort((a, b) => b.length - a.length);
  await closeLive(live);
  empty(live.kernel, place.bpffs, (path, fd) => isOurs({ live, model }, path, fd));
  empty(live.kernel, place.held, () => true);
  for (const path of removed) {
    // When a process of somebody else is in it, the kernel keeps it: then it is theirs.
    atSpot(live.kernel, place.top, path, (spot) => removeDirectory(live.kernel, spot));
  }
}

/** Whether nothing that others attached would go with a cgroup. */
function isFree(live: LiveKernel, path: string): boolean {
  return checkEntries(live, BOOT_PID, { name: 'rmdir', path }) === undefined;
}

async function detach(
  live: LiveKernel,
  target_path: string,
  attach_type: AttachType,
  prog_id: number,
): Promise<void> {
  const opened = await performLive(live, BOOT_PID, { name: 'prog_get_fd_by_id', prog_id });
  if (isRefusal(opened.outcome)) return;
  const { ret: fd } = opened.outcome;
  const call = { name: 'prog_detach', target_path, attach_bpf_fd: fd, attach_type } as const;
  if (checkEntries(live, BOOT_PID, call) === undefined) await performLive(live, BOOT_PID, call);
  await performLive(live, BOOT_PID, { name: 'close', fd });
}

/**
 * Removes our names from a directory, and from those in it.
 *
 * @param at the path that the log has for the directory
 */
function empty(
  kernel: SystemCalls,
  directory: Base,
  ours: (path: string, fd: number) => boolean,
  at = '',
): void {
  for (const name of readdirSync(procPath(directory.fd))) {
    const path = `${at}/${name}`;
    lookAt(kernel, directory, `/${name}`, (fd) => {
      const isDirectory = fstatSync(fd).isDirectory();
      if (isDirectory) empty(kernel, { path: `${directory.path}/${name}`, fd }, ours, path);
      if (!ours(path, fd)) return;
      const remove = isDirectory ? removeDirectory : removeFile;
      remove(kernel, { directory: directory.fd, name });
    });
  }
}
