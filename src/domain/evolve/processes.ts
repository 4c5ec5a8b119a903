import type { Effect, EffectOf } from '../effect.ts';
import { type Kernel, NOBODY, type Process } from '../kernel.ts';
import { addProcess } from './boot.ts';
import { countInNamespaces } from './namespaces.ts';
import { closeFd, editFds, getFile, putFile } from './references.ts';

type ProcessEffect = Extract<
  Effect,
  {
    type:
      | `Process${'Spawned' | 'Forked' | 'Executed' | 'Exited' | 'Moved'}`
      | 'FilesUnshared'
      | 'FsUnshared'
      | 'CredentialsChanged'
      | 'NofileLimited'
      | 'MemlockLimited'
      | 'SysctlSet'
      | 'UmaskSet';
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
    case 'ProcessExecuted':
      return execute(kernel, effect, pid);
    case 'FilesUnshared':
      return unshareFds(kernel, pid);
    case 'FsUnshared': {
      const process = kernel.processes.edit(pid);
      part(kernel, process, 'fs_with');
      process.fs_with = NOBODY;
      return;
    }
    case 'ProcessExited':
      return exitProcess(kernel, effect.pid ?? pid);
    case 'CredentialsChanged': {
      const process = kernel.processes.edit(pid);
      process.uid = effect.uid;
      process.caps = effect.caps;
      const { bounding, inheritable, ambient } = effect;
      if (bounding ?? inheritable ?? ambient) {
        process.sets = {
          bounding: bounding ?? process.sets.bounding,
          inheritable: inheritable ?? process.sets.inheritable,
          ambient: ambient ?? process.sets.ambient,
        };
      }
      return;
    }
    case 'NofileLimited':
      kernel.processes.edit(pid).nofile = effect.nofile;
      return;
    case 'MemlockLimited': {
      // Threads have one (`signal_struct`).
      const process = kernel.processes.edit(pid);
      process.memlock = effect.memlock;
      for (const tid of process.threads) kernel.processes.edit(tid).memlock = effect.memlock;
      return;
    }
    case 'SysctlSet':
      kernel.sysctls = { ...kernel.sysctls, [effect.variable]: effect.value };
      return;
    case 'UmaskSet': {
      // Threads have one (CLONE_FS).
      const process = kernel.processes.edit(pid);
      process.umask = effect.mask;
      for (const tid of process.fs_with) kernel.processes.edit(tid).umask = effect.mask;
      return;
    }
    case 'ProcessMoved': {
      const process = kernel.processes.edit(effect.pid ?? pid);
      countIn(kernel, process.cgroup_id, -1);
      process.cgroup_id = effect.cgroup_id;
      countIn(kernel, process.cgroup_id, 1);
      return;
    }
    default:
      return effect satisfies never;
  }
}

function fork(kernel: Kernel, effect: EffectOf<'ProcessForked'>, parentPid: number): void {
  const parent = kernel.processes.get(parentPid);
  if (parent === undefined) throw new Error(`impossible effect: no process ${parentPid}`);
  if (kernel.processes.has(effect.pid)) {
    throw new Error(`impossible effect: pid ${effect.pid} lives`);
  }
  const { pid, uid, caps } = effect;
  const { comm, sets, nofile, memlock, umask, cgroup_id, namespaces } = parent;
  const isThread = effect.clone_thread === true;
  const tgid = isThread ? parent.tgid : pid;
  const { fds, shared_with } =
    effect.clone_files === true ? sharedTable(kernel, parentPid, pid) : copiedTable(kernel, parent);
  const threads = isThread ? bind(kernel, parent, pid, 'threads') : NOBODY;
  const fs_with = isThread ? bind(kernel, parent, pid, 'fs_with') : NOBODY;
  kernel.processes.set(pid, {
    pid,
    tgid,
    comm,
    uid,
    caps,
    sets,
    nofile,
    memlock,
    umask,
    cgroup_id,
    namespaces,
    fds,
    shared_with,
    fs_with,
    threads,
    mailbox: [],
  });
  kernel.counters.pid = Math.max(kernel.counters.pid, pid + 1);
  countIn(kernel, cgroup_id, 1);
  countInNamespaces(kernel, namespaces, 1);
}

/** What threads have in common: the process that they are of, and one umask and root directory. */
type Bond = 'threads' | 'fs_with';

/** Those whom a new thread has a bond with; they learn of it. */
function bind(kernel: Kernel, parent: Process, tid: number, bond: Bond): readonly number[] {
  const others = [parent.pid, ...parent[bond]];
  for (const other of others) {
    const thread = kernel.processes.edit(other);
    thread[bond] = [...thread[bond], tid];
  }
  return others;
}

/** Those who had a bond with a thread have it no longer. */
function part(kernel: Kernel, process: Process, bond: Bond): void {
  for (const other of process[bond]) {
    const thread = kernel.processes.edit(other);
    thread[bond] = without(thread[bond], process.pid);
  }
}

type Files = Pick<Process, 'fds' | 'shared_with'>;

/** A table with the same fds, each one more reference of its open file description. */
function copiedTable(kernel: Kernel, { fds: from }: Process): Files {
  for (const { file } of from.values()) getFile(kernel, file);
  const fds = from.copy();
  kernel.contents += fds.rows;
  return { fds, shared_with: NOBODY };
}

/** The parent's table; all who have it learn of one more. */
function sharedTable(kernel: Kernel, parentPid: number, pid: number): Files {
  const { fds, shared_with: others } = editFds(kernel, parentPid);
  for (const sharer of [parentPid, ...others]) {
    const process = kernel.processes.edit(sharer);
    process.shared_with = [...process.shared_with, pid];
  }
  return { fds, shared_with: [parentPid, ...others] };
}

function unshareFds(kernel: Kernel, pid: number): void {
  const process = editFds(kernel, pid);
  leaveTable(kernel, process);
  Object.assign(process, copiedTable(kernel, process));
}

/** Those who shared a table with a process do so no longer. */
function leaveTable(kernel: Kernel, { pid, shared_with }: Process): void {
  for (const other of shared_with) {
    const sharer = kernel.processes.edit(other);
    sharer.shared_with = without(sharer.shared_with, pid);
  }
}

function without(pids: readonly number[], pid: number): readonly number[] {
  const left = pids.filter((other) => other !== pid);
  return left.length === 0 ? NOBODY : left;
}

function execute(kernel: Kernel, effect: EffectOf<'ProcessExecuted'>, pid: number): void {
  const process = editFds(kernel, pid);
  process.comm = effect.comm;
  process.caps = effect.caps;
  for (const [fd, { file, cloexec }] of process.fds) {
    if (!cloexec) continue;
    closeFd(kernel, process, fd);
    putFile(kernel, file);
  }
  if (effect.pid === undefined) return;
  if (kernel.processes.has(effect.pid)) {
    throw new Error(`impossible effect: pid ${effect.pid} lives`);
  }
  kernel.processes.delete(pid);
  kernel.processes.set(effect.pid, { ...process, pid: effect.pid });
}

function exitProcess(kernel: Kernel, pid: number): void {
  const process = kernel.processes.get(pid);
  if (process === undefined) throw new Error(`impossible effect: no process ${pid}`);
  if (process.shared_with.length > 0) {
    // The table stays with those who share it, in the layer that they see.
    leaveTable(kernel, editFds(kernel, pid));
  } else {
    for (const { file } of process.fds.values()) putFile(kernel, file);
    kernel.contents -= process.fds.rows;
  }
  part(kernel, process, 'threads');
  part(kernel, process, 'fs_with');
  for (const file of process.mailbox) putFile(kernel, file);
  countIn(kernel, process.cgroup_id, -1);
  countInNamespaces(kernel, process.namespaces, -1);
  kernel.contents -= process.mailbox.length;
  kernel.processes.delete(pid);
}

/** The root is always busy, so its processes need no count. */
function countIn(kernel: Kernel, cgroupId: number, delta: number): void {
  if (cgroupId === kernel.boot.config.root_cgroup_id) return;
  kernel.cgroups.edit(cgroupId).processes += delta;
}
