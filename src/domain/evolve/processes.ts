import type { Effect } from '../effect.ts';
import { FdTable } from '../fd-table.ts';
import type { Kernel } from '../kernel.ts';
import { addProcess } from './boot.ts';
import { closeFd, getFile, putFile } from './references.ts';

type ProcessEffect = Extract<
  Effect,
  {
    type:
      | `Process${'Spawned' | 'Forked' | 'Executed' | 'Exited' | 'Moved'}`
      | 'CredentialsChanged'
      | 'NofileLimited';
  }
>;

export function evolveProcess(kernel: Kernel, effect: ProcessEffect, pid: number): void {
  switch (effect.type) {
    case 'ProcessSpawned': {
      const { comm, uid, caps } = effect;
      return addProcess(kernel, { pid: effect.pid, comm, uid, caps });
    }
    case 'ProcessForked':
      return fork(kernel, effect, pid);
    case 'ProcessExecuted': {
      const process = kernel.processes.edit(pid);
      process.comm = effect.comm;
      process.caps = effect.caps;
      for (const [fd, { file, cloexec }] of process.fds) {
        if (!cloexec) continue;
        closeFd(kernel, process, fd);
        putFile(kernel, file);
      }
      return;
    }
    case 'ProcessExited':
      return exitProcess(kernel, pid);
    case 'CredentialsChanged': {
      const process = kernel.processes.edit(pid);
      process.uid = effect.uid;
      process.caps = effect.caps;
      return;
    }
    case 'NofileLimited':
      kernel.processes.edit(pid).nofile = effect.nofile;
      return;
    case 'ProcessMoved': {
      const process = kernel.processes.edit(pid);
      countIn(kernel, process.cgroup_id, -1);
      process.cgroup_id = effect.cgroup_id;
      countIn(kernel, process.cgroup_id, 1);
      return;
    }
    default:
      return effect satisfies never;
  }
}

function fork(
  kernel: Kernel,
  effect: Extract<ProcessEffect, { type: 'ProcessForked' }>,
  parentPid: number,
): void {
  const parent = kernel.processes.get(parentPid);
  if (parent === undefined) throw new Error(`impossible effect: no process ${parentPid}`);
  if (kernel.processes.has(effect.pid)) {
    throw new Error(`impossible effect: pid ${effect.pid} lives`);
  }
  for (const { file } of parent.fds.values()) getFile(kernel, file);
  const { pid, uid, caps } = effect;
  const { comm, nofile, cgroup_id } = parent;
  const fds = new FdTable();
  for (const [number, fd] of parent.fds) fds.set(number, fd);
  kernel.contents += fds.rows;
  kernel.processes.set(pid, { pid, comm, uid, caps, nofile, cgroup_id, fds, mailbox: [] });
  kernel.counters.pid = Math.max(kernel.counters.pid, pid + 1);
  countIn(kernel, cgroup_id, 1);
}

function exitProcess(kernel: Kernel, pid: number): void {
  const process = kernel.processes.get(pid);
  if (process === undefined) throw new Error(`impossible effect: no process ${pid}`);
  for (const { file } of process.fds.values()) putFile(kernel, file);
  for (const file of process.mailbox) putFile(kernel, file);
  countIn(kernel, process.cgroup_id, -1);
  kernel.contents -= process.fds.rows + process.mailbox.length;
  kernel.processes.delete(pid);
}

/** The root is always busy, so its processes need no count. */
function countIn(kernel: Kernel, cgroupId: number, delta: number): void {
  if (cgroupId === kernel.boot.config.root_cgroup_id) return;
  kernel.cgroups.edit(cgroupId).processes += delta;
}
