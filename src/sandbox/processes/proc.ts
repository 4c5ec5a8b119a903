/** What /proc says of the processes of a run (proc(5)). */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

interface Status {
  readonly comm: string;
  readonly tgid: number;
  readonly ppid: number;
}

/** Fields of /proc/PID/stat, counted behind the name. */
const STAT = { ppid: 1, startStack: 25 } as const;
const O_CLOEXEC = 0o2000000;

/** A thread's process, its name and its parent; undefined when it is gone. */
export function statusOf(tid: number): Status | undefined {
  const text = read(`/proc/${tid}/status`);
  if (text === undefined) return undefined;
  const field = (name: string) => new RegExp(`^${name}:\\t(.*)$`, 'mu').exec(text)?.[1] ?? '';
  return { comm: field('Name'), tgid: Number(field('Tgid')), ppid: Number(field('PPid')) };
}

/** What is another one after each exec: where the stack of the program begins. */
export function imageOf(pid: number): string {
  return statOf(pid)?.[STAT.startStack] ?? '';
}

/** Whether a thread is one of a process. */
export function hasThread(pid: number, tid: number): boolean {
  return read(`/proc/${pid}/task/${tid}/comm`) !== undefined;
}

/** The open fds of a process and where their links point; none of one that is gone. */
export function fdLinksOf(pid: number): Map<number, string> {
  const links = new Map<number, string>();
  for (const name of list(`/proc/${pid}/fd`)) {
    const link = tryRead(() => readlinkSync(`/proc/${pid}/fd/${name}`));
    if (link !== undefined) links.set(Number(name), link);
  }
  return links;
}

/** Whether a new fd has a number below the limit of a process. */
export function hasFreeFd(pid: number): boolean {
  const soft = /^Max open files\s+(\d+)/mu.exec(read(`/proc/${pid}/limits`) ?? '')?.[1];
  const limit = Number(soft ?? Number.POSITIVE_INFINITY);
  return list(`/proc/${pid}/fd`).filter((name) => Number(name) < limit).length < limit;
}

/** Whether exec closes an fd. */
export function isClosedByExec(pid: number, fd: number): boolean {
  const flags = /^flags:\t0?([0-7]+)$/mu.exec(read(`/proc/${pid}/fdinfo/${fd}`) ?? '')?.[1];
  return (Number.parseInt(flags ?? '0', 8) & O_CLOEXEC) !== 0;
}

/** Pids of the processes below one, the nearest first. */
export function descendantsOf(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of list('/proc')) {
    const pid = Number(name);
    const ppid = Number.isInteger(pid) ? statOf(pid)?.[STAT.ppid] : undefined;
    if (ppid === undefined) continue;
    children.set(Number(ppid), [...(children.get(Number(ppid)) ?? []), pid]);
  }
  const found: number[] = [];
  for (let level = [root]; level.length > 0; ) {
    level = level.flatMap((pid) => children.get(pid) ?? []);
    found.push(...level);
  }
  return found;
}

/** Whether a process is below another one. */
export function isBelow(root: number, pid: number): boolean {
  let above = pid;
  while (above > 1 && above !== root) above = Number(statOf(above)?.[STAT.ppid] ?? 0);
  return above === root && pid !== root;
}

/** Whether a process has more seccomp filters than this one: it, or who started it, was run here. */
export function isUnderFilter(pid: number): boolean {
  return filtersOf(String(pid)) > filtersOf('self');
}

/** Kernels before 5.9 do not count them. */
function filtersOf(pid: string): number {
  const text = read(`/proc/${pid}/status`) ?? '';
  return Number(/^Seccomp_filters:\t(\d+)$/mu.exec(text)?.[1] ?? 0);
}

/** The fields behind the name, which may hold blanks and brackets. */
function statOf(pid: number): readonly string[] | undefined {
  const text = read(`/proc/${pid}/stat`);
  return text?.slice(text.lastIndexOf(')') + 2).split(' ');
}

function read(path: string): string | undefined {
  return tryRead(() => readFileSync(path, 'latin1'));
}

function list(path: string): readonly string[] {
  return tryRead(() => readdirSync(path)) ?? [];
}

/** What is gone, or not ours to read, says nothing. */
function tryRead<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}
