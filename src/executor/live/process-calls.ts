/** Calls about processes: their fds are real, their numbers and credentials are kept here. */
import { type ChildProcess, spawn as startProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import type { CallOf } from '../../domain/call.ts';
import { ALL_CAPABILITIES } from '../../domain/capability.ts';
import type { Decision } from '../../domain/decision.ts';
import { NR_OPEN } from '../../domain/release/config.ts';
import { must, SYS } from '../kernel/syscall.ts';
import { procPath } from './beneath.ts';
import { release } from './bpf.ts';
import { failWith, type LiveCaller, type LiveKernel, succeed } from './live-kernel.ts';
import type { LiveFd, LiveProcess } from './process.ts';

const F_DUPFD_CLOEXEC = 1030;
const LOWEST_FD = 3;

/** A process with 0, 1 and 2 open and nothing else. */
export function newProcess(live: LiveKernel, pid: number, comm: string): LiveProcess {
  const standard = (real: number): LiveFd => {
    return { real, cloexec: false, kind: 'other', id: 0, standard: true };
  };
  const { directory, file } = live.standard;
  const fds = new Map([directory, file, file].map((real, fd) => [fd, standard(real)]));
  const { nofile } = live.config;
  const rest = { nofile, mailbox: [], cgroup: undefined, placeholder: undefined };
  return { pid, comm, uid: 0, caps: ALL_CAPABILITIES, fds, ...rest };
}

export function spawn({ live }: LiveCaller, call: CallOf<'spawn'>): Decision {
  const pid = call.child_pid ?? live.nameNew('process');
  if (live.processes.has(pid)) return failWith('EEXIST');
  const child = newProcess(live, pid, call.comm ?? '');
  child.uid = call.uid ?? 0;
  child.caps = call.caps ?? (child.uid === 0 ? ALL_CAPABILITIES : []);
  live.processes.set(pid, child);
  const { comm, uid, caps } = child;
  return succeed([{ type: 'ProcessSpawned', pid, comm, uid, caps }], pid);
}

/** Every number of the child is a duplicate: the open file description is shared, as by fork. */
export async function fork(caller: LiveCaller, call: CallOf<'fork'>): Promise<Decision> {
  const { live, process } = caller;
  const pid = call.child_pid ?? live.nameNew('process');
  if (live.processes.has(pid)) return failWith('EEXIST');
  const fds = new Map([...process.fds].map(([n, fd]) => [n, duplicate(live, fd)]));
  const uid = call.uid ?? process.uid;
  const caps = call.caps ?? process.caps;
  const child = { ...process, pid, uid, caps, fds, mailbox: [], placeholder: undefined };
  live.processes.set(pid, child);
  if (process.cgroup !== undefined) await stand(caller.live, child, process.cgroup);
  return succeed([{ type: 'ProcessForked', pid, uid, caps }], pid);
}

/** Makes another real fd on the same open file description. */
export function duplicate(live: LiveKernel, fd: LiveFd): LiveFd {
  if (fd.standard === true) return fd;
  const real = live.kernel.call(SYS.fcntl, fd.real, F_DUPFD_CLOEXEC, LOWEST_FD);
  return { ...fd, real: must(real, `duplicate ${fd.real}`) };
}

export function exec(caller: LiveCaller, call: CallOf<'exec'>): Decision {
  const { process } = caller;
  for (const [number, fd] of process.fds) {
    if (!fd.cloexec) continue;
    process.fds.delete(number);
    release(caller, fd);
  }
  process.comm = call.comm ?? process.comm;
  if (process.uid !== 0) process.caps = [];
  return succeed([{ type: 'ProcessExecuted', comm: process.comm, caps: process.caps }]);
}

export async function exit(caller: LiveCaller): Promise<Decision> {
  const { live, process } = caller;
  for (const fd of [...process.fds.values(), ...process.mailbox]) release(caller, fd);
  live.processes.delete(process.pid);
  await dismiss(process);
  return succeed([{ type: 'ProcessExited' }]);
}

export function capset({ process }: LiveCaller, call: CallOf<'capset'>): Decision {
  const uid = call.uid ?? process.uid;
  const lacking = call.caps.some((capability) => !process.caps.includes(capability));
  if (process.uid !== 0 && (lacking || uid !== process.uid)) return failWith('EPERM');
  process.uid = uid;
  process.caps = call.caps;
  return succeed([{ type: 'CredentialsChanged', uid, caps: call.caps }]);
}

export function setrlimit({ process }: LiveCaller, call: CallOf<'setrlimit'>): Decision {
  if (call.nofile > NR_OPEN) return failWith('EPERM');
  process.nofile = call.nofile;
  return succeed([{ type: 'NofileLimited', nofile: call.nofile }]);
}

/** The cgroup is made busy by a process of its own, which goes when this one does. */
export async function join(caller: LiveCaller, call: CallOf<'join'>): Promise<Decision> {
  const { live, process } = caller;
  const cgroup = live.cgroups.at(call.path);
  if (cgroup === undefined) return failWith('ENOENT');
  await stand(live, process, call.path);
  return succeed([{ type: 'ProcessMoved', cgroup_id: cgroup.id }]);
}

/** Makes a cgroup busy in the name of a process. */
export async function stand(live: LiveKernel, process: LiveProcess, path: string): Promise<void> {
  const cgroup = live.cgroups.at(path);
  if (cgroup === undefined) throw new Error(`no cgroup ${path}`);
  process.placeholder ??= await startPlaceholder();
  writeFileSync(`${procPath(cgroup.fd)}/cgroup.procs`, `${process.placeholder.pid}`);
  process.cgroup = path;
}

/** `cat` waits on a pipe from us, so it ends with us, however we end. */
async function startPlaceholder(): Promise<ChildProcess> {
  const child = startProcess('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
  await new Promise((started, failed) => {
    child.once('spawn', started);
    child.once('error', failed);
  });
  child.unref();
  return child;
}

/** Ends a placeholder and waits until the kernel has let go of it. */
export async function dismiss(process: LiveProcess): Promise<void> {
  const { placeholder: child } = process;
  if (child === undefined) return;
  process.placeholder = undefined;
  // Somebody else may have ended it: then there is no end to wait for.
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((gone) => {
    child.once('exit', gone);
    child.ref();
    child.kill('SIGKILL');
  });
}
