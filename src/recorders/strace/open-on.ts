/** What fds of processes are open on, as far as it is something of the ledger's. */
import type { ObjectKind } from '../../domain/effect.ts';
import type { Kernel } from '../../domain/kernel.ts';

export interface OpenOn {
  readonly kind: ObjectKind | 'cgroup';
  readonly id: number;
}

/** What an fd of a process is open on; undefined for files that are none of the ledger's. */
export function openOn(kernel: Kernel, pid: number, fd: number): OpenOn | undefined {
  const open = kernel.processes.get(pid)?.fds.get(fd);
  const file = open && kernel.files.get(open.file);
  if (file === undefined || file.kind === 'other') return undefined;
  return { kind: file.kind, id: file.id };
}

/** Whether a process holds anything of the ledger's. */
export function holdsAny(kernel: Kernel, pid: number): boolean {
  for (const [fd] of kernel.processes.get(pid)?.fds ?? []) {
    if (openOn(kernel, pid, fd) !== undefined) return true;
  }
  return false;
}
