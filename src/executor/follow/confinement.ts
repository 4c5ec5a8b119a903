/**
 * What an executor never does, whatever the log says: leave its place, attach to anything but
 * cgroups, or detach and replace what it did not make. Such events are reported as withheld.
 */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { type AttachType, type AttachTypeName, CGROUP_HOOKS } from '../../domain/attach-type.ts';
import type { Call } from '../../domain/call.ts';
import { cString, SYS } from '../kernel/syscall.ts';
import type { LiveKernel } from '../live/live-kernel.ts';
import { listOf } from '../live/observe.ts';

const O_DIRECTORY_CLOEXEC = 0o2200000;

/** Why a call of process `pid` is not to be made; undefined when it may. */
export function withheld(live: LiveKernel, pid: number, call: Call): string | undefined {
  return outside(live, call) ?? foreignHook(call) ?? overForeign(live, pid, call);
}

function outside(live: LiveKernel, call: Call): string | undefined {
  switch (call.name) {
    case 'mkdir':
    case 'rmdir':
    case 'join':
    case 'open_cgroup':
      if (call.name === 'rmdir' && call.path === '/') return 'the top is not ours to remove';
      return astray(live.cgroups.directory('/'), call.path);
    case 'obj_pin':
    case 'obj_get':
    case 'bpffs_mkdir':
    case 'unlink':
    case 'chmod':
      return astray(live.bpffs, call.path);
    case 'bpffs_rmdir':
      return call.path === '/' ? 'the top is not ours to remove' : astray(live.bpffs, call.path);
    case 'rename':
      if (call.path === '/' || call.to === '/') return 'the top is not ours to rename';
      return astray(live.bpffs, call.path) ?? astray(live.bpffs, call.to);
    case 'prog_attach':
    case 'prog_detach':
    case 'prog_query':
    case 'link_create':
      if (call.target_path === undefined) return undefined;
      return astray(live.cgroups.directory('/'), call.target_path);
    default:
      return undefined;
  }
}

/** Whether a path climbs, or leads over a symlink. */
export function astray(top: string, path: string): string | undefined {
  if (!path.startsWith('/')) return `${path} is not absolute`;
  let at = top;
  for (const name of path.slice(1).split('/')) {
    if (name === '..' || name === '.') return `${path} climbs`;
    at = join(at, name);
    try {
      if (lstatSync(at).isSymbolicLink()) return `${path} leads over a symlink`;
    } catch {
      // What is not there leads nowhere; the kernel says so.
      return undefined;
    }
  }
  return undefined;
}

function isCgroupHook(type: AttachType): boolean {
  return type === 'lsm_cgroup' || (typeof type === 'string' && type in CGROUP_HOOKS);
}

/** Other hooks take interfaces and namespaces of the machine, or nothing, for their target. */
function foreignHook(call: Call): string | undefined {
  if (call.name !== 'prog_attach' && call.name !== 'prog_detach' && call.name !== 'link_create') {
    return undefined;
  }
  return isCgroupHook(call.attach_type) ? undefined : `${call.attach_type} is no cgroup's hook`;
}

/** Calls that would end an entry that somebody else made. */
function overForeign(live: LiveKernel, pid: number, call: Call): string | undefined {
  if (call.name === 'rmdir') {
    const cgroup = live.cgroups.at(call.path);
    const types = Object.keys(CGROUP_HOOKS) as AttachTypeName[];
    const taken = cgroup && types.find((type) => hasForeign(live, cgroup.fd, type));
    return taken && `${call.path} has a ${taken} program that we did not attach`;
  }
  if (call.name !== 'prog_attach' && call.name !== 'prog_detach') return undefined;
  const process = live.processes.get(pid);
  const opened =
    call.target_path === undefined
      ? process?.fds.get(call.target_fd ?? 0)?.real
      : openedAt(live, call.target_path);
  if (opened === undefined) return undefined;
  const foreign = hasForeign(live, opened, call.attach_type, true);
  if (call.target_path !== undefined) live.kernel.call(SYS.close, opened);
  return foreign ? 'it would end an entry that we did not make' : undefined;
}

function openedAt(live: LiveKernel, path: string): number | undefined {
  const directory = cString(live.cgroups.directory(path));
  const opened = live.kernel.call(SYS.open, directory, O_DIRECTORY_CLOEXEC, 0);
  return 'ret' in opened ? opened.ret : undefined;
}

/** Whether a list has foreign entries; a multi one is only changed where the call names its own. */
function hasForeign(
  live: LiveKernel,
  cgroupFd: number,
  type: AttachType,
  singleOnly = false,
): boolean {
  try {
    const { mode, attached } = listOf(live, cgroupFd, type);
    return !(singleOnly && mode === 'multi') && attached.some((id) => id < 0);
  } catch {
    // No cgroup, or no such hook here: the kernel will say so to the call itself.
    return false;
  }
}
