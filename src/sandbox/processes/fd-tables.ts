/**
 * Makes the fds of the model those that the processes really have. Programs close, duplicate and
 * pass fds without asking us; what a call is about is looked at before the call is decided, and what
 * differs is told to the model as the calls that lead there.
 */

import type { Process } from '../../domain/kernel.ts';
import { BOOT_PID, NR_OPEN } from '../../domain/release/config.ts';
import type { Libc } from '../../native/libc.ts';
import type { SandboxWorld } from '../world.ts';
import type { Descriptors, Tracked } from './descriptors.ts';
import { fdLinksOf, isClosedByExec } from './proc.ts';

/** A process, as far as its fds are looked at. */
export interface Holder {
  readonly pid: number;
  /** /proc/PID/fd, opened. */
  readonly fds: number;
}

/** What an fd is really open on. */
type Real =
  | { readonly is: 'closed' | 'other' }
  | { readonly is: 'object'; readonly tracked: Tracked; readonly file: number }
  | { readonly is: 'cgroup'; readonly id: number };

const LINK_BYTES = 4096;
const RLIMIT_NOFILE = 7;
const O_CLOEXEC = 0o2000000;
const CLOSED: Real = { is: 'closed' };
const OTHER: Real = { is: 'other' };

export class FdTables {
  readonly #libc: Libc;
  readonly #world: SandboxWorld;
  readonly #descriptors: Descriptors;
  readonly #cgroupAt: (link: string) => number | undefined;
  readonly #findHolder: (tracked: Tracked) => void;
  readonly #link = Buffer.alloc(LINK_BYTES);
  /** Objects of which it is being found out who has them. */
  readonly #sought = new Set<Tracked>();

  /**
   * @param from.cgroupAt the id of the cgroup whose directory a link in /proc/PID/fd names
   * @param from.findHolder makes known who has an object that nobody of the model has, if anyone
   */
  constructor(from: {
    readonly libc: Libc;
    readonly world: SandboxWorld;
    readonly descriptors: Descriptors;
    readonly cgroupAt: (link: string) => number | undefined;
    readonly findHolder: (tracked: Tracked) => void;
  }) {
    this.#libc = from.libc;
    this.#world = from.world;
    this.#descriptors = from.descriptors;
    this.#cgroupAt = from.cgroupAt;
    this.#findHolder = from.findHolder;
  }

  /** Looks at one fd. */
  look(holder: Holder, fd: number): void {
    if (fd < 0) return;
    const read = this.#libc.readlinkat(holder.fds, String(fd), this.#link);
    this.#settle(holder, fd, read < 0 ? CLOSED : this.#realOf(this.#link, read));
  }

  /** Looks at all fds that are open on something of the model, really or as the model has it. */
  lookAtAll(holder: Holder): void {
    const links = fdLinksOf(holder.pid);
    for (const [fd, link] of links) {
      const real = this.#realOf(Buffer.from(link));
      if (real.is !== 'other') this.#settle(holder, fd, real);
    }
    for (const fd of [...this.#process(holder.pid).fds.numbers()]) {
      const link = links.get(fd);
      const real = link === undefined ? CLOSED : this.#realOf(Buffer.from(link));
      if (real.is === 'closed' || real.is === 'other') this.#settle(holder, fd, real);
    }
  }

  /**
   * Makes a number the lowest free one, as it was when the kernel gave it to a new fd. What was open
   * below it then, another thread may have closed since.
   */
  makeNext(holder: Holder, number: number): void {
    const { pid } = holder;
    if (this.#process(pid).fds.has(number)) this.#close(pid, number);
    for (;;) {
      this.#fillBelow(holder, number);
      if (this.#process(pid).fds.lowestFree(undefined) >= number) return;
      this.#world.perform(pid, { name: 'open_other', kind: 'file' });
    }
  }

  /** Makes a table as full as it really is: the kernel has no number left. */
  fill(holder: Holder): void {
    const limit = Buffer.alloc(16);
    const read = this.#libc.prlimit(holder.pid, RLIMIT_NOFILE, null, limit);
    const nofile = Number(limit.readBigUInt64LE(0));
    const process = this.#process(holder.pid);
    if (read === 0 && nofile !== process.nofile) {
      this.#world.perform(holder.pid, { name: 'setrlimit', nofile });
    }
    this.#fillBelow(holder, nofile);
  }

  /** Looks at the free numbers below one, until one is really free. */
  #fillBelow(holder: Holder, number: number): void {
    for (;;) {
      const { fds } = this.#process(holder.pid);
      const free = fds.lowestFree(undefined);
      if (free >= number) return;
      this.look(holder, free);
      if (!this.#process(holder.pid).fds.has(free)) return;
    }
  }

  /** Closes in the model what nobody has any more. */
  closeEverywhere(tracked: Tracked): void {
    const { file, holder } = tracked;
    if (file === undefined) return;
    if (holder !== undefined && this.#has(holder, file)) this.#close(holder.pid, holder.fd);
    if (!this.#world.kernel.files.has(file)) return;
    for (const { pid, fd } of this.holdersOf(file)) this.#close(pid, fd);
  }

  /** The processes of the model that have an object; those that have it last are found soon. */
  pidsOf({ file, holder }: Tracked): readonly number[] {
    const refs = file === undefined ? 0 : (this.#world.kernel.files.get(file)?.refs ?? 0);
    if (file === undefined || refs === 0) return [];
    if (refs === 1 && holder !== undefined && this.#has(holder, file)) return [holder.pid];
    return this.holdersOf(file).map(({ pid }) => pid);
  }

  /** The processes of the model that have an open file, and where. */
  holdersOf(file: number): { readonly pid: number; readonly fd: number }[] {
    return [...this.#world.kernel.processes.values()].flatMap(({ pid, fds }) =>
      [...fds].flatMap(([fd, entry]) => (entry.file === file ? [{ pid, fd }] : [])),
    );
  }

  /** Finds who else has the objects that a process is about to let go of, where somebody must. */
  secure(pid: number, fds: readonly number[]): void {
    const dropped = new Map<number, number[]>();
    for (const fd of fds) {
      const file = this.#process(pid).fds.get(fd)?.file;
      if (file !== undefined) dropped.set(file, [...(dropped.get(file) ?? []), fd]);
    }
    for (const [file, own] of dropped) this.#keep(file, pid, own);
  }

  /** Gives an fd of the model to somebody whom we do not know: it is on its way, in a socket. */
  park(pid: number, fd: number): void {
    this.#world.perform(pid, { name: 'send_fd', fd, to_pid: BOOT_PID });
    this.#world.perform(BOOT_PID, { name: 'recv_fd' });
  }

  #keep(file: number, pid: number, fds: readonly number[]): void {
    const tracked = this.#descriptors.of(file);
    const isLast = () => {
      const dropped = fds.filter((fd) => this.#has({ pid, fd }, file)).length;
      return dropped > 0 && (this.#world.kernel.files.get(file)?.refs ?? 0) <= dropped;
    };
    if (tracked === undefined || tracked.isGone || !isLast()) return;
    // Who has it is being looked for already where objects changed places: it waits in between.
    if (!this.#sought.has(tracked)) {
      this.#sought.add(tracked);
      this.#findHolder(tracked);
      this.#sought.delete(tracked);
      if (!isLast()) return;
    }
    const held = [...this.#process(pid).fds].find(([, entry]) => entry.file === file);
    if (held !== undefined) this.park(pid, held[0]);
  }

  #settle(holder: Holder, fd: number, real: Real): void {
    const { pid } = holder;
    const entry = this.#process(pid).fds.get(fd);
    switch (real.is) {
      case 'closed':
        if (entry !== undefined) this.#close(pid, fd);
        return;
      case 'object':
        if (this.#isSame(entry?.file, real)) return;
        this.#withRoom(pid, fd, () => this.#place(pid, fd, real.tracked, real.file));
        return;
      case 'cgroup':
        if (this.#isOn(entry?.file, 'cgroup', real.id)) return;
        this.#withRoom(pid, fd, () => this.#placeCgroup(pid, fd, real.id));
        return;
      case 'other':
        if (this.#isOn(entry?.file, 'other', 0)) return;
        this.#withRoom(pid, fd, () => this.#placeOther(pid, fd));
        return;
      default:
        real satisfies never;
    }
  }

  /** What a process had before it lowered its limit, the model may learn of only now. */
  #withRoom(pid: number, fd: number, place: () => void): void {
    const { fds, nofile } = this.#process(pid);
    if (fd < nofile && fds.lowestFree(undefined) < nofile) return place();
    this.#world.perform(pid, { name: 'setrlimit', nofile: NR_OPEN });
    place();
    this.#world.perform(pid, { name: 'setrlimit', nofile });
  }

  /** Open files of a map that programs map cannot be told apart. */
  #isSame(file: number | undefined, real: { readonly tracked: Tracked; readonly file: number }) {
    if (file === undefined || file === real.file) return file === real.file;
    return this.#descriptors.of(file)?.link === real.tracked.link;
  }

  #realOf(link: Buffer, length = link.length): Real {
    const tracked = this.#descriptors.at(link, length);
    if (tracked?.file !== undefined) return { is: 'object', tracked, file: tracked.file };
    const id = this.#cgroupAt(link.toString('utf8', 0, length));
    return id === undefined ? OTHER : { is: 'cgroup', id };
  }

  #isOn(file: number | undefined, kind: string, id: number): boolean {
    const open = file === undefined ? undefined : this.#world.kernel.files.get(file);
    return open?.kind === kind && open.id === id;
  }

  /** The process has an object under a number that the model does not know of. */
  #place(pid: number, fd: number, tracked: Tracked, file: number): void {
    this.secure(pid, [fd]);
    // It may be there by now: on the search for who has the other object, this fd was looked at too.
    if (!this.#has({ pid, fd }, file)) this.#copy(file, pid, fd);
    tracked.holder = { pid, fd };
  }

  /** A number of a process gets an open file that somebody has. */
  #copy(file: number, pid: number, fd: number): void {
    const own = [...this.#process(pid).fds].find(([, entry]) => entry.file === file);
    const cloexec = isClosedByExec(pid, fd);
    if (own !== undefined) this.#duplicate(pid, own[0], fd, cloexec);
    else this.#pass(file, pid, fd, cloexec);
  }

  /** Somebody passed it on: over a socket, or by pidfd_getfd(2). */
  #pass(file: number, pid: number, fd: number, cloexec: boolean): void {
    const from = this.holdersOf(file)[0];
    if (from === undefined) throw new Error(`nobody has the open file ${file} that pid ${pid} has`);
    this.#world.perform(from.pid, { name: 'send_fd', fd: from.fd, to_pid: pid });
    const { outcome } = this.#world.perform(pid, {
      name: 'recv_fd',
      ...(cloexec && { cloexec }),
    });
    if ('ret' in outcome) this.#move(pid, outcome.ret, fd, cloexec);
    if (from.pid === BOOT_PID) this.#close(BOOT_PID, from.fd);
  }

  #placeCgroup(pid: number, fd: number, id: number): void {
    const path = this.#world.kernel.cgroups.get(id)?.path;
    if (path === undefined) return this.#placeRemoved(pid, fd, id);
    this.secure(pid, [fd]);
    const { outcome } = this.#world.perform(pid, { name: 'open_cgroup', path });
    if ('ret' in outcome) this.#move(pid, outcome.ret, fd, true);
  }

  /** The directory of a removed cgroup cannot be opened again: it is a copy of an fd that is there. */
  #placeRemoved(pid: number, fd: number, id: number): void {
    const file = [...this.#world.kernel.files.entries()].find(
      ([, open]) => open.kind === 'cgroup' && open.id === id,
    )?.[0];
    if (file === undefined) return this.#placeOther(pid, fd);
    this.secure(pid, [fd]);
    this.#copy(file, pid, fd);
  }

  #placeOther(pid: number, fd: number): void {
    this.secure(pid, [fd]);
    const { outcome } = this.#world.perform(pid, { name: 'open_other', kind: 'file' });
    if ('ret' in outcome) this.#move(pid, outcome.ret, fd, true);
  }

  /** What the model gave under its own number gets the real one. */
  #move(pid: number, from: number, to: number, cloexec: boolean): void {
    if (from === to) return;
    this.#duplicate(pid, from, to, cloexec);
    this.#world.perform(pid, { name: 'close', fd: from });
  }

  #duplicate(pid: number, fd: number, to_fd: number, cloexec: boolean): void {
    this.#world.perform(
      pid,
      cloexec ? { name: 'dup3', fd, to_fd, flags: O_CLOEXEC } : { name: 'dup2', fd, to_fd },
    );
  }

  #close(pid: number, fd: number): void {
    this.secure(pid, [fd]);
    this.#world.perform(pid, { name: 'close', fd });
  }

  #has({ pid, fd }: { readonly pid: number; readonly fd: number }, file: number): boolean {
    return this.#world.kernel.processes.get(pid)?.fds.get(fd)?.file === file;
  }

  #process(pid: number): Process {
    const process = this.#world.kernel.processes.get(pid);
    if (process === undefined) throw new Error(`the model has no process ${pid}`);
    return process;
  }
}
