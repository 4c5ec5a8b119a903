/** Calls about processes: their fds are real, their numbers and credentials are kept here. */
import { type ChildProcess, spawn as startProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import type { CallOf } from '../../domain/call.ts';
import { ROOT_CAPABILITIES } from '../../domain/capability.ts';
import type { Decision } from '../../domain/decision.ts';
import { capsAfterExec, USUAL_SETS } from '../../domain/exec-sets.ts';
import { isWithin } from '../../domain/path.ts';
import { BOOT_PID, NR_OPEN } from '../../domain/release/config.ts';
import { type Answered, must, SYS } from '../../native/syscall.ts';
import { openBeneath, procPath } from './beneath.ts';
import { release } from './bpf.ts';
import { runUnderRights } from './conditions.ts';
import { failWith, type LiveCaller, type LiveKernel, succeed } from './live-kernel.ts';
import { letGo, makeNamespaces } from './namespaces.ts';
import { isFullRoot, type LiveFd, type LiveProcess } from './process.ts';

const F_DUPFD_CLOEXEC = 1030;
const LOWEST_FD = 3;
const O_WRONLY = 1;
const PROCS = 'cgroup.procs';

/** A process with 0, 1 and 2 open and nothing else. */
export function newProcess(live: LiveKernel, pid: number, comm: string): LiveProcess {
  const standard = (real: number): LiveFd => {
    return { real, cloexec: false, kind: 'other', id: 0, standard: true };
  };
  const { directory, file } = live.standard;
  const fds = new Map([directory, file, file].map((real, fd) => [fd, standard(real)]));
  const { nofile, memlock = -1 } = live.config;
  const rest = {
    sets: USUAL_SETS,
    nofile,
    memlock,
    umask: 0o022,
    fs: {},
    mounts: undefined,
    mailbox: [],
    cgroup: undefined,
    placeholder: undefined,
  };
  return { pid, tgid: pid, comm, uid: 0, caps: ROOT_CAPABILITIES, fds, ...rest };
}

export function spawn({ live }: LiveCaller, call: CallOf<'spawn'>): Decision {
  const pid = call.child_pid ?? live.nameNew('process');
  if (live.processes.has(pid)) return failWith('EEXIST');
  const child = newProcess(live, pid, call.comm ?? '');
  child.uid = call.uid ?? 0;
  child.caps = call.caps ?? (child.uid === 0 ? ROOT_CAPABILITIES : []);
  live.processes.set(pid, child);
  const { comm, uid, caps } = child;
  return succeed([{ type: 'ProcessSpawned', pid, comm, uid, caps }], pid);
}

/** Every number of the child is a duplicate: the open file description is shared, as by fork. */
export async function fork(caller: LiveCaller, call: CallOf<'fork'>): Promise<Decision> {
  const { live, process } = caller;
  if (live.processes.has(call.child_pid ?? 0)) return failWith('EEXIST');
  if (call.clone_thread && call.clone_newns) return failWith('EINVAL');
  const entered = makeNamespaces(caller, call);
  if ('errno' in entered) return failWith(entered.errno);
  const pid = call.child_pid ?? live.nameNew('process');
  const fds = call.clone_files === true ? process.fds : copyFds(live, process.fds);
  const uid = call.uid ?? process.uid;
  const caps = call.caps ?? process.caps;
  const tgid = call.clone_thread === true ? process.tgid : pid;
  const fs = call.clone_thread === true ? process.fs : {};
  const rest = { fs, mounts: entered.mounts, mailbox: [], placeholder: undefined };
  const child = { ...process, pid, tgid, uid, caps, fds, ...rest };
  live.processes.set(pid, child);
  if (process.cgroup !== undefined) await stand(caller.live, child, process.cgroup);
  return succeed([{ type: 'ProcessForked', pid, uid, caps }], pid);
}

/** A table with the same fds. */
export function copyFds(live: LiveKernel, fds: LiveProcess['fds']): LiveProcess['fds'] {
  return new Map([...fds].map(([n, fd]) => [n, duplicate(live, fd)]));
}

/** Whether no other process has the table of this one. */
export function isOwnTable({ processes }: LiveKernel, { pid, fds }: LiveProcess): boolean {
  return [...processes.values()].every((other) => other.fds !== fds || other.pid === pid);
}

/** Another real fd on the same open file description. */
export function duplicate(live: LiveKernel, fd: LiveFd): LiveFd {
  if (fd.standard === true) return fd;
  const real = live.kernel.call(SYS.fcntl, fd.real, F_DUPFD_CLOEXEC, LOWEST_FD);
  return { ...fd, real: must(real, `duplicate ${fd.real}`) };
}

/** The other threads end; what is still shared then stays with those who share it. */
export async function exec(caller: LiveCaller, call: CallOf<'exec'>): Promise<Decision> {
  const { live, process } = caller;
  for (const thread of threadsOf(live, process)) {
    if (thread.pid !== process.pid) await end(caller, thread);
  }
  if (!isOwnTable(live, process)) process.fds = copyFds(live, process.fds);
  for (const [number, fd] of process.fds) {
    if (!fd.cloexec) continue;
    process.fds.delete(number);
    release(caller, fd);
  }
  process.comm = call.comm ?? process.comm;
  process.caps = capsAfterExec(process.uid, process.sets);
  if (process.pid !== process.tgid) {
    live.processes.delete(process.pid);
    live.processes.set(process.tgid, { ...process, pid: process.tgid });
  }
  return succeed([{ type: 'ProcessExecuted', comm: process.comm, caps: process.caps }]);
}

export async function exit(caller: LiveCaller, call: CallOf<'exit'>): Promise<Decision> {
  const { live, process } = caller;
  const ends = call.thread === true ? [process] : threadsOf(live, process);
  for (const thread of ends) await end(caller, thread);
  return succeed([{ type: 'ProcessExited' }]);
}

export async function kill(caller: LiveCaller, call: CallOf<'kill'>): Promise<Decision> {
  const { live, process } = caller;
  const target = live.processes.get(call.to_pid);
  if (target === undefined) return failWith('ESRCH');
  const own = process.tgid === target.tgid || process.uid === target.uid;
  if (!own && !isFullRoot(process)) return failWith('EPERM');
  if (target.tgid === BOOT_PID) return succeed();
  for (const thread of threadsOf(live, target)) await end(caller, thread);
  return succeed([{ type: 'ProcessExited', pid: target.pid }]);
}

function threadsOf({ processes }: LiveKernel, { tgid }: LiveProcess): LiveProcess[] {
  return [...processes.values()].filter((process) => process.tgid === tgid);
}

async function end(caller: LiveCaller, process: LiveProcess): Promise<void> {
  const { live } = caller;
  const closing = isOwnTable(live, process) ? [...process.fds.values()] : [];
  for (const fd of [...closing, ...process.mailbox]) release(caller, fd);
  live.processes.delete(process.pid);
  letGo(live, process.mounts);
  await dismiss(process);
}

export function capset({ process }: LiveCaller, call: CallOf<'capset'>): Decision {
  const uid = call.uid ?? process.uid;
  const lacking = call.caps.some((capability) => !process.caps.includes(capability));
  if (process.uid !== 0 && (lacking || uid !== process.uid)) return failWith('EPERM');
  process.uid = uid;
  process.caps = call.caps;
  const { bounding, inheritable, ambient } = { ...process.sets, ...call };
  process.sets = { bounding, inheritable, ambient };
  return succeed([{ type: 'CredentialsChanged', uid, caps: call.caps }]);
}

export function setrlimit({ process }: LiveCaller, call: CallOf<'setrlimit'>): Decision {
  const { nofile, memlock } = call;
  if (nofile !== undefined && nofile > NR_OPEN) return failWith('EPERM');
  process.nofile = nofile ?? process.nofile;
  process.memlock = memlock ?? process.memlock;
  return succeed([
    ...(nofile === undefined ? [] : [{ type: 'NofileLimited', nofile } as const]),
    ...(memlock === undefined ? [] : [{ type: 'MemlockLimited', memlock } as const]),
  ]);
}

export function umask({ live, process }: LiveCaller, call: CallOf<'umask'>): Decision {
  const old = process.umask;
  for (const other of live.processes.values()) {
    if (other.fs === process.fs) other.umask = call.mask & 0o777;
  }
  return succeed([{ type: 'UmaskSet', mask: process.umask }], old);
}

/**
 * The cgroup is made busy by a process of its own, which goes when this one does; it is moved by the
 * rights of the caller, who opens the file before the process is looked up.
 */
export async function join(caller: LiveCaller, call: CallOf<'join'>): Promise<Decision> {
  const { live, process } = caller;
  const file = call.path === '/' ? `/${PROCS}` : `${call.path}/${PROCS}`;
  const opened = openForWriting(caller, file);
  if ('errno' in opened) return failWith(opened.errno);
  try {
    const target = live.processes.get(call.target_pid ?? process.pid);
    if (target === undefined) return failWith('ESRCH');
    for (const thread of threadsOf(live, target)) {
      const { pid } = await placeholderOf(live, thread);
      const moved = runUnderRights(caller, () => writeText(live, opened.ret, `${pid}`));
      if ('errno' in moved) return failWith(moved.errno);
      thread.cgroup = call.path;
    }
    const id = live.cgroups.at(call.path)?.id ?? 0;
    return succeed([{ type: 'ProcessMoved', cgroup_id: id }]);
  } finally {
    live.kernel.call(SYS.close, opened.ret);
  }
}

/** A control file of the hierarchy, opened by the caller's rights. */
export function openForWriting(caller: LiveCaller, path: string): Answered {
  const { kernel, cgroups } = caller.live;
  return runUnderRights(caller, () => openBeneath(kernel, cgroups.top, path, O_WRONLY));
}

export function writeText({ kernel }: LiveKernel, fd: number, text: string): Answered {
  const bytes = Buffer.from(text);
  return kernel.call(SYS.write, fd, bytes, bytes.length);
}

/** Ends the processes in a cgroup and below, which the kernel has killed in their placeholders. */
export async function endWithin(caller: LiveCaller, path: string): Promise<void> {
  for (const process of [...caller.live.processes.values()]) {
    const within = process.cgroup !== undefined && isWithin(process.cgroup, path);
    if (within && process.tgid !== BOOT_PID) await end(caller, process);
  }
}

/** Makes a cgroup busy in the name of a process. */
export async function stand(live: LiveKernel, process: LiveProcess, path: string): Promise<void> {
  const cgroup = live.cgroups.at(path);
  if (cgroup === undefined) throw new Error(`no cgroup ${path}`);
  const { pid } = await placeholderOf(live, process);
  writeFileSync(`${procPath(cgroup.fd)}/${PROCS}`, `${pid}`);
  process.cgroup = path;
}

/** The process that stands for one of the log; it begins in the top, as the log has it. */
async function placeholderOf(live: LiveKernel, process: LiveProcess): Promise<ChildProcess> {
  if (process.placeholder !== undefined) return process.placeholder;
  const started = await startPlaceholder();
  process.placeholder = started;
  writeFileSync(`${procPath(live.cgroups.top.fd)}/${PROCS}`, `${started.pid}`);
  return started;
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

/** Ends a placeholder and waits until the kernel has released it. */
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
