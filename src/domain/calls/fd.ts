/** Fds: open, close, dup and passing over a socket (semantics §14). */
import { mayOpen, nodeAt } from '../bpffs.ts';
import type { Calls } from '../call.ts';
import { type Caller, fileAt, lowestFree, noFreeFd } from '../caller.ts';
import { openDirectory } from '../cgroupfs.ts';
import { type Decision, isRefused, refusal, refuse, succeed } from '../decision.ts';
import type { Effect } from '../effect.ts';
import { Lifetime } from '../lifetime.ts';
import { type MountedName, topOf } from '../mounts.ts';
import type { Refusal } from '../outcome.ts';

const O_CLOEXEC = 0o2000000;

/** open(2) of a cgroup directory: a number is taken before the path is looked up. */
export function openCgroup(caller: Caller, call: Calls['open_cgroup']): Decision {
  const fd = lowestFree(caller);
  if (fd === undefined) return refuse(noFreeFd(caller));
  const cgroup = openDirectory(caller, call.path);
  if (isRefused(cgroup)) return refuse(cgroup);
  const { id } = cgroup;
  return succeed([{ type: 'FdOpened', fd, kind: 'cgroup', id, ...cloexecField(call) }], fd);
}

export function openOther(caller: Caller, call: Calls['open_other']): Decision {
  const fd = lowestFree(caller);
  if (fd === undefined) return refuse(noFreeFd(caller));
  const seen = call.path === undefined ? undefined : openOnBpffs(caller, call.path);
  if (seen !== undefined && isRefused(seen)) return refuse(seen);
  const id = seen?.mount ?? 0;
  const top = seen !== undefined && seen.key === topOf(seen.key) ? { top: true as const } : {};
  return succeed([{ type: 'FdOpened', fd, kind: 'other', id, ...top, ...cloexecField(call) }], fd);
}

/** open(2) with O_DIRECTORY: a directory of a bpffs keeps the mount by which it was reached. */
function openOnBpffs(caller: Caller, path: string): MountedName | Refusal {
  const seen = nodeAt(caller, path);
  if (isRefused(seen)) return seen;
  const { node, place } = seen;
  if (node.kind !== 'dir') return refusal('ENOTDIR', 'not-a-directory', { path });
  if (mayOpen(caller, node, { read: true, write: false })) return place;
  return refusal('EACCES', 'directory-not-readable', { path });
}

/** An open without O_CLOEXEC gives an fd that exec keeps. */
function cloexecField({ cloexec }: { readonly cloexec?: false }): { readonly cloexec?: false } {
  return cloexec === false ? { cloexec } : {};
}

export function close(caller: Caller, call: Calls['close']): Decision {
  const entry = caller.process.fds.get(call.fd);
  if (entry === undefined) return refuse(refusal('EBADF', 'fd-not-open', { fd: call.fd }));
  const lifetime = new Lifetime(caller.kernel);
  lifetime.effects.push({ type: 'FdClosed', fd: call.fd });
  lifetime.dropFile(entry.file, 'last_fd_closed');
  return succeed(lifetime.effects);
}

export function dup(caller: Caller, call: Calls['dup']): Decision {
  if (!caller.process.fds.has(call.fd)) {
    return refuse(refusal('EBADF', 'fd-not-open', { fd: call.fd }));
  }
  const to = lowestFree(caller);
  if (to === undefined) return refuse(noFreeFd(caller));
  return succeed([{ type: 'FdDuplicated', fd: call.fd, to_fd: to }], to);
}

/** dup2(2) closes what the target number held; onto itself it changes nothing. */
export function dup2(caller: Caller, call: Calls['dup2']): Decision {
  const { fds } = caller.process;
  // ksys_dup2 answers for fd == to_fd before it looks at the limit, do_dup2 after it.
  if (call.fd === call.to_fd && fds.has(call.fd)) return succeed([], call.to_fd);
  return duplicateOnto(caller, call, {});
}

/** dup3(2): as dup2, but onto itself it is refused. */
export function dup3(caller: Caller, call: Calls['dup3']): Decision {
  const { fd, to_fd, flags = 0 } = call;
  if ((flags & ~O_CLOEXEC) !== 0) return refuse(refusal('EINVAL', 'flags-unknown', { flags }));
  if (fd === to_fd) return refuse(refusal('EINVAL', 'dup-onto-itself', { fd }));
  return duplicateOnto(caller, call, flags === 0 ? {} : { cloexec: true });
}

function duplicateOnto(
  caller: Caller,
  { fd, to_fd: to }: Calls['dup2'],
  cloexec: { readonly cloexec?: true },
): Decision {
  const { fds, nofile } = caller.process;
  if (to < 0 || to >= nofile) return refuse(refusal('EBADF', 'fd-over-limit', { fd: to, nofile }));
  if (!fds.has(fd)) return refuse(refusal('EBADF', 'fd-not-open', { fd }));
  const effects: Effect[] = [];
  const replaced = fds.get(to);
  if (replaced !== undefined) {
    // The new reference is taken first, so replacing a dup of the same file frees nothing.
    const lifetime = new Lifetime(caller.kernel);
    const sameFile = replaced.file === fds.get(fd)?.file;
    if (!sameFile) lifetime.dropFile(replaced.file, 'last_fd_closed');
    effects.push({ type: 'FdClosed', fd: to }, ...lifetime.effects);
  }
  effects.push({ type: 'FdDuplicated', fd, to_fd: to, ...cloexec });
  return succeed(effects, to);
}

export function sendFd(caller: Caller, call: Calls['send_fd']): Decision {
  if (fileAt(caller, call.fd) === undefined) {
    return refuse(refusal('EBADF', 'fd-not-open', { fd: call.fd }));
  }
  if (!caller.kernel.processes.has(call.to_pid)) {
    return refuse(refusal('ESRCH', 'no-such-process', { pid: call.to_pid }));
  }
  return succeed([{ type: 'FdSent', fd: call.fd, to_pid: call.to_pid }]);
}

/** Takes the oldest waiting fd; without a free number it is dropped and the call still succeeds. */
export function recvFd(caller: Caller, { cloexec }: Calls['recv_fd']): Decision {
  const [waiting] = caller.process.mailbox;
  if (waiting === undefined) return refuse(refusal('EAGAIN', 'mailbox-empty', {}));
  const fd = lowestFree(caller);
  const file = caller.kernel.files.get(waiting);
  if (file === undefined) throw new Error('impossible state: a closed file in flight');
  const { kind, id } = file;
  if (fd !== undefined) {
    return succeed([{ type: 'FdReceived', fd, kind, id, ...(cloexec && { cloexec }) }], fd);
  }
  const lifetime = new Lifetime(caller.kernel);
  lifetime.dropFile(waiting, 'in_flight_dropped');
  return succeed([{ type: 'FdLost' }, ...lifetime.effects], 0, { lost: true });
}
