/**
 * The processes of a run. One that asks for something is met: the model learns whose child it is and
 * what it has open. Those that never ask are not in the model, unless they hold an object.
 */
import { BOOT_PID } from '../../domain/release/config.ts';
import { type Libc, must } from '../../native/libc.ts';
import type { SandboxWorld } from '../world.ts';
import type { Descriptors, Tracked } from './descriptors.ts';
import { FdTables, type Holder } from './fd-tables.ts';
import { isProgram } from './leftovers.ts';
import { descendantsOf, fdLinksOf, hasThread, imageOf, statusOf } from './proc.ts';
import { WATCHED, type Watch } from './watch.ts';

interface KnownProcess extends Holder {
  /** A pidfd. */
  readonly end: number;
  readonly tids: Set<number>;
  /** Which program it runs; another one after an exec. */
  image: string;
  mayHaveExecuted: boolean;
}

/** pidfd_open(2), the same number everywhere. */
const PIDFD_OPEN = 434;
const O_DIRECTORY_CLOEXEC = 0o200000 | 0o2000000;
const AT_FDCWD = -100;
const POLLIN = 1;
/** How long the end of a process that ends is waited for. */
const END_WAIT_MS = 1000;

export class Processes {
  readonly tables: FdTables;
  readonly #libc: Libc;
  readonly #watch: Watch;
  readonly #world: SandboxWorld;
  readonly #descriptors: Descriptors;
  readonly #uid: number;
  readonly #mainPid: () => number;
  readonly #exe = Buffer.alloc(1);
  readonly #byPid = new Map<number, KnownProcess>();
  readonly #byTid = new Map<number, KnownProcess>();
  readonly #byEnd = new Map<number, KnownProcess>();

  /**
   * @param from.uid the uid that the program believes to have
   * @param from.mainPid pid of the program itself
   */
  constructor(from: {
    readonly libc: Libc;
    readonly watch: Watch;
    readonly world: SandboxWorld;
    readonly descriptors: Descriptors;
    readonly uid: number;
    readonly mainPid: () => number;
    readonly cgroupAt: (link: string) => number | undefined;
  }) {
    this.#libc = from.libc;
    this.#watch = from.watch;
    this.#world = from.world;
    this.#descriptors = from.descriptors;
    this.#uid = from.uid;
    this.#mainPid = from.mainPid;
    this.tables = new FdTables({ ...from, findHolder: (tracked) => this.#findHolder(tracked) });
  }

  /** The process of a thread that asks for something; undefined when it is gone already. */
  of(tid: number): Holder | undefined {
    const cached = this.#byTid.get(tid);
    const isSame = cached !== undefined && (tid === cached.pid || hasThread(cached.pid, tid));
    const known = isSame ? cached : this.#ofNewThread(tid);
    if (known?.mayHaveExecuted) this.#lookForExec(known);
    return known;
  }

  /**
   * The process of a thread that a call or a text names; undefined when it is none of the program's. The
   * model has no other process of this machine: what it ends or moves would be somebody else's.
   */
  findNamed(tid: number): Holder | undefined {
    const pid = statusOf(tid)?.tgid ?? 0;
    return this.#byPid.has(pid) || isProgram(pid) ? this.of(tid) : undefined;
  }

  /**
   * Looks at one fd of a thread of the program.
   *
   * @returns the pid of its process; undefined when the program has no such thread
   */
  lookAt(tid: number, fd: number): number | undefined {
    const holder = this.findNamed(tid);
    if (holder !== undefined) this.tables.look(holder, fd);
    return holder?.pid;
  }

  /** A thread is about to run another program, if that can be done. */
  mayExecute(tid: number): void {
    const known = this.#byTid.get(tid);
    if (known !== undefined) known.mayHaveExecuted = true;
  }

  /**
   * Waits for the ends of those processes which let go of objects because they end: all their fds are
   * closed together, by their end.
   */
  awaitEnds(gone: readonly Tracked[]): void {
    for (const pid of this.#holdersOf(gone)) {
      const known = this.#byPid.get(pid);
      if (known !== undefined && this.#isEnding(known)) this.#awaitEnd(known);
    }
  }

  /** Brings hang-ups and ends into the model; of what has ended, all hang-ups must be there. */
  bring(gone: readonly Tracked[], ended: readonly number[], fewer: readonly Tracked[]): void {
    for (const fd of ended) {
      const known = this.#byEnd.get(fd);
      if (known !== undefined) this.#end(known);
    }
    for (const tracked of gone) this.tables.closeEverywhere(tracked);
    for (const { file } of fewer) {
      for (const { pid, fd } of file === undefined ? [] : this.tables.holdersOf(file)) {
        const known = this.#byPid.get(pid);
        if (known !== undefined) this.tables.look(known, fd);
      }
    }
  }

  close(): void {
    for (const known of [...this.#byPid.values()]) this.#forget(known);
  }

  #ofNewThread(tid: number): KnownProcess | undefined {
    const status = statusOf(tid);
    if (status === undefined) return undefined;
    const known = this.#byPid.get(status.tgid) ?? this.#meet(status.tgid);
    if (known === undefined) return undefined;
    known.tids.add(tid);
    this.#byTid.set(tid, known);
    return known;
  }

  #meet(pid: number): KnownProcess | undefined {
    const status = statusOf(pid);
    const end = this.#libc.syscall(PIDFD_OPEN, pid, 0, 0);
    const fds = this.#libc.openat(AT_FDCWD, `/proc/${pid}/fd`, O_DIRECTORY_CLOEXEC);
    if (status === undefined || end < 0 || fds < 0) {
      for (const fd of [end, fds]) if (fd >= 0) this.#libc.close(fd);
      return undefined;
    }
    const parent = this.#nearest(status.ppid) ?? this.#byPid.get(this.#mainPid());
    const spawned = { child_pid: pid, comm: status.comm, uid: this.#uid } as const;
    if (parent === undefined) this.#world.perform(BOOT_PID, { name: 'spawn', ...spawned });
    else this.#world.perform(parent.pid, { name: 'fork', child_pid: pid });
    const known: KnownProcess = {
      ...{ pid, end, fds, tids: new Set([pid]), image: '' },
      mayHaveExecuted: parent !== undefined,
    };
    this.#byPid.set(pid, known);
    this.#byTid.set(pid, known);
    this.#byEnd.set(end, known);
    this.#watch.add(WATCHED.process, end);
    if (parent === undefined) known.image = imageOf(pid);
    else this.#lookForExec(known);
    this.tables.lookAtAll(known);
    return known;
  }

  /** The nearest process above that the model has. */
  #nearest(pid: number): KnownProcess | undefined {
    for (let above = pid; above > 1 && above !== process.pid; ) {
      const known = this.#byPid.get(above);
      if (known !== undefined) return known;
      above = statusOf(above)?.ppid ?? 0;
    }
    return undefined;
  }

  /** An exec shows in the image; before a process was met, in its name alone. */
  #lookForExec(known: KnownProcess): void {
    known.mayHaveExecuted = false;
    const { pid, image } = known;
    known.image = imageOf(pid);
    const comm = statusOf(pid)?.comm;
    const process = this.#world.kernel.processes.get(pid);
    if (comm === undefined || process === undefined || known.image === image) return;
    if (image === '' && comm === process.comm) return;
    const closing = [...process.fds].flatMap(([fd, { cloexec }]) => (cloexec ? [fd] : []));
    const links = fdLinksOf(pid);
    const isOpen = (fd: number) =>
      this.#descriptors.at(Buffer.from(links.get(fd) ?? ''))?.file === process.fds.get(fd)?.file;
    // It has a new name, but no exec closed what one closes.
    if (closing.some((fd) => links.has(fd) && isOpen(fd))) return;
    this.tables.secure(pid, closing);
    this.#world.perform(pid, { name: 'exec', comm });
  }

  /** Somebody whom the model does not know to have it: a process that it knows, or one that it does not. */
  #findHolder(tracked: Tracked): void {
    for (const pid of descendantsOf(process.pid)) {
      const links = fdLinksOf(pid);
      const fd = [...links].find(([, link]) => link === tracked.link)?.[0];
      if (fd === undefined) continue;
      const known = this.#byPid.get(pid) ?? this.#meet(pid);
      const entry = this.#world.kernel.processes.get(pid)?.fds.get(fd);
      if (known !== undefined && entry?.file !== tracked.file) this.tables.look(known, fd);
    }
  }

  #holdersOf(gone: readonly Tracked[]): Set<number> {
    const pids = new Set<number>();
    for (const tracked of gone) {
      for (const pid of this.tables.pidsOf(tracked)) pids.add(pid);
    }
    return pids;
  }

  /** A process that ends has lost its program before it loses its fds (`do_exit`). */
  #isEnding({ fds }: KnownProcess): boolean {
    return this.#libc.readlinkat(fds, '../exe', this.#exe) < 0;
  }

  #awaitEnd({ end }: KnownProcess): void {
    const waited = Buffer.alloc(8);
    waited.writeInt32LE(end, 0);
    waited.writeInt16LE(POLLIN, 4);
    this.#libc.poll(waited, 1, END_WAIT_MS);
  }

  #end(known: KnownProcess): void {
    const { pid } = known;
    const fds = this.#world.kernel.processes.get(pid)?.fds;
    // While it is known, it is the parent of those who are found to have what it leaves.
    if (fds !== undefined) this.tables.secure(pid, [...fds.numbers()]);
    this.#forget(known);
    if (fds !== undefined) this.#world.perform(pid, { name: 'exit' });
  }

  #forget(known: KnownProcess): void {
    this.#watch.remove(known.end);
    for (const fd of [known.end, known.fds]) must(this.#libc.close(fd), 'close');
    this.#byPid.delete(known.pid);
    this.#byEnd.delete(known.end);
    for (const tid of known.tids) this.#byTid.delete(tid);
  }
}
