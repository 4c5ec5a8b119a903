/** Calls about fds: each is made on the real fds, under numbers of the process. */
import type { CallOf } from '../../domain/call.ts';
import type { Decision } from '../../domain/decision.ts';
import { type Answered, cString, SYS, type SystemCalls } from '../../native/syscall.ts';
import { O_CLOEXEC, O_DIRECTORY, openBeneath } from './beneath.ts';
import { adopt, openDirectory, release } from './bpf.ts';
import { runUnderConditions, runUnderFdLimit } from './conditions.ts';
import { failWith, type LiveCaller, succeed } from './live-kernel.ts';
import { isFullRoot, type LiveFd, lowestFree, NEVER_OPEN, realFd } from './process.ts';
import { copyFds, duplicate, isOwnTable } from './process-calls.ts';

const MFD_CLOEXEC = 1;
const CLOSE_RANGE_UNSHARE = 2;
const CLOSE_RANGE_CLOEXEC = 4;

export function openCgroup(caller: LiveCaller, call: CallOf<'open_cgroup'>): Decision {
  const opened = openDirectory(caller, call.path);
  if ('errno' in opened) return failWith(opened.errno);
  const id = caller.live.cgroups.at(call.path)?.id ?? 0;
  const cloexec = call.cloexec !== false;
  return adoptOpened(caller, { real: opened.ret, cloexec, kind: 'cgroup', id });
}

export function openOther(caller: LiveCaller, call: CallOf<'open_other'>): Decision {
  const { kernel, bpffs } = caller.live;
  const { path } = call;
  const opened =
    path === undefined
      ? runUnderConditions(caller, () => openKind(kernel, call.kind))
      : runUnderFdLimit(caller, () => openBeneath(kernel, bpffs, path, O_DIRECTORY));
  if ('errno' in opened) return failWith(opened.errno);
  const cloexec = call.cloexec !== false;
  return adoptOpened(caller, { real: opened.ret, cloexec, kind: 'other', id: 0 });
}

/** An ordinary directory, or an anonymous memory file. */
export function openKind(kernel: SystemCalls, kind: 'dir' | 'file'): Answered {
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

/** Gives the kernel's answer to dup of a number that is not open. */
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
    if ('ret' in asked) throw new Error('the kernel duplicate an fd past the limit');
    return failWith(asked.errno);
  }
  const to = adopt(caller, { ...duplicate(live, fd), cloexec: false });
  return succeed([{ type: 'FdDuplicated', fd: call.fd, to_fd: to }], to);
}

/** The rules of dup2(2) on numbers are kept here; the duplicate is real. */
export function dup2(caller: LiveCaller, call: CallOf<'dup2'>): Decision {
  const { fd: from, to_fd: to } = call;
  if (from === to && caller.process.fds.has(from)) return succeed([], to);
  return duplicateOnto(caller, call, false);
}

export function dup3(caller: LiveCaller, call: CallOf<'dup3'>): Decision {
  const { fd, to_fd, flags = 0 } = call;
  if ((flags & ~O_CLOEXEC) !== 0 || fd === to_fd) return failWith('EINVAL');
  return duplicateOnto(caller, call, flags !== 0);
}

function duplicateOnto(
  caller: LiveCaller,
  { fd: from, to_fd: to }: Pick<CallOf<'dup2'>, 'fd' | 'to_fd'>,
  cloexec: boolean,
): Decision {
  const { process, live } = caller;
  const fd = process.fds.get(from);
  if (fd === undefined || to < 0 || to >= process.nofile) return failWith('EBADF');
  const replaced = process.fds.get(to);
  process.fds.set(to, { ...duplicate(live, fd), cloexec });
  if (replaced !== undefined) release(caller, replaced);
  return succeed([{ type: 'FdDuplicated', fd: from, to_fd: to }], to);
}

/** Numbers are kept here; whether the kernel knows an fd, it says itself. */
export function fcntl(caller: LiveCaller, call: CallOf<'fcntl'>): Decision {
  const { process, live } = caller;
  const { fd: number, cmd, arg = 0 } = call;
  const fd = process.fds.get(number);
  if (fd === undefined) return failWith('EBADF');
  if (cmd === 'f_getfd') return succeed([], fd.cloexec ? 1 : 0);
  if (cmd === 'f_setfd') {
    process.fds.set(number, { ...fd, cloexec: arg % 2 === 1 });
    return succeed();
  }
  if (arg >= process.nofile) return failWith('EINVAL');
  const to = lowestFree(process, arg);
  if (to === undefined) return failWith('EMFILE');
  process.fds.set(to, { ...duplicate(live, fd), cloexec: cmd === 'f_dupfd_cloexec' });
  return succeed([{ type: 'FdDuplicated', fd: number, to_fd: to }], to);
}

export function closeRange(caller: LiveCaller, call: CallOf<'close_range'>): Decision {
  const { process, live } = caller;
  const { first, last, flags = 0 } = call;
  // Our own table must stay shared: what other threads of ours keep open would never close.
  const asks = flags & ~CLOSE_RANGE_UNSHARE;
  const end = first > last ? 0 : NEVER_OPEN;
  const asked = live.kernel.call(SYS.close_range, NEVER_OPEN, end, asks);
  if ('errno' in asked) return failWith(asked.errno);
  if ((flags & CLOSE_RANGE_UNSHARE) !== 0) unshareTable(caller);
  for (const [number, fd] of process.fds) {
    if (number < first || number > last) continue;
    if ((flags & CLOSE_RANGE_CLOEXEC) !== 0) process.fds.set(number, { ...fd, cloexec: true });
    else {
      process.fds.delete(number);
      release(caller, fd);
    }
  }
  return succeed();
}

/** A table of the caller's own, with the same fds. */
export function unshareTable({ live, process }: LiveCaller): void {
  if (!isOwnTable(live, process)) process.fds = copyFds(live, process.fds);
}

export function pidfdGetfd(caller: LiveCaller, call: CallOf<'pidfd_getfd'>): Decision {
  const { process, live } = caller;
  const { target_pid, target_fd, flags = 0 } = call;
  if (flags !== 0) return failWith('EINVAL');
  const target = live.processes.get(target_pid);
  if (target === undefined) return failWith('ESRCH');
  const own = process.tgid === target.tgid || isFullRoot(process);
  const fits = target.caps.every((capability) => process.caps.includes(capability));
  if (!own && !(process.uid === target.uid && fits)) return failWith('EPERM');
  const fd = target.fds.get(target_fd);
  if (fd === undefined) return failWith('EBADF');
  if (lowestFree(process) === undefined) return failWith('EMFILE');
  const number = adopt(caller, { ...duplicate(live, fd), cloexec: true });
  const { kind, id } = fd;
  const place = { fd: number, from_pid: target_pid, from_fd: target_fd };
  return succeed([{ type: 'FdCopied', ...place, kind, id }], number);
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

export function recvFd(caller: LiveCaller, call: CallOf<'recv_fd'>): Decision {
  const { process } = caller;
  const [waiting, ...rest] = process.mailbox;
  if (waiting === undefined) return failWith('EAGAIN');
  process.mailbox = rest;
  if (lowestFree(process) === undefined) {
    release(caller, waiting);
    return succeed([{ type: 'FdLost' }], 0, { lost: true });
  }
  const fd = adopt(caller, { ...waiting, cloexec: call.cloexec === true });
  return succeed([{ type: 'FdReceived', fd, kind: waiting.kind, id: waiting.id }], fd);
}
