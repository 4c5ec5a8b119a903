/** The processes that hold programs, maps, links or cgroups by fds. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { ObjectKind } from '../../domain/effect.ts';
import type { SurveyedCgroup } from './cgroup-tree.ts';
import { isCloexecInFdinfo, objectInFdinfo } from './fdinfo.ts';

/** As ptrace is denied: another user's process, or one of more privilege. */
const DENIED: readonly (string | undefined)[] = ['EACCES', 'EPERM'];

export interface SurveyedFd {
  readonly fd: number;
  readonly kind: ObjectKind | 'cgroup';
  readonly id: number;
  /** Of a cgroup. */
  readonly path?: string;
  readonly cloexec: boolean;
}

export interface SurveyedProcess {
  readonly pid: number;
  readonly comm: string;
  readonly uid: number;
  /** Path of its cgroup, when that is known. */
  readonly cgroup: string | undefined;
  readonly fds: readonly SurveyedFd[];
}

export interface Holders {
  readonly processes: readonly SurveyedProcess[];
  /** Pids of processes whose fds this one may not read. */
  readonly unread: readonly number[];
}

/** Reads which processes hold something; this process is left out. */
export function readHolders(cgroups: readonly SurveyedCgroup[]): Holders {
  const byDirectory = new Map(cgroups.map((cgroup) => [cgroup.directory, cgroup]));
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const processes: SurveyedProcess[] = [];
  const unread: number[] = [];
  for (const pid of pids.map(Number)) {
    if (pid === process.pid) continue;
    try {
      const holder = unlessGone(() => holderOf(pid, byDirectory));
      if (holder !== undefined) processes.push(holder);
    } catch (error) {
      if (!DENIED.includes((error as NodeJS.ErrnoException).code)) throw error;
      unread.push(pid);
    }
  }
  return { processes, unread };
}

function holderOf(
  pid: number,
  byDirectory: ReadonlyMap<string, SurveyedCgroup>,
): SurveyedProcess | undefined {
  const fds = readdirSync(`/proc/${pid}/fd`).flatMap(
    (name) => unlessGone(() => surveyFd(pid, Number(name), byDirectory)) ?? [],
  );
  if (fds.length === 0) return undefined;
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return {
    pid,
    comm: readFileSync(`/proc/${pid}/comm`, 'latin1').trimEnd(),
    uid: Number(/^Uid:\s*\d+\s+(\d+)/m.exec(status)?.[1] ?? 0),
    cgroup: /^0::(.*)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))?.[1],
    fds,
  };
}

/** What an fd of a process is open on, when that is a cgroup or a BPF object. */
function surveyFd(
  pid: number,
  fd: number,
  byDirectory: ReadonlyMap<string, SurveyedCgroup>,
): SurveyedFd | undefined {
  const target = readlinkSync(`/proc/${pid}/fd/${fd}`);
  const cgroup = byDirectory.get(target);
  if (cgroup === undefined && !target.startsWith('anon_inode:bpf')) return undefined;
  const info = readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'latin1');
  const cloexec = isCloexecInFdinfo(info);
  if (cgroup !== undefined)
    return { fd, kind: 'cgroup', id: cgroup.id, path: cgroup.path, cloexec };
  const object = objectInFdinfo(info);
  return object && { fd, ...object, cloexec };
}

/** What `read` gives; undefined when the process ended, or closed the fd, meanwhile. */
function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}
