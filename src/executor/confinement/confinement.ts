/**
 * What an executor never does, whatever the log says: leave its place, attach to anything but
 * cgroups, make programs that reach out, or touch what it did not make. Such events are reported as
 * withheld. Ways that lead out are refused where they are walked (live/beneath.ts).
 */
import { type AttachType, type AttachTypeName, CGROUP_HOOKS } from '../../domain/attach-type.ts';
import type { Call } from '../../domain/call.ts';
import type { Kernel as Model } from '../../domain/kernel.ts';
import type { ProgType } from '../../domain/prog-type.ts';
import type { LiveKernel } from '../live/live-kernel.ts';
import { ownListOf } from '../live/observe.ts';
import { checkSize } from './attr-cuts.ts';
import { checkNames } from './ownership.ts';
import { checkMade } from './program-walls.ts';

/** The place of a call, and what is allowed there. */
export interface Scene {
  readonly live: LiveKernel;
  /** The log's state before the call. */
  readonly model: Model;
  /** Program types that are loaded. */
  readonly progTypes: readonly ProgType[];
}

/**
 * Answers why a call of process `pid` is not to be made; undefined when it may.
 *
 * @throws Withheld when a path leads out of the place
 */
export function checkCall(scene: Scene, pid: number, call: Call): string | undefined {
  return (
    checkSize(call) ??
    checkTop(call) ??
    checkHook(scene, call) ??
    checkMade(scene.progTypes, call) ??
    checkCgroup(scene, call) ??
    checkNames(scene, call) ??
    checkEntries(scene.live, pid, call)
  );
}

function checkTop(call: Call): string | undefined {
  switch (call.name) {
    case 'rmdir':
    case 'bpffs_rmdir':
      return call.path === '/' ? 'the top is not ours to remove' : undefined;
    case 'cgroup_chown':
    case 'cgroup_chmod':
    case 'cgroup_write':
      return 'who owns a cgroup, and its control files, are not ours to change';
    case 'mount':
    case 'umount':
    case 'fsmount':
      return 'what is mounted is not ours to change';
    case 'unshare':
    case 'fork':
      if (call.clone_newuser === true) return 'we make no user namespaces';
      return call.clone_newns === true ? 'what is mounted is not ours to copy' : undefined;
    case 'setns':
      return 'another namespace is not ours to enter';
    case 'symlink':
      return 'a symlink could lead out of the place';
    case 'rename':
      return call.path === '/' || call.to === '/' ? 'the top is not ours to rename' : undefined;
    default:
      return undefined;
  }
}

/** Other hooks take interfaces and namespaces of the machine, or nothing, for their target. */
function checkHook({ progTypes }: Scene, call: Call): string | undefined {
  if (call.name !== 'prog_attach' && call.name !== 'prog_detach' && call.name !== 'link_create') {
    return undefined;
  }
  const { attach_type: type } = call;
  if (type === 'lsm_cgroup' && progTypes.includes('lsm')) return undefined;
  return isCgroupHook(type) ? undefined : `${type} is not a hook of cgroups`;
}

function isCgroupHook(type: AttachType): type is AttachTypeName {
  return typeof type === 'string' && type in CGROUP_HOOKS;
}

/** A directory in the place that the log does not have, or no longer has. */
function checkCgroup({ live }: Scene, call: Call): string | undefined {
  const path = cgroupPath(call);
  if (path === undefined || live.cgroups.ownerAt(path) !== 'foreign') return undefined;
  return `${path} is a cgroup that we did not make`;
}

function cgroupPath(call: Call): string | undefined {
  switch (call.name) {
    case 'rmdir':
    case 'join':
    case 'open_cgroup':
      return call.path;
    case 'prog_attach':
    case 'prog_detach':
    case 'prog_query':
    case 'link_create':
      return call.target_path;
    default:
      return undefined;
  }
}

/**
 * Answers why a call is not made that would end an entry that somebody else made. Its cgroup is one of the
 * log's, if there is any at the path.
 */
export function checkEntries(live: LiveKernel, pid: number, call: Call): string | undefined {
  if (call.name === 'rmdir') {
    const cgroup = live.cgroups.at(call.path);
    const types = Object.keys(CGROUP_HOOKS) as AttachTypeName[];
    const taken = cgroup && types.find((type) => hasForeign(live, cgroup.fd, type));
    return taken && `${call.path} has a ${taken} program that we did not attach`;
  }
  if (call.name !== 'prog_attach' && call.name !== 'prog_detach') return undefined;
  const target =
    call.target_path === undefined
      ? live.processes.get(pid)?.fds.get(call.target_fd ?? 0)?.real
      : live.cgroups.at(call.target_path)?.fd;
  if (target === undefined || !hasForeign(live, target, call.attach_type, true)) return undefined;
  return 'it would end an entry that we did not make';
}

/** Whether a list has foreign entries; a multi one is only changed where the call names its own. */
function hasForeign(
  live: LiveKernel,
  cgroupFd: number,
  type: AttachType,
  singleOnly = false,
): boolean {
  try {
    const { mode, attached } = ownListOf(live, cgroupFd, type);
    return !(singleOnly && mode === 'multi') && attached.some((id) => id < 0);
  } catch {
    // No cgroup, or no such hook here: the kernel will say so to the call itself.
    return false;
  }
}
