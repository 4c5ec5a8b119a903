/** One bpf(2) of a process of the log, and its result in that process. */
import type { AttachType } from '../../domain/attach-type.ts';
import type { Target } from '../../domain/call.ts';
import type { Decision } from '../../domain/decision.ts';
import type { Attr } from '../../native/attr.ts';
import { BPF } from '../../native/commands.ts';
import { type Answered, must, SYS } from '../../native/syscall.ts';
import { O_DIRECTORY, openBeneath } from './beneath.ts';
import { runUnderConditions, runUnderFdLimit } from './conditions.ts';
import { failWith, type LiveCaller } from './live-kernel.ts';
import { type LiveFd, lowestFree } from './process.ts';

/** Makes one command under the process's own conditions. */
export function bpf(caller: LiveCaller, command: keyof typeof BPF, attr: Attr): Answered {
  const { kernel } = caller.live;
  const { buffer, size } = attr;
  return runUnderConditions(caller, () => kernel.call(SYS.bpf, BPF[command], buffer, size));
}

/** Gives a real fd to the process under its lowest free number. */
export function adopt({ process }: LiveCaller, fd: LiveFd): number {
  const number = lowestFree(process);
  if (number === undefined) throw new Error('the kernel opened an fd past the limit');
  process.fds.set(number, fd);
  return number;
}

/** Closes a real fd, unless it is one that all processes share. */
export function release({ live }: LiveCaller, fd: LiveFd): void {
  if (fd.standard !== true) must(live.kernel.call(SYS.close, fd.real), `close ${fd.real}`);
}

/** Opens the directory of a cgroup by the log's path. */
export function openDirectory(caller: LiveCaller, path: string): Answered {
  const { kernel, cgroups } = caller.live;
  return runUnderFdLimit(caller, () => openBeneath(kernel, cgroups.top, path, O_DIRECTORY));
}

/**
 * Runs a call with the number of its target: of an open directory, or of one that takes the lowest
 * free number for the length of the call.
 */
export function onTarget(
  caller: LiveCaller,
  call: Target & { readonly attach_type: AttachType },
  run: (target: number) => Decision,
): Decision {
  if (call.target_path === undefined) return run(call.target_fd ?? 0);
  const opened = openDirectory(caller, call.target_path);
  if ('errno' in opened) return failWith(opened.errno, { stage: 'open' });
  const directory = { real: opened.ret, cloexec: true, kind: 'cgroup', id: 0 } as const;
  const number = adopt(caller, directory);
  try {
    return run(number);
  } finally {
    caller.process.fds.delete(number);
    release(caller, directory);
  }
}
