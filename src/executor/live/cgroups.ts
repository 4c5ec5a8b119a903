/** The cgroups below the top that a live kernel works in: the log's paths and ids, and real ones. */
import { statSync } from 'node:fs';
import { cString, type Kernel, must, SYS } from '../kernel/syscall.ts';

const O_DIRECTORY_CLOEXEC = 0o2200000;

export interface LiveCgroup {
  readonly id: number;
  readonly path: string;
  /** The kernel's id: the inode number of the directory. */
  readonly inode: bigint;
  /** An open directory to query by. */
  readonly fd: number;
}

export class Cgroups {
  readonly #kernel: Kernel;
  readonly #top: string;
  readonly #living = new Map<string, LiveCgroup>();
  readonly #ids = new Map<bigint, number>();
  readonly #inodes = new Map<number, bigint>();

  constructor(kernel: Kernel, top: string, topId: number) {
    this.#kernel = kernel;
    this.#top = top;
    this.made('/', topId);
  }

  /** The directory of a path of the log. */
  directory(path: string): string {
    return path === '/' ? this.#top : `${this.#top}${path}`;
  }

  made(path: string, id: number): void {
    const directory = this.directory(path);
    const inode = statSync(directory, { bigint: true }).ino;
    const opened = this.#kernel.call(SYS.open, cString(directory), O_DIRECTORY_CLOEXEC, 0);
    this.#living.set(path, { id, path, inode, fd: must(opened, `open ${directory}`) });
    this.#ids.set(inode, id);
    this.#inodes.set(id, inode);
  }

  removed(path: string): number {
    const gone = this.#living.get(path);
    if (gone === undefined) throw new Error(`no cgroup ${path}`);
    this.#kernel.call(SYS.close, gone.fd);
    this.#living.delete(path);
    return gone.id;
  }

  at(path: string): LiveCgroup | undefined {
    return this.#living.get(path);
  }

  living(): readonly LiveCgroup[] {
    return [...this.#living.values()];
  }

  /** The log's id of the kernel's; 0 for none, the negated inode number for a foreign one. */
  idOf(inode: bigint): number {
    return inode === 0n ? 0 : (this.#ids.get(inode) ?? -Number(inode));
  }

  /** The kernel's id of the log's, also of one that is gone; an unknown id stands for itself. */
  inodeOf(id: number): bigint {
    return this.#inodes.get(id) ?? BigInt(id);
  }

  close(): void {
    for (const { fd } of this.#living.values()) this.#kernel.call(SYS.close, fd);
    this.#living.clear();
  }
}
