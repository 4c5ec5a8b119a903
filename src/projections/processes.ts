/**
 * Processes and their fds, read from a kernel: a fork or an exit would write dozens of rows, so
 * they have no table. The kernel at a position comes from a snapshot and a fold of the log.
 */
import type { Capability } from '../domain/capability.ts';
import { decide } from '../domain/decide.ts';
import type { Effect } from '../domain/effect.ts';
import type { Kernel, OpenFile, Process } from '../domain/kernel.ts';
import { mapInTurns, type Pausing } from '../events/turns.ts';
import { type EffectiveOnType, effectiveOnCgroup } from './effective-on.ts';
import { livingPids } from './living.ts';
import type { CountedPage, PageRequest } from './moment.ts';

/** An open file description; fds with the same `file` share it, as dup, fork and sendmsg make them. */
export interface OpenFileView {
  /** Number of the open file description, unique within the boot. */
  readonly file: number;
  readonly kind: OpenFile['kind'];
  /** Id of the object or cgroup; 0 for `other`. */
  readonly id: number;
  /** The access of a restricted map fd. */
  readonly access?: 'read' | 'write';
  /** Fds of all processes that point here, and copies in flight. */
  readonly refs: number;
}

export interface FdView extends OpenFileView {
  readonly fd: number;
  readonly cloexec: boolean;
}

export interface ProcessView {
  readonly pid: number;
  readonly comm: string;
  readonly uid: number;
  readonly caps: readonly Capability[];
  /** Soft RLIMIT_NOFILE. */
  readonly nofile: number;
  /** RLIMIT_MEMLOCK in bytes, where there is one. */
  readonly memlock?: number;
  readonly cgroup_id: number;
  /** Of a thread: the process that it is of. */
  readonly tgid?: number;
  /** Other processes with the very same fd table (CLONE_FILES). */
  readonly shares_fds_with?: readonly number[];
  /** By number. */
  readonly fds: readonly FdView[];
  /** Sent to it and not yet received, oldest first. */
  readonly mailbox: readonly OpenFileView[];
}

/** Every living process, by pid. */
export function* processesOf(kernel: Kernel): Pausing<ProcessView[]> {
  const processes = [...kernel.processes.values()].sort((a, b) => a.pid - b.pid);
  return yield* mapInTurns(processes, (process) => viewOf(kernel, process));
}

/** A page of the living processes, by pid. */
export function livingProcesses(
  kernel: Kernel,
  page: PageRequest<number>,
): CountedPage<ProcessView> {
  const { page: pids, count } = livingPids(kernel, page);
  return { page: pids.map((pid) => viewOf(kernel, kernel.processes.get(pid) as Process)), count };
}

/** A process with what applies to it and what hangs on it. */
export interface ProcessDetail extends ProcessView {
  /** The path of its cgroup. */
  readonly cgroup?: string;
  /** What runs on its cgroup, so for it. */
  readonly effective: readonly EffectiveOnType[];
  /** What its exit would end, in order: objects that nothing else holds, and what hangs on these. */
  readonly exit_ends: readonly Effect[];
}

/** What the end of a process does to itself alone. */
const OF_ITSELF: ReadonlySet<Effect['type']> = new Set(['ProcessExited', 'FdClosed', 'FdLost']);

/** The living process with this pid, or undefined. */
export function processOf(kernel: Kernel, pid: number): ProcessDetail | undefined {
  const process = kernel.processes.get(pid);
  if (process === undefined) return undefined;
  const cgroup = kernel.cgroups.get(process.cgroup_id);
  const { effects } = decide(kernel, pid, { name: 'exit' });
  return {
    ...viewOf(kernel, process),
    ...(cgroup && { cgroup: cgroup.path }),
    effective: cgroup === undefined ? [] : effectiveOnCgroup(kernel, cgroup),
    exit_ends: effects.filter(({ type }) => !OF_ITSELF.has(type)),
  };
}

function viewOf(kernel: Kernel, process: Process): ProcessView {
  const { pid, tgid, comm, uid, caps, nofile, memlock, cgroup_id, shared_with } = process;
  const fds = [...process.fds].sort(([a], [b]) => a - b);
  return {
    pid,
    comm,
    uid,
    caps,
    nofile,
    ...(memlock < 0 ? {} : { memlock }),
    cgroup_id,
    ...(tgid === pid ? {} : { tgid }),
    ...(shared_with.length === 0 ? {} : { shares_fds_with: shared_with }),
    fds: fds.map(([fd, { file, cloexec }]) => ({ fd, cloexec, ...fileView(kernel, file) })),
    mailbox: process.mailbox.map((file) => fileView(kernel, file)),
  };
}

function fileView(kernel: Kernel, number: number): OpenFileView {
  const file = kernel.files.get(number);
  if (file === undefined) throw new Error(`impossible state: no open file ${number}`);
  const { kind, id, access, refs } = file;
  return { file: number, kind, id, ...(access && { access }), refs };
}
