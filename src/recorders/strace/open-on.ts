/** What calls name by numbers, as far as it is something of the ledger's: what fds are open on, and processes. */
import { isObjectKind, type ObjectKind } from '../../domain/effect.ts';
import type { Kernel } from '../../domain/kernel.ts';
import type { CallDeed } from './deed.ts';

export interface OpenOn {
  readonly kind: ObjectKind | 'cgroup';
  readonly id: number;
}

/** What an fd of a process is open on; undefined for files that are none of the ledger's. */
export function openOn(kernel: Kernel, pid: number, fd: number): OpenOn | undefined {
  const open = kernel.processes.get(pid)?.fds.get(fd);
  const file = open && kernel.files.get(open.file);
  if (file === undefined) return undefined;
  const { kind, id } = file;
  return kind === 'cgroup' || isObjectKind(kind) ? { kind, id } : undefined;
}

/**
 * Whether an fd of a process is followed: it is open on such a thing, or on BTF or a directory of a
 * bpffs, which is never passed on.
 */
export function isFollowed(kernel: Kernel, pid: number, fd: number): boolean {
  const open = kernel.processes.get(pid)?.fds.get(fd);
  const file = open && kernel.files.get(open.file);
  const isDirectory = file?.kind === 'other' && file.id !== 0;
  return isDirectory || file?.kind === 'btf' || openOn(kernel, pid, fd) !== undefined;
}

/** Whether a process holds anything of the ledger's. */
export function holdsAny(kernel: Kernel, pid: number): boolean {
  for (const [fd] of kernel.processes.get(pid)?.fds ?? []) {
    if (openOn(kernel, pid, fd) !== undefined) return true;
  }
  return false;
}

/** Whether a call that is made on numbers is about something that the ledger knows of there. */
export function isAboutHeld(
  kernel: Kernel,
  { process: { pid }, what: { call } }: CallDeed,
): boolean {
  if (call.name === 'pidfd_getfd')
    return openOn(kernel, call.target_pid, call.target_fd) !== undefined;
  if (call.name !== 'close_range') return true;
  for (const [fd] of kernel.processes.get(pid)?.fds ?? []) {
    if (fd >= call.first && fd <= call.last && isFollowed(kernel, pid, fd)) return true;
  }
  return false;
}

/** A process that a call names and that was not heard of before; undefined when there is none. */
export function strangerIn(kernel: Kernel, { what: { call } }: CallDeed): number | undefined {
  const named = call.name === 'join' ? call.target_pid : undefined;
  return named !== undefined && !kernel.processes.has(named) ? named : undefined;
}
