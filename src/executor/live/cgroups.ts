/** The cgroups below the top that a live kernel works in: the log's paths and ids, and real ones. */
import { fstatSync } from 'node:fs';
import { must, SYS, type SystemCalls } from '../../native/syscall.ts';
import { type Base, lookAt, O_DIRECTORY, openBeneath } from './beneath.ts';

export interface LiveCgroup {
  readonly id: number;
  readonly path: string;
  /** The kernel's id: the inode number of the directory. */
  readonly inode: bigint;
  /** An open directory to query by. */
  readonly fd: number;
}

export class Cgroups {
  /** The directory that is `/`. */
  readonly top: Base;
  readonly #kernel: SystemCalls;
  readonly #living = new Map<string, LiveCgroup>();
  readonly #ids = new Map<bigint, number>();
  readonly #inodes = new Map<number, bigint>();

  constructor(kernel: SystemCalls, top: Base, topId: number) {
    this.#kernel = kernel;
    this.top = top;
    this.open('/', topId);
  }

  /** Takes the directory that stands at a path for the cgroup that the log calls `id`. */
  open(path: string, id: number): void {
    const fd = must(openBeneath(this.#kernel, this.top, path, O_DIRECTORY), `open ${path}`);
    const inode = inodeOf(fd);
    this.#living.set(path, { id, path, inode, fd });
    this.#ids.set(inode, id);
    this.#inodes.set(id, inode);
  }

  /** Closes the directory of a cgroup that was removed; answers the log's id. */
  remove(path: string): number {
    const gone = this.#living.get(path);
    if (gone === undefined) throw new Error(`no cgroup ${path}`);
    this.#kernel.call(SYS.close, gone.fd);
    this.#living.delete(path);
    return gone.id;
  }

  at(path: string): LiveCgroup | undefined {
    return this.#living.get(path);
  }

  /** Whose cgroup has a path: the log's, somebody else's, or nobody's because there is none. */
  ownerAt(path: string): 'ours' | 'foreign' | undefined {
    const inode = lookAt(this.#kernel, this.top, path, inodeOf);
    if (inode === undefined) return undefined;
    return this.#living.get(path)?.inode === inode ? 'ours' : 'foreign';
  }

  /**
   * Works on a cgroup of the log. Others may remove it at any moment: what fails then fails for that.
   *
   * @returns undefined when the cgroup is gone
   */
  whileOurs<T>(path: string, work: () => T): T | undefined {
    const isOurs = () => this.ownerAt(path) === 'ours';
    try {
      return isOurs() ? work() : undefined;
    } catch (error) {
      if (isOurs()) throw error;
      return undefined;
    }
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

function inodeOf(fd: number): bigint {
  return fstatSync(fd, { bigint: true }).ino;
}
