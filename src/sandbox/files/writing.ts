/** write(2) to the files of a cgroup. */
import { isRefusal } from '../../domain/outcome.ts';
import { baseName, parentPath } from '../../domain/path.ts';
import { CONTINUED, refuse, type SyscallAnswer } from '../notified.ts';
import { DONE, type FileCaller, makeCall } from './caller.ts';
import { controlFileOf } from './control-files.ts';
import type { TreePlace } from './shadow.ts';

/** What is read of a text; no control file takes more than a page. */
const TEXT_BYTES_MAX = 4095;

/** The answer to a write to an fd. */
export function writeTo(
  caller: FileCaller,
  fd: number,
  buffer: bigint,
  count: number,
): SyscallAnswer {
  const { notified, trees } = caller;
  const place = trees.places.findFd(notified, fd);
  if (place?.in !== 'tree' || place.tree !== 'cgroup') return CONTINUED;
  const bytes = notified.memory.read(buffer, Math.min(count, TEXT_BYTES_MAX));
  if (bytes === undefined) return refuse('EFAULT');
  const done = writeText(caller, place, bytes.toString().trim());
  return done.is === 'returned' ? { ...done, value: bytes.length } : done;
}

function writeText(caller: FileCaller, place: TreePlace, text: string): SyscallAnswer {
  const { shadow } = caller.trees;
  const parent = parentPath(place.path);
  const name = baseName(place.path);
  const control = controlFileOf(name);
  if (!caller.notified.kernel.cgroupIds.has(parent) || control === undefined) {
    return refuse('ENODEV');
  }
  if (name === 'cgroup.procs' || name === 'cgroup.threads') return join(caller, parent, text);
  if (MODELLED.includes(name)) return change(caller, place, text);
  const said = control.takes?.(text);
  if (said === undefined) return refuse('EINVAL');
  shadow.keep(place, said);
  return DONE;
}

/** Files whose writes the model decides. */
const MODELLED = ['cgroup.type', 'cgroup.kill', 'cgroup.freeze'];

/** `cgroup_procs_write`: 0 is the writer itself. */
function join(caller: FileCaller, path: string, text: string): SyscallAnswer {
  if (!/^\d{1,10}$/u.test(text)) return refuse('EINVAL');
  const pid = Number(text);
  if (pid !== 0) caller.trees.meet(pid);
  return makeCall(caller, { name: 'join', path, ...(pid !== 0 && { target_pid: pid }) });
}

/** What the model ends really ends too. */
function change({ notified, trees }: FileCaller, place: TreePlace, value: string): SyscallAnswer {
  trees.meetAll();
  const { outcome, effects } = notified.perform({ name: 'cgroup_write', path: place.path, value });
  if (isRefusal(outcome)) return refuse(outcome.errno);
  for (const effect of effects) {
    if (effect.type === 'ProcessExited') tryToKill(effect.pid ?? notified.tgid);
  }
  if (baseName(place.path) === 'cgroup.freeze') trees.shadow.keep(place, `${value}\n`);
  return DONE;
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
