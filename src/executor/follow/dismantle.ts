/**
 * Takes down what an executor made, when the log's host boots anew or nothing shall stay: its own
 * entries at the top, its pins, its cgroups. What others put there stays.
 */
import { readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { AttachType } from '../../domain/attach-type.ts';
import type { Kernel as Model } from '../../domain/kernel.ts';
import { isRefusal } from '../../domain/outcome.ts';
import { BOOT_PID } from '../../domain/release/config.ts';
import type { LiveKernel } from '../live/live-kernel.ts';
import { closeLive } from '../live/open-live.ts';
import { performLive } from '../live/perform.ts';
import { newProcess } from '../live/process-calls.ts';
import type { Place } from './place.ts';

/** Closes the live context and removes what the model says was made in it. */
export async function dismantle(live: LiveKernel, model: Model, place: Place): Promise<void> {
  live.processes.set(BOOT_PID, live.processes.get(BOOT_PID) ?? newProcess(live, BOOT_PID, 'init'));
  for (const cgroup of model.cgroups.values()) {
    for (const [attach_type, { entries }] of cgroup.lists) {
      for (const entry of entries) {
        if ('prog_id' in entry) await detach(live, cgroup.path, attach_type, entry.prog_id);
      }
    }
  }
  await closeLive(live);
  emptyFolder(place.bpffs);
  emptyFolder(place.held);
  const paths = [...model.cgroupIds.keys()].sort((a, b) => b.length - a.length);
  for (const path of paths) {
    if (path === '/') continue;
    try {
      rmdirSync(live.cgroups.directory(path));
    } catch {
      // Somebody removed it already, or lives in it: then it is theirs now.
    }
  }
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
  await performLive(live, BOOT_PID, {
    name: 'prog_detach',
    target_path,
    attach_bpf_fd: fd,
    attach_type,
  });
  await performLive(live, BOOT_PID, { name: 'close', fd });
}

function emptyFolder(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      emptyFolder(path);
      rmdirSync(path);
    } else unlinkSync(path);
  }
}
