/** Processes: spawn, fork, exec, exit, credentials and limits (semantics §14). */

import type { Calls } from '../call.ts';
import { type Caller, fdsInOrder, has, hasAll } from '../caller.ts';
import { ALL_CAPABILITIES, type Capability, ROOT_CAPABILITIES, rootsSet } from '../capability.ts';
import { type Decision, isRefused, refusal, refuse, succeed } from '../decision.ts';
import type { Effect } from '../effect.ts';
import { capsAfterExec, type ExecSets, union } from '../exec-sets.ts';
import type { Process } from '../kernel.ts';
import { Lifetime } from '../lifetime.ts';
import { memlockRaised } from '../memlock.ts';
import { HOSTS_NAMESPACE } from '../namespace-row.ts';
import type { Refusal } from '../outcome.ts';
import { BOOT_PID, NR_OPEN } from '../release/config.ts';
import { threadsOf } from '../threads.ts';
import { newNamespaces } from './namespaces.ts';

export function spawn(caller: Caller, call: Calls['spawn']): Decision {
  const pid = call.child_pid ?? caller.kernel.counters.pid;
  if (caller.kernel.processes.has(pid)) return refuse(refusal('EEXIST', 'pid-in-use', { pid }));
  const effect = {
    type: 'ProcessSpawned',
    pid,
    comm: call.comm ?? '',
    uid: call.uid ?? 0,
    caps: sortCapabilities(call.caps ?? ((call.uid ?? 0) === 0 ? ROOT_CAPABILITIES : [])),
  } as const;
  return succeed([effect], pid);
}

export function fork(caller: Caller, call: Calls['fork']): Decision {
  const pid = call.child_pid ?? caller.kernel.counters.pid;
  if (caller.kernel.processes.has(pid)) return refuse(refusal('EEXIST', 'pid-in-use', { pid }));
  if (call.clone_thread && call.clone_newns) {
    return refuse(refusal('EINVAL', 'thread-shares-root', {}));
  }
  if (call.clone_thread && call.clone_newuser) {
    return refuse(refusal('EINVAL', 'thread-shares-user-namespace', {}));
  }
  const { uid, caps, namespaces } = caller.process;
  const isInside = call.clone_newuser === true || namespaces.user !== HOSTS_NAMESPACE;
  if (isInside && (call.caps !== undefined || (call.uid ?? uid) !== uid)) {
    return refuse(anotherUser());
  }
  const entered = newNamespaces(caller, call, pid);
  if (isRefused(entered)) return refuse(entered);
  const { clone_files, clone_thread } = call;
  const effect = {
    type: 'ProcessForked',
    pid,
    uid: call.uid ?? uid,
    caps: call.caps === undefined ? caps : sortCapabilities(call.caps),
    ...(clone_files && { clone_files }),
    ...(clone_thread && { clone_thread }),
  } as const;
  return succeed([effect, ...entered], pid);
}

/** In a user namespace it is not told that a process becomes another user. */
function anotherUser(): Refusal {
  return refusal('ENOTSUPP', 'not-modelled', { what: 'another user in a user namespace' });
}

/**
 * execve(2): close-on-exec fds go. A process of uid 0 has all capabilities of its bounding set in the
 * new image, also those that it had given up (`handle_privileged_root`); any other its ambient ones. The
 * other threads of the process end first (`de_thread`), and a table that is still shared stays with
 * those who share it (`unshare_files`).
 */
export function exec(caller: Caller, call: Calls['exec']): Decision {
  const { process, kernel } = caller;
  const lifetime = new Lifetime(kernel);
  const others = threadsOf(kernel, process).filter(({ pid }) => pid !== process.pid);
  end(lifetime, others, process);
  const dying = new Set(others.map(({ pid }) => pid));
  const unshares = process.shared_with.some((pid) => !dying.has(pid));
  if (unshares) lifetime.effects.push({ type: 'FilesUnshared' });
  lifetime.effects.push({
    type: 'ProcessExecuted',
    comm: call.comm ?? process.comm,
    caps: capsInNewImage(process),
    ...(process.pid === process.tgid ? {} : { pid: process.tgid }),
  });
  if (unshares) return succeed(lifetime.effects);
  for (const fd of fdsInOrder(process)) {
    if (fd.cloexec) lifetime.dropFile(fd.file, 'process_executed');
  }
  return succeed(lifetime.effects);
}

/** Nobody is root in a user namespace, as it maps no uids here: what is ambient stays. */
function capsInNewImage({ uid, sets, namespaces }: Process): readonly Capability[] {
  return namespaces.user === HOSTS_NAMESPACE ? capsAfterExec(uid, sets) : sets.ambient;
}

/**
 * The process ends: all its fds close and its mailbox is dropped. Init cannot end: a
 * kernel that loses it panics, and a host without it could never make a call again.
 */
export function exit(caller: Caller, call: Calls['exit']): Decision {
  const { process, kernel } = caller;
  const ends = call.thread === true ? [process] : threadsOf(kernel, process);
  const init = ends.find(({ pid }) => pid === BOOT_PID);
  if (init !== undefined) return refuse(refusal('EPERM', 'init-stays', { pid: init.pid }));
  return succeed(endEffects(caller, ends));
}

/** A signal that ends a process: all its threads. Init is deaf to it (`sig_task_ignored`). */
export function kill(caller: Caller, { to_pid: pid }: Calls['kill']): Decision {
  const { process, kernel } = caller;
  const target = kernel.processes.get(pid);
  if (target === undefined) return refuse(refusal('ESRCH', 'no-such-process', { pid }));
  const own = process.tgid === target.tgid || process.uid === target.uid;
  if (!own && !hasAll(caller, target.namespaces.user))
    return refuse(refusal('EPERM', 'may-not-kill', { pid }));
  return succeed(target.tgid === BOOT_PID ? [] : endEffects(caller, threadsOf(kernel, target)));
}

/** The effects when processes end, threads and all. */
export function endEffects(caller: Caller, ends: readonly Process[]): Effect[] {
  const lifetime = new Lifetime(caller.kernel);
  end(lifetime, ends, caller.process);
  return lifetime.effects;
}

/** The ends of processes, then what went with their fds; a shared table goes with its last user. */
function end(lifetime: Lifetime, ends: readonly Process[], by: Process): void {
  for (const { pid } of ends) {
    lifetime.effects.push({ type: 'ProcessExited', ...(pid === by.pid ? {} : { pid }) });
  }
  const dying = new Set(ends.map(({ pid }) => pid));
  for (const { pid, fds, shared_with, mailbox } of ends) {
    const isLast = shared_with.every((other) => dying.has(other) && other < pid);
    if (isLast) for (const fd of fdsInOrder({ fds })) lifetime.dropFile(fd.file, 'process_exited');
    for (const file of mailbox) lifetime.dropFile(file, 'in_flight_dropped');
  }
  for (const [namespace, left] of mountNamespacesOf(ends)) lifetime.leaveMounts(namespace, left);
}

/** How many of some processes are in each mount namespace that is not the host's. */
function mountNamespacesOf(processes: readonly Process[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const { namespaces } of processes) {
    if (namespaces.mount === HOSTS_NAMESPACE) continue;
    counts.set(namespaces.mount, (counts.get(namespaces.mount) ?? 0) + 1);
  }
  return counts;
}

/** Become `uid` with exactly `caps`; from another uid than 0, capabilities can only be given up. */
export function capset(caller: Caller, call: Calls['capset']): Decision {
  const { uid, caps, namespaces } = caller.process;
  const isInside = namespaces.user !== HOSTS_NAMESPACE;
  if (isInside && (call.uid ?? uid) !== uid) return refuse(anotherUser());
  const most = isInside ? rootsSet(caps) : caps;
  const lacking = call.caps.filter((capability) => !most.includes(capability));
  if ((uid !== 0 || isInside) && (lacking.length > 0 || (call.uid ?? uid) !== uid)) {
    const wanted = lacking.join(', ') || `uid ${call.uid}`;
    return refuse(refusal('EPERM', 'credentials-cannot-grow', { uid, wanted }));
  }
  const sets = changedSets(caller, call);
  if (isRefused(sets)) return refuse(sets);
  const effect = { uid: call.uid ?? uid, caps: sortCapabilities(call.caps) };
  return succeed([{ type: 'CredentialsChanged', ...effect, ...sets }]);
}

/**
 * The sets that count at exec, as far as they change: nobody gets a bounding capability back, only root
 * drops one; what is ambient is permitted and inheritable (`cap_capset`, `cap_task_prctl`).
 */
function changedSets(caller: Caller, call: Calls['capset']): Partial<ExecSets> | Refusal {
  const { uid, caps, sets, namespaces } = caller.process;
  const isFull = hasAll(caller, namespaces.user);
  const { bounding = sets.bounding, inheritable = sets.inheritable } = call;
  const within = (names: readonly Capability[], most: readonly Capability[]) =>
    names.every((name) => most.includes(name));
  const [most, left] = [rootsSet(sets.bounding), rootsSet(bounding)];
  const drops = !within(most, left);
  const inheritableMost = union(sets.inheritable, isFull ? left : caps);
  const ambientMost = call.caps.filter((name) => inheritable.includes(name));
  const { ambient = sets.ambient.filter((name) => ambientMost.includes(name)) } = call;
  if (!within(left, most) || (drops && !isFull)) {
    return refusal('EPERM', 'bounding-set-shrinks', { uid });
  }
  const inBounds = within(inheritable, union(sets.inheritable, left));
  if (!inBounds || !within(inheritable, inheritableMost)) {
    return refusal('EPERM', 'may-not-inherit', { uid });
  }
  if (!within(ambient, ambientMost)) return refusal('EPERM', 'may-not-be-ambient', { uid });
  return {
    ...(call.bounding === undefined ? {} : { bounding: sortCapabilities(bounding) }),
    ...(call.inheritable === undefined ? {} : { inheritable: sortCapabilities(inheritable) }),
    ...(ambient.length === sets.ambient.length && call.ambient === undefined
      ? {}
      : { ambient: sortCapabilities(ambient) }),
  };
}

/** setrlimit(2): no limit of fds may pass fs.nr_open, whatever the capabilities (`do_prlimit`). */
export function setrlimit(caller: Caller, { nofile, memlock }: Calls['setrlimit']): Decision {
  if (nofile !== undefined && nofile > NR_OPEN) {
    return refuse(refusal('EPERM', 'nofile-over-nr-open', { nofile, nr_open: NR_OPEN }));
  }
  const raised = memlock === undefined ? undefined : memlockRaised(caller, memlock);
  if (raised !== undefined) return refuse(raised);
  return succeed([
    ...(nofile === undefined ? [] : [{ type: 'NofileLimited', nofile } as const]),
    ...(memlock === undefined ? [] : [{ type: 'MemlockLimited', memlock } as const]),
  ]);
}

/** Root alone opens the file, whatever its capabilities; 1 is for ever (`bpf_unpriv_handler`). */
export function sysctl(caller: Caller, { variable, value }: Calls['sysctl']): Decision {
  const { process, kernel } = caller;
  const now = kernel.sysctls[variable];
  const about = { variable, value, now };
  if (process.uid !== 0) return refuse(refusal('EACCES', 'sysctl-not-writable', { variable }));
  const goesBack = kernel.switches.unprivileged_sysctl_goes_back;
  if (goesBack && !has(caller, 'sys_admin')) {
    return refuse(refusal('EPERM', 'needs-sys-admin', { call: 'sysctl' }));
  }
  const isTaken = goesBack ? value >= 0 && value <= 2 : value === 1;
  if (!isTaken) return refuse(refusal('EINVAL', 'sysctl-value', about));
  if (now === 1 && value !== 1) return refuse(refusal('EPERM', 'sysctl-locked', about));
  return succeed(now === value ? [] : [{ type: 'SysctlSet', variable, value }]);
}

/** umask(2): the new mask, of which permission bits count; the old one is the answer. */
export function umask({ process }: Caller, call: Calls['umask']): Decision {
  const mask = call.mask & 0o777;
  return succeed(mask === process.umask ? [] : [{ type: 'UmaskSet', mask }], process.umask);
}

function sortCapabilities(caps: readonly Capability[]): readonly Capability[] {
  return ALL_CAPABILITIES.filter((capability) => caps.includes(capability));
}
