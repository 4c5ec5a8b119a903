/**
 * Calls that change how long an fd lives: fcntl(2) of an fd, close_range(2) and pidfd_getfd(2)
 * (fs/fcntl.c, fs/file.c, kernel/pid.c).
 */
import type { Calls } from '../call.ts';
import { type Caller, lowestFree, mayTrace, noFreeFd } from '../caller.ts';
import { type Decision, refusal, refuse, succeed } from '../decision.ts';
import { Lifetime } from '../lifetime.ts';

const FD_CLOEXEC = 1;
const CLOSE_RANGE_UNSHARE = 2;
const CLOSE_RANGE_CLOEXEC = 4;

export function fcntl(caller: Caller, call: Calls['fcntl']): Decision {
  const { fd, cmd, arg = 0 } = call;
  const entry = caller.process.fds.get(fd);
  if (entry === undefined) return refuse(refusal('EBADF', 'fd-not-open', { fd }));
  switch (cmd) {
    case 'f_dupfd':
    case 'f_dupfd_cloexec':
      return duplicateFrom(caller, fd, { from: arg, cloexec: cmd === 'f_dupfd_cloexec' });
    case 'f_getfd':
      return succeed([], entry.cloexec ? FD_CLOEXEC : 0);
    case 'f_setfd': {
      const cloexec = (arg & FD_CLOEXEC) !== 0;
      return succeed(cloexec === entry.cloexec ? [] : [{ type: 'CloexecChanged', fd, cloexec }]);
    }
    default:
      return cmd satisfies never;
  }
}

/** F_DUPFD: the lowest free number from `from` on (`f_dupfd`). */
function duplicateFrom(
  caller: Caller,
  fd: number,
  { from, cloexec }: { readonly from: number; readonly cloexec: boolean },
): Decision {
  const { fds, nofile } = caller.process;
  if (from >= nofile) {
    return refuse(refusal('EINVAL', 'dup-from-over-limit', { from, nofile }));
  }
  const to_fd = caller.granted ?? fds.lowestFreeFrom(from);
  if (to_fd >= nofile) return refuse(noFreeFd(caller));
  return succeed([{ type: 'FdDuplicated', fd, to_fd, ...(cloexec && { cloexec }) }], to_fd);
}

export function closeRange(caller: Caller, call: Calls['close_range']): Decision {
  const { first, last, flags = 0 } = call;
  const { switches } = caller.kernel;
  if (!switches.close_range)
    return refuse(refusal('ENOSYS', 'no-such-call', { call: 'close_range' }));
  const known = CLOSE_RANGE_UNSHARE | (switches.close_range_cloexec ? CLOSE_RANGE_CLOEXEC : 0);
  if ((flags & ~known) !== 0) return refuse(refusal('EINVAL', 'flags-unknown', { flags }));
  if (first > last) return refuse(refusal('EINVAL', 'range-is-backwards', { first, last }));
  const { process, kernel } = caller;
  const unshares = (flags & CLOSE_RANGE_UNSHARE) !== 0 && process.shared_with.length > 0;
  const marks = (flags & CLOSE_RANGE_CLOEXEC) !== 0;
  const lifetime = new Lifetime(kernel);
  if (unshares) lifetime.effects.push({ type: 'FilesUnshared' });
  for (const fd of process.fds.numbers()) {
    const entry = process.fds.get(fd);
    if (entry === undefined || fd < first || fd > last) continue;
    if (!marks) {
      lifetime.effects.push({ type: 'FdClosed', fd });
      // What closes in a copy of the table stays open in the table.
      if (!unshares) lifetime.dropFile(entry.file, 'last_fd_closed');
    } else if (!entry.cloexec) {
      lifetime.effects.push({ type: 'CloexecChanged', fd, cloexec: true });
    }
  }
  return succeed(lifetime.effects);
}

/** A copy of another process's fd, which the caller may take as it may trace that process. */
export function pidfdGetfd(caller: Caller, call: Calls['pidfd_getfd']): Decision {
  const { target_pid: pid, target_fd, flags = 0 } = call;
  if (flags !== 0) return refuse(refusal('EINVAL', 'flags-unknown', { flags }));
  const target = caller.kernel.processes.get(pid);
  if (target === undefined) return refuse(refusal('ESRCH', 'no-such-process', { pid }));
  if (!mayTrace(caller, target)) return refuse(refusal('EPERM', 'may-not-trace', { pid }));
  const entry = target.fds.get(target_fd);
  const file = entry === undefined ? undefined : caller.kernel.files.get(entry.file);
  if (file === undefined) return refuse(refusal('EBADF', 'fd-not-open', { fd: target_fd }));
  const fd = lowestFree(caller);
  if (fd === undefined) return refuse(noFreeFd(caller));
  const { kind, id } = file;
  return succeed([{ type: 'FdCopied', fd, from_pid: pid, from_fd: target_fd, kind, id }], fd);
}
