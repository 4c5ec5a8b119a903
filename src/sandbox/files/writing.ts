/** write(2) to the files of a cgroup. */
import { baseName, parentPath } from '../../domain/path.ts';
import { type Answer, CONTINUED, refuse } from '../notified.ts';
import { type FileCaller, made } from './caller.ts';
import { controlFileOf } from './control-files.ts';
import type { TreePlace } from './shadow.ts';

/** What is read of a text; no control file takes more than a page. */
const TEXT_BYTES_MAX = 4095;

/** The answer to a write to an fd. */
export function writeTo(caller: FileCaller, fd: number, buffer: bigint, count: number): Answer {
  const { notified, trees } = caller;
  const place = trees.places.findFd(notified, fd);
  if (place?.in !== 'tree' || place.tree !== 'cgroup') return CONTINUED;
  const bytes = notified.memory.read(buffer, Math.min(count, TEXT_BYTES_MAX));
  if (bytes === undefined) return refuse('EFAULT');
  const done = writeText(caller, place, bytes.toString().trim());
  return done.is === 'returned' ? { ...done, value: bytes.length } : done;
}

function writeText(caller: FileCaller, place: TreePlace, text: string): Answer {
  const { kernel } = caller.notified;
  const { shadow, meet } = caller.trees;
  const parent = parentPath(place.path);
  const cgroup = kernel.cgroups.get(kernel.cgroupIds.get(parent) ?? 0);
  const control = controlFileOf(parent, baseName(place.path));
  if (cgroup === undefined || control === undefined) return refuse('ENODEV');
  if (control.write === undefined) return refuse('EINVAL');
  const writing = control.write(text, cgroup, kernel);
  if ('errno' in writing) return refuse(writing.errno);
  if ('call' in writing) {
    const { call } = writing;
    if (call.name === 'join' && call.target_pid !== undefined) meet(call.target_pid);
    return made(caller, call);
  }
  if ('signal' in writing) for (const pid of writing.signal) tryToKill(pid);
  else shadow.keep(place, writing.keep);
  return { is: 'returned', value: 0 };
}

function tryToKill(pid: number): void {
  // The model's first process is none of this machine's.
  if (pid <= 1) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}
