import type { Effect, EffectOf } from '../effect.ts';
import type { Kernel, Process } from '../kernel.ts';
import { closeFd, editFds, editObject, getFile, openFd, putFile, setFd } from './references.ts';

type FdEffect = Extract<Effect, { type: `Fd${string}` | 'CloexecChanged' | 'HoldersForgotten' }>;

export function evolveFd(kernel: Kernel, effect: FdEffect, pid: number): void {
  switch (effect.type) {
    case 'FdOpened': {
      const { fd, kind, id, access, cloexec, btf_size, top } = effect;
      openFd(kernel, pid, fd, { kind, id, access }, cloexec, top);
      if (btf_size !== undefined) kernel.btfs.edit(id).size = btf_size;
      return;
    }
    case 'FdDuplicated': {
      const process = editFds(kernel, pid);
      const file = fileOf(process, effect.fd);
      getFile(kernel, file);
      return setFd(kernel, process, effect.to_fd, { file, cloexec: effect.cloexec === true });
    }
    case 'FdCopied': {
      const from = kernel.processes.get(effect.from_pid);
      if (from === undefined) throw new Error(`impossible effect: no process ${effect.from_pid}`);
      const file = fileOf(from, effect.from_fd);
      getFile(kernel, file);
      return setFd(kernel, editFds(kernel, pid), effect.fd, { file, cloexec: true });
    }
    case 'CloexecChanged': {
      const process = editFds(kernel, pid);
      const file = fileOf(process, effect.fd);
      process.fds.set(effect.fd, { file, cloexec: effect.cloexec });
      return;
    }
    case 'FdClosed': {
      const process = editFds(kernel, pid);
      const file = fileOf(process, effect.fd);
      closeFd(kernel, process, effect.fd);
      return putFile(kernel, file);
    }
    case 'FdSent': {
      const file = fileOf(kernel.processes.edit(pid), effect.fd);
      getFile(kernel, file);
      const receiver = kernel.processes.edit(effect.to_pid);
      receiver.mailbox = [...receiver.mailbox, file];
      kernel.contents++;
      return;
    }
    case 'FdReceived': {
      const process = editFds(kernel, pid);
      const file = takeOldest(kernel, process);
      return setFd(kernel, process, effect.fd, { file, cloexec: effect.cloexec === true });
    }
    case 'FdLost':
      return putFile(kernel, takeOldest(kernel, kernel.processes.edit(pid)));
    case 'HoldersForgotten':
      return forgetHolders(kernel, effect);
    default:
      return effect satisfies never;
  }
}

function forgetHolders(kernel: Kernel, { kind, id }: EffectOf<'HoldersForgotten'>): void {
  for (const [fileId, file] of [...kernel.files.entries()]) {
    if (file.kind !== kind || file.id !== id) continue;
    kernel.files.set(fileId, {
      kind: 'other',
      id: 0,
      access: undefined,
      refs: file.refs,
      top: false,
    });
  }
  editObject(kernel, kind, id).refs = 0;
}

function fileOf(process: Pick<Process, 'fds'>, fd: number): number {
  const entry = process.fds.get(fd);
  if (entry === undefined) throw new Error(`impossible effect: fd ${fd} is not open`);
  return entry.file;
}

function takeOldest(kernel: Kernel, process: Process): number {
  const [file, ...rest] = process.mailbox;
  if (file === undefined) throw new Error('impossible effect: the mailbox is empty');
  process.mailbox = rest;
  kernel.contents--;
  return file;
}
