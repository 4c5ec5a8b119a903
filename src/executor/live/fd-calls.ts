/** Calls about fds: each is made on the real fds, under numbers of the process. */
import type { CallOf } from '../../domain/call.ts';
import type { Decision } from '../../domain/decision.ts';
import { type Answered, cString, type Kernel, SYS } from '../kernel/syscall.ts';
import { O_CLOEXEC, O_DIRECTORY } from './beneath.ts';
import { adopt, openDirectory, release } from './bpf.ts';
import { runUnderConditions } from './conditions.ts';
import { failWith, type LiveCaller, succeed } from './live-kernel.ts';
import { type LiveFd, lowestFree, realFd } from './process.ts';
import { duplicate } from './process-calls.ts';

const MFD_CLOEXEC = 1;

export function openCgroup(caller: LiveCaller, call: CallOf<'open_cgroup'>): Decision {
  const opened = openDirectory(caller, call.path);
  if ('errno' in opened) return failWith(opened.errno);
  const id = caller.live.cgroups.at(call.path)?.id ?? 0;
  return adoptOpened(caller, { real: opened.ret, cloexec: true, kind: 'cgroup', id });
}

export function openOther(caller: LiveCaller, call: CallOf<'open_other'>): Decision {
  const opened = runUnderConditions(caller, () => openKind(caller.live.kernel, call.kind));
  if ('errno' in opened) return failWith(opened.errno);
  return adoptOpened(caller, { real: opened.ret, cloexec: true, kind: 'other', id: 0 });
}

/** An ordinary directory, or an anonymous memory file. */
export function openKind(kernel: Kernel, kind: 'dir' | 'file'): Answered {
  if (kind === 'dir') return kernel.call(SYS.open, cString('/'), O_DIRECTORY | O_CLOEXEC, 0);
  return kernel.call(SYS.memfd_create, cString('bpfledger'), MFD_CLOEXEC);
}

function adoptOpened(caller: LiveCaller, fd: LiveFd): Decision {
  const number = adopt(caller, fd);
  return succeed([{ type: 'FdOpened', fd: number, kind: fd.kind, id: fd.id }], number);
}

export function close(caller: LiveCaller, call: CallOf<'close'>): Decision {
  const fd = caller.process.fds.get(call.fd);
  if (fd === undefined) return refuseClosed(caller, call.fd);
  caller.process.fds.delete(call.fd);
  release(caller, fd);
  return succeed([{ type: 'FdClosed', fd: call.fd }]);
}

/** Asks what the kernel says to dup of a number that is not open. */
function refuseClosed(caller: LiveCaller, fd: number): Decision {
  const asked = caller.live.kernel.call(SYS.dup, fd === 0 ? -1 : realFd(caller.process, fd));
  if ('ret' in asked) throw new Error(`fd ${fd} of process ${caller.process.pid} is open`);
  return failWith(asked.errno);
}

export function dup(caller: LiveCaller, call: CallOf<'dup'>): Decision {
  const { process, live } = caller;
  const fd = process.fds.get(call.fd);
  if (fd === undefined) return refuseClosed(caller, call.fd);
  if (lowestFree(process) === undefined) {
    const asked = runUnderConditions(caller, () => live.kernel.call(SYS.dup, fd.real));
    if ('ret' in asked) throw new Error('the kernel duplicated an fd past the limit');
    return failWith(asked.errno);
  }
  const to = adopt(caller, { ...duplicate(live, fd), cloexec: false });
  return succeed([{ type: 'FdDuplicated', fd: call.fd, to_fd: to }], to);
}

/** The rules of dup2(2) on numbers are kept here; the duplicate is real. */
export function dup2(caller: LiveCaller, call: CallOf<'dup2'>): Decision {
  const { process, live } = caller;
  const { fd: from, to_fd: to } = call;
  const fd = process.fds.get(from);
  if (fd === undefined) return failWith('EBADF');
  if (from === to) return succeed([], to);
  if (to < 0 || to >= process.nofile) return failWith('EBADF');
  const replaced = process.fds.get(to);
  process.fds.set(to, { ...duplicate(live, fd), cloexec: false });
  if (replaced !== undefined) release(caller, replaced);
  return succeed([{ type: 'FdDuplicated', fd: from, to_fd: to }], to);
}

/** An fd in flight is a duplicate that no process holds: a reference, as SCM_RIGHTS takes one. */
export function sendFd(caller: LiveCaller, call: CallOf<'send_fd'>): Decision {
  const { process, live } = caller;
  const fd = process.fds.get(call.fd);
  if (fd === undefined) return failWith('EBADF');
  const receiver = live.processes.get(call.to_pid);
  if (receiver === undefined) return failWith('ESRCH');
  receiver.mailbox = [...receiver.mailbox, { ...duplicate(live, fd), cloexec: false }];
  return succeed([{ type: 'FdSent', fd: call.fd, to_pid: call.to_pid }]);
}

export function recvFd(caller: LiveCaller): Decision {
  const { process } = caller;
  const [waiting, ...rest] = process.mailbox;
  if (waiting === undefined) return failWith('EAGAIN');
  process.mailbox = rest;
  if (lowestFree(process) === undefined) {
    release(caller, waiting);
    return succeed([{ type: 'FdLost' }], 0, { lost: true });
  }
  const fd = adopt(caller, waiting);
  return succeed([{ type: 'FdReceived', fd, kind: waiting.kind, id: waiting.id }], fd);
}
