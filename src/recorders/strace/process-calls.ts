/** Calls about processes, and about what they see: clones, pidfds, moves. */
import { decodeUtf8, pathBehind } from './paths.ts';
import type { LineMeaning, Spoken } from './spoken.ts';
import { CLONE_BITS, wordOf } from './uapi.ts';

/** Pidfds of a process that are remembered. */
const PIDFDS_MAX = 1024;

const CLONE_FLAGS = /flags=([\w|]+)/;

/** The flags of a clone, whole or unfinished. */
export function flagsIn(text: string): number {
  const word = CLONE_FLAGS.exec(text)?.[1];
  return word === undefined ? 0 : wordOf({ kind: 'word', text: word }, CLONE_BITS);
}

/** A pidfd is remembered: pidfd_getfd names its process by it. */
export function pidfdOpened({ args, result, process }: Spoken): LineMeaning {
  const [pid] = args.list;
  if (pid?.kind !== 'number' || result.ret < 0) return [];
  process.pidfds ??= new Map();
  if (process.pidfds.size < PIDFDS_MAX) process.pidfds.set(result.ret, pid.value);
  return [];
}

/** pidfd_getfd: a copy of another process's fd. */
export function readGetfd({ args: { list }, process, result }: Spoken): LineMeaning {
  const [pidfd, fd] = list;
  if (pidfd?.kind !== 'number' || fd?.kind !== 'number' || result.ret < 0) return [];
  // `-yy` prints `<pid:123>` behind a pidfd.
  const shown = /^pid:(\d+)/.exec(pidfd.path ?? '')?.[1];
  const target_pid = shown === undefined ? process.pidfds?.get(pidfd.value) : Number(shown);
  if (target_pid === undefined) return { leftOut: 'pidfd_getfd by an unknown pidfd' };
  return [{ call: { name: 'pidfd_getfd', target_pid, target_fd: fd.value } }];
}

/** A write to `cgroup.procs`: a process moves. */
export function readJoin({ args: { list }, process, mounts, result }: Spoken): LineMeaning {
  const file = pathBehind(list[0]);
  const text = list[1];
  if (file === undefined || text?.kind !== 'string' || text.cut || result.ret < 0) return [];
  const path = mounts.cgroupPath(decodeUtf8(file.slice(0, file.lastIndexOf('/'))));
  const pid = /^\s*(\d+)\s*$/.exec(text.text)?.[1];
  if (path === undefined || pid === undefined) return [];
  const target_pid = Number(pid);
  const isOther = target_pid !== 0 && target_pid !== process.pid;
  return [{ call: { name: 'join', path, ...(isOther && { target_pid }) }, ret: 0 }];
}
