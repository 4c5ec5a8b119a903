/**
 * Mount namespaces of the log. Each is a real one, kept by an fd of ours, which this thread enters for
 * the length of a call; when the last process of the log that is in it ends or leaves, the fd is
 * closed, and the kernel lets go of what is mounted there.
 */
import type { CallOf } from '../../domain/call.ts';
import { type Answered, cString, must, SYS } from '../../native/syscall.ts';
import { O_CLOEXEC, O_DIRECTORY, openBase } from './beneath.ts';
import { runUnderRights } from './conditions.ts';
import type { LiveCaller, LiveKernel } from './live-kernel.ts';
import type { LiveNamespace, LiveProcess } from './process.ts';

const CLONE_FS = 0x200;
export const CLONE_NEWNS = 0x2_0000;
export const CLONE_NEWCGROUP = 0x200_0000;

/** Where this thread is at home. */
interface Home {
  readonly mounts: number;
  readonly cgroups: number;
  readonly directory: number;
}

let home: Home | undefined;

/** This thread gets a root directory of its own, without which it enters no mount namespace. */
export function homeOf({ kernel }: LiveKernel): Home {
  if (home !== undefined) return home;
  must(kernel.call(SYS.unshare, CLONE_FS), 'unshare the root directory');
  const openPath = (path: string, flags: number): number =>
    must(kernel.call(SYS.open, cString(path), flags | O_CLOEXEC, 0), `open ${path}`);
  home = {
    mounts: openPath('/proc/thread-self/ns/mnt', 0),
    cgroups: openPath('/proc/thread-self/ns/cgroup', 0),
    directory: openPath('.', O_DIRECTORY),
  };
  return home;
}

/** Runs `run` in a mount namespace of the log; nothing else may run meanwhile, so it is synchronous. */
export function within<T>(live: LiveKernel, entered: LiveNamespace | undefined, run: () => T): T {
  if (entered === undefined) return run();
  const { kernel, bpffs } = live;
  homeOf(live);
  must(kernel.call(SYS.setns, entered.fd, CLONE_NEWNS), 'enter a mount namespace');
  live.bpffs = entered.bpffs;
  try {
    return run();
  } finally {
    live.bpffs = bpffs;
    goHome(live);
  }
}

export function goHome(live: LiveKernel): void {
  const { kernel } = live;
  const { mounts, cgroups, directory } = homeOf(live);
  must(kernel.call(SYS.setns, mounts, CLONE_NEWNS), 'leave a mount namespace');
  must(kernel.call(SYS.setns, cgroups, CLONE_NEWCGROUP), 'leave a cgroup namespace');
  must(kernel.call(SYS.fchdir, directory), 'go back to the own directory');
}

/** New namespaces by the rights of the caller: that of mounts, when it made one. */
export function makeNamespaces(
  caller: LiveCaller,
  { clone_newns, clone_newcgroup }: Pick<CallOf<'fork'>, 'clone_newns' | 'clone_newcgroup'>,
): { readonly mounts: LiveNamespace | undefined } | Extract<Answered, { errno: unknown }> {
  const { live, process } = caller;
  const { kernel } = live;
  if (!clone_newns && !clone_newcgroup) return { mounts: process.mounts };
  homeOf(live);
  const flags = (clone_newns ? CLONE_NEWNS : 0) | (clone_newcgroup ? CLONE_NEWCGROUP : 0);
  return within(live, process.mounts, () => {
    const answered = runUnderRights(caller, () => kernel.call(SYS.unshare, flags));
    if ('errno' in answered) return answered;
    try {
      if (!clone_newns) return { mounts: process.mounts };
      // What the last process of a namespace leaves ends with its pins, a moment later.
      live.detached = true;
      const opened = kernel.call(SYS.open, cString('/proc/thread-self/ns/mnt'), O_CLOEXEC, 0);
      const { path, point } = live.bpffs;
      const top = openBase(kernel, path.slice(0, path.lastIndexOf('/')));
      const bpffs = { path, fd: top.fd, ...(point !== undefined && { point }) };
      return { mounts: { fd: must(opened, 'keep a mount namespace'), bpffs } };
    } finally {
      goHome(live);
    }
  });
}

/** A process is in another mount namespace from now on. */
export function enter(
  live: LiveKernel,
  process: LiveProcess,
  mounts: LiveNamespace | undefined,
): void {
  const left = process.mounts;
  process.mounts = mounts;
  letGo(live, left);
}

/** Closes what keeps a namespace in which no process of the log is any more. */
export function letGo({ kernel, processes }: LiveKernel, left: LiveNamespace | undefined): void {
  if (left === undefined) return;
  for (const { mounts } of processes.values()) if (mounts === left) return;
  kernel.call(SYS.close, left.bpffs.fd);
  kernel.call(SYS.close, left.fd);
}
