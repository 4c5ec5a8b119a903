import type { Effect } from '../effect.ts';
import type { Kernel, Process } from '../kernel.ts';
import { getFile, openFd, putFile, setFd } from './references.ts';

type FdEffect = Extract<
  Effect,
  { type: `Fd${'Opened' | 'Duplicated' | 'Closed' | 'Sent' | 'Received' | 'Lost'}` }
>;

export function evolveFd(kernel: Kernel, effect: FdEffect, pid: number): void {
  switch (effect.type) {
    case 'FdOpened': {
      const { fd, kind, id, access } = effect;
      return openFd(kernel, pid, fd, { kind, id, access });
    }
    case 'FdDuplicated': {
      const process = kernel.processes.edit(pid);
      const file = fileOf(process, effect.fd);
      getFile(kernel, file);
      return setFd(process, effect.to_fd, file, false);
    }
    case 'FdClosed': {
      const process = kernel.processes.edit(pid);
      const file = fileOf(process, effect.fd);
      process.fds.delete(effect.fd);
      return putFile(kernel, file);
    }
    case 'FdSent': {
      const file = fileOf(kernel.processes.edit(pid), effect.fd);
      getFile(kernel, file);
      const receiver = kernel.processes.edit(effect.to_pid);
      receiver.mailbox = [...receiver.mailbox, file];
      return;
    }
    case 'FdReceived': {
      const process = kernel.processes.edit(pid);
      return setFd(process, effect.fd, takeOldest(process), false);
    }
    case 'FdLost':
      return putFile(kernel, takeOldest(kernel.processes.edit(pid)));
    default:
      return effect satisfies never;
  }
}

function fileOf(process: Process, fd: number): number {
  const entry = process.fds.get(fd);
  if (entry === undefined) throw new Error(`impossible effect: fd ${fd} is not open`);
  return entry.file;
}

function takeOldest(process: Process): number {
  const [file, ...rest] = process.mailbox;
  if (file === undefined) throw new Error('impossible effect: the mailbox is empty');
  process.mailbox = rest;
  return file;
}
