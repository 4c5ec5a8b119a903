/**
 * Builds the live context for a state of the log: after a start from the private pins, or for a
 * fresh boot from nothing. Objects that the kernel lacks stay missing and show as differences.
 */
import type { ObjectKind } from '../../domain/effect.ts';
import type { Kernel as Model, OpenFile, Process } from '../../domain/kernel.ts';
import { must, SYS, type SystemCalls } from '../../native/syscall.ts';
import type { LiveKernel } from '../live/live-kernel.ts';
import { formOf } from '../live/map-calls.ts';
import { realIdBehind } from '../live/objects.ts';
import { openLive } from '../live/open-live.ts';
import type { LiveFd } from '../live/process.ts';
import { newProcess, stand } from '../live/process-calls.ts';
import { openHeld } from './held.ts';
import type { Place } from './place.ts';

const F_DUPFD_CLOEXEC = 1030;
const LOWEST_FD = 3;
const ACCESS_FLAGS = { read: 8, write: 16 } as const;

export interface Restoration {
  readonly kernel: SystemCalls;
  readonly place: Place;
  readonly model: Model;
  readonly nameNew: LiveKernel['nameNew'];
}

/** Opens the live context in the state of the model, as far as the kernel still has it. */
export async function restore(restoration: Restoration): Promise<LiveKernel> {
  const { kernel, place, model, nameNew } = restoration;
  const live = openLive(kernel, place, { config: model.boot.config, nameNew });
  const paths = [...model.cgroupIds.entries()].sort(([a], [b]) => a.length - b.length);
  for (const [path, id] of paths) {
    if (path === '/') continue;
    try {
      live.cgroups.open(path, id);
    } catch {
      // Removed by somebody else: a difference, which the comparison finds.
    }
  }
  for (const { id } of model.programs.values()) identify(live, place, 'prog', id);
  for (const { id } of model.links.values()) identify(live, place, 'link', id);
  for (const map of model.maps.values()) {
    identify(live, place, 'map', map.id);
    live.mapForms.set(map.id, formOf(map));
  }
  for (const process of model.processes.values()) await revive(live, place, model, process);
  return live;
}

function identify(live: LiveKernel, { held }: Place, kind: ObjectKind, id: number): void {
  const opened = openHeld(live, held, { kind, id, file_flags: 0 });
  if ('errno' in opened) return;
  live.ids.introduce(kind, realIdBehind(live, opened.ret), id);
  must(live.kernel.call(SYS.close, opened.ret), 'close a held object');
}

async function revive(
  live: LiveKernel,
  place: Place,
  model: Model,
  process: Process,
): Promise<void> {
  const { pid, comm, uid, caps, sets, nofile, memlock } = process;
  const living = newProcess(live, pid, comm);
  Object.assign(living, { uid, caps, sets, nofile, memlock });
  living.fds.clear();
  for (const [number, { file, cloexec }] of process.fds) {
    const opened = model.files.get(file);
    if (opened === undefined) continue;
    const standard = number === 0 ? live.standard.directory : live.standard.file;
    living.fds.set(number, { ...reopen(live, place, model, opened, standard), cloexec });
  }
  living.mailbox = process.mailbox.flatMap((file) => {
    const opened = model.files.get(file);
    if (opened === undefined) return [];
    return [reopen(live, place, model, opened, live.standard.file)];
  });
  live.processes.set(pid, living);
  const cgroup = model.cgroups.get(process.cgroup_id);
  if (cgroup === undefined || cgroup.path === '/') return;
  try {
    await stand(live, living, cgroup.path);
  } catch {
    // The cgroup is gone, which the comparison finds.
  }
}

/** Opens a real fd for an open file of the log; a lost one becomes a file that fits nothing. */
function reopen(
  live: LiveKernel,
  place: Place,
  model: Model,
  file: OpenFile,
  standard: number,
): LiveFd {
  const { kind, id } = file;
  const nothing = { real: standard, cloexec: false, kind: 'other', id: 0, standard: true } as const;
  if (kind === 'other' || kind === 'btf' || kind === 'token') return nothing;
  if (kind === 'cgroup') {
    const path = model.cgroups.get(id)?.path;
    const directory = path === undefined ? undefined : live.cgroups.at(path);
    if (directory === undefined) return nothing;
    const { kernel } = live;
    const opened = kernel.call(SYS.fcntl, directory.fd, F_DUPFD_CLOEXEC, LOWEST_FD);
    return { real: must(opened, `open ${path}`), cloexec: true, kind, id };
  }
  const file_flags = file.access === undefined ? 0 : ACCESS_FLAGS[file.access];
  const opened = openHeld(live, place.held, { kind, id, file_flags });
  return 'ret' in opened ? { real: opened.ret, cloexec: true, kind, id } : nothing;
}
