/** Processes: spawn, fork, exec, exit, credentials and limits (semantics §14). */

import type { Calls } from '../call.ts';
import { type Caller, fdsInOrder } from '../caller.ts';
import { ALL_CAPABILITIES, type Capability } from '../capability.ts';
import { type Decision, refusal, refuse, succeed } from '../decision.ts';
import { Lifetime } from '../lifetime.ts';
import { BOOT_PID, NR_OPEN } from '../release/config.ts';

export function spawn(caller: Caller, call: Calls['spawn']): Decision {
  const pid = call.child_pid ?? caller.kernel.counters.pid;
  if (caller.kernel.processes.has(pid)) return refuse(refusal('EEXIST', 'pid-in-use', { pid }));
  const effect = {
    type: 'ProcessSpawned',
    pid,
    comm: call.comm ?? '',
    uid: call.uid ?? 0,
    caps: sortCapabilities(call.caps ?? ((call.uid ?? 0) === 0 ? ALL_CAPABILITIES : [])),
  } as const;
  return succeed([effect], pid);
}

export function fork(caller: Caller, call: Calls['fork']): Decision {
  const pid = call.child_pid ?? caller.kernel.counters.pid;
  if (caller.kernel.processes.has(pid)) return refuse(refusal('EEXIST', 'pid-in-use', { pid }));
  const { uid, caps } = caller.process;
  const given = call.caps === undefined ? caps : sortCapabilities(call.caps);
  return succeed([{ type: 'ProcessForked', pid, uid: call.uid ?? uid, caps: given }], pid);
}

/** execve(2): close-on-exec fds go, and a process of another uid than 0 loses its capabilities. */
export function exec(caller: Caller, call: Calls['exec']): Decision {
  const { process, kernel } = caller;
  const lifetime = new Lifetime(kernel);
  for (const fd of fdsInOrder(process)) {
    if (fd.cloexec) lifetime.dropFile(fd.file, 'process_executed');
  }
  const executed = {
    type: 'ProcessExecuted',
    comm: call.comm ?? process.comm,
    caps: process.uid === 0 ? process.caps : [],
  } as const;
  return succeed([executed, ...lifetime.effects]);
}

/**
 * The process ends: all its fds close and its mailbox is dropped. Init cannot end: a
 * kernel that loses it panics, and a host without it could never make a call again.
 */
export function exit(caller: Caller): Decision {
  const { pid } = caller.process;
  if (pid === BOOT_PID) return refuse(refusal('EPERM', 'init-stays', { pid }));
  const lifetime = new Lifetime(caller.kernel);
  for (const fd of fdsInOrder(caller.process)) lifetime.dropFile(fd.file, 'process_exited');
  for (const file of caller.process.mailbox) lifetime.dropFile(file, 'in_flight_dropped');
  return succeed([{ type: 'ProcessExited' }, ...lifetime.effects]);
}

/** Become `uid` with exactly `caps`; from another uid than 0, capabilities can only be given up. */
export function capset(caller: Caller, call: Calls['capset']): Decision {
  const { uid, caps } = caller.process;
  const lacking = call.caps.filter((capability) => !caps.includes(capability));
  if (uid !== 0 && (lacking.length > 0 || (call.uid ?? uid) !== uid)) {
    const wanted = lacking.join(', ') || `uid ${call.uid}`;
    return refuse(refusal('EPERM', 'credentials-cannot-grow', { uid, wanted }));
  }
  const effect = { uid: call.uid ?? uid, caps: sortCapabilities(call.caps) };
  return succeed([{ type: 'CredentialsChanged', ...effect }]);
}

/** setrlimit(2): nobody's limit may pass fs.nr_open, whatever the capabilities (`do_prlimit`). */
export function setrlimit({ nofile }: Calls['setrlimit']): Decision {
  if (nofile > NR_OPEN) {
    return refuse(refusal('EPERM', 'nofile-over-nr-open', { nofile, nr_open: NR_OPEN }));
  }
  return succeed([{ type: 'NofileLimited', nofile }]);
}

function sortCapabilities(caps: readonly Capability[]): readonly Capability[] {
  return ALL_CAPABILITIES.filter((capability) => caps.includes(capability));
}
