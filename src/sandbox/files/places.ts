/**
 * Where a path of a program leads: into the virtual cgroup2 or bpffs, to a file of /proc that tells of
 * them, or to a file of this machine. Paths are walked by their text; symlinks are not looked at.
 */
import { readlinkSync } from 'node:fs';
import { isRefusal } from '../../domain/outcome.ts';
import type { LoggedCall } from '../world.ts';
import { type Mount, Mounts } from './mounts.ts';
import type { Shadow, TreePlace } from './shadow.ts';

/** A file of /proc that is answered here. */
export interface ProcPlace {
  readonly pid: number;
  /** Below the process's directory: `cgroup`, `fd/3`; with a slash before it, below /proc itself. */
  readonly file: string;
}

export type FilePlace =
  /** `named`: the path that led there, which one of several mounts may have. */
  | ({ readonly in: 'tree'; readonly named: string } & TreePlace)
  | ({ readonly in: 'proc' } & ProcPlace)
  /** `isOurs`: the real kernel would look for it elsewhere, from another directory. */
  | { readonly in: 'machine'; readonly path: string; readonly isOurs: boolean };

export const AT_FDCWD = -100;
const ROOT = { path: '/', isVirtual: false } as const;

export class Places {
  readonly mounts: Mounts;
  readonly #shadow: Shadow;
  /** Directories in the trees that processes went to, by pid: the real ones stayed where they were. */
  readonly #cwds = new Map<number, string>();

  /** @param mounted what is mounted at the start, beside both trees */
  constructor(shadow: Shadow, mounted: readonly Mount[] = []) {
    this.#shadow = shadow;
    this.mounts = new Mounts(mounted);
  }

  /**
   * Where a path leads.
   *
   * @param from the thread and its process
   * @param dirFd the directory that it is relative to
   * @returns undefined when that directory is none that is open
   */
  find(
    from: { readonly tid: number; readonly tgid: number },
    dirFd: number,
    path: string,
  ): FilePlace | undefined {
    const base = path.startsWith('/')
      ? ROOT
      : dirFd === AT_FDCWD
        ? this.cwdOf(from)
        : this.pathOfFd(from, dirFd);
    if (base === undefined) return undefined;
    const place = this.#of(from, walkPath(base.path, path), base.isVirtual);
    return place.in === 'tree' && /(?:^|\/)\.?$/u.test(path)
      ? { ...place, isDirectory: true }
      : place;
  }

  /** The place of an open fd; undefined when it is not open. */
  findFd(from: { readonly tid: number; readonly tgid: number }, fd: number): FilePlace | undefined {
    const base = this.pathOfFd(from, fd);
    return base === undefined ? undefined : this.#of(from, base.path, base.isVirtual);
  }

  /** The path that an fd has for the program. */
  pathOfFd(
    { tid }: { readonly tid: number },
    fd: number,
  ): { readonly path: string; readonly isVirtual: boolean } | undefined {
    const link = linkAt(`/proc/${tid}/fd/${fd}`);
    return link === undefined ? undefined : this.#resolveLink(link);
  }

  /** The program's own path for a link that the kernel shows. */
  #resolveLink(link: string): { readonly path: string; readonly isVirtual: boolean } {
    const place = this.#shadow.placeOf(link);
    if (place === undefined) return { path: link, isVirtual: false };
    return { path: this.mounts.pathOf(place), isVirtual: true };
  }

  cwdOf({
    tid,
    tgid,
  }: {
    readonly tid: number;
    readonly tgid: number;
  }): { readonly path: string; readonly isVirtual: boolean } | undefined {
    const own = this.#cwds.get(tgid);
    if (own !== undefined) return { path: own, isVirtual: true };
    const path = linkAt(`/proc/${tid}/cwd`);
    return path === undefined ? undefined : { path, isVirtual: false };
  }

  /** A process goes to a directory that only we know; undefined when it is back on the machine. */
  goTo(tgid: number, path: string | undefined): void {
    if (path === undefined) this.#cwds.delete(tgid);
    else this.#cwds.set(tgid, path);
  }

  /** Whether any process is in a directory that only we know. */
  get isAnyoneInside(): boolean {
    return this.#cwds.size > 0;
  }

  /** A child begins where its parent is; who has ended is nowhere. */
  follow({ pid, call, decision }: LoggedCall): void {
    if (this.#cwds.size === 0) return;
    const path = this.#cwds.get(pid);
    const isDone = !isRefusal(decision.outcome);
    if (call.name === 'exit' && isDone) this.#cwds.delete(pid);
    if (call.name !== 'fork' || path === undefined || call.child_pid === undefined) return;
    if (isDone) this.#cwds.set(call.child_pid, path);
  }

  #of(
    from: { readonly tid: number; readonly tgid: number },
    path: string,
    isOurs: boolean,
  ): FilePlace {
    const tree = this.mounts.placeOf(path);
    if (tree !== undefined) return { in: 'tree', named: path, ...tree };
    const proc = procPlace(from, path);
    if (proc === undefined) return { in: 'machine', path, isOurs };
    const [, fd, rest] = /^fd\/(\d+)(\/.*)$/u.exec(proc.file) ?? [];
    if (fd === undefined || rest === undefined) return { in: 'proc', ...proc };
    // Through an open directory: what is below it is looked for there.
    const base = this.pathOfFd({ tid: proc.pid }, Number(fd));
    if (base === undefined) return { in: 'proc', ...proc };
    return this.#of(from, walkPath(base.path, `.${rest}`), base.isVirtual);
  }
}

/** Files that tell of the kernel. */
const SHARED: readonly string[] = [
  ...['/version', '/version_signature', '/sys/kernel/osrelease'],
  '/sys/kernel/unprivileged_bpf_disabled',
];

function procPlace(
  { tid, tgid }: { readonly tid: number; readonly tgid: number },
  path: string,
): ProcPlace | undefined {
  if (!path.startsWith('/proc/')) return undefined;
  const shared = path.slice('/proc'.length);
  if (SHARED.includes(shared)) return { pid: tgid, file: shared };
  const [, who = '', file = ''] = /^\/proc\/([^/]+)(?:\/(.*))?$/u.exec(path) ?? [];
  if (who === 'mounts') return { pid: tgid, file: 'mounts' };
  if (who === 'self') return { pid: tgid, file };
  if (who === 'thread-self') return { pid: tid, file };
  if (!/^\d+$/u.test(who)) return undefined;
  return { pid: Number(who), file: file.replace(/^task\/\d+\//u, '') };
}

/** A path without `.`, `..` and empty names, from a directory. */
function walkPath(base: string, path: string): string {
  const names = path.startsWith('/') ? [] : base.split('/').filter((name) => name !== '');
  for (const name of path.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return `/${names.join('/')}`;
}

function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
