/**
 * The descriptors that stand for BPF objects. The program holds one end of a pipe, and we the
 * other: a hang-up says that the last copy is closed, wherever dup, fork, SCM_RIGHTS or exec took
 * it, and however its holders ended. One pipe is one open file of the model.
 */
import { type Libc, must } from '../../native/libc.ts';
import { WATCHED, type Watch } from './watch.ts';

/** An open file of the model, and the pipe that stands for it. */
export interface Tracked {
  /** As links in /proc/PID/fd name it: `pipe:[4026]`. */
  readonly link: string;
  /** Our end. */
  readonly end: number;
  /** Of the model; undefined while the program does not have it yet. */
  file: number | undefined;
  /** A process and an fd that had it last, to find it soon. */
  holder: { readonly pid: number; readonly fd: number } | undefined;
  /** No process has it any more. */
  isGone: boolean;
}

const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;
const LINK_BYTES = 64;
const AT_FDCWD = -100;

export class Descriptors {
  readonly #libc: Libc;
  readonly #watch: Watch;
  readonly #byLink = new Map<string, Tracked>();
  readonly #byEnd = new Map<number, Tracked>();
  readonly #byFile = new Map<number, Tracked>();
  readonly #fds = Buffer.alloc(8);
  readonly #link = Buffer.alloc(LINK_BYTES);

  constructor(libc: Libc, watch: Watch) {
    this.#libc = libc;
    this.#watch = watch;
  }

  /** A new open file, and the end that the program is to get. */
  open(): { readonly tracked: Tracked; readonly fd: number } {
    must(this.#libc.pipe2(this.#fds, O_NONBLOCK | O_CLOEXEC), 'pipe2');
    const [end, fd] = [this.#fds.readInt32LE(0), this.#fds.readInt32LE(4)];
    const read = this.#libc.readlinkat(AT_FDCWD, `/proc/self/fd/${fd}`, this.#link);
    const link = this.#link.toString('latin1', 0, must(read, 'readlink'));
    const tracked: Tracked = { link, end, file: undefined, holder: undefined, isGone: false };
    this.#byLink.set(link, tracked);
    this.#byEnd.set(end, tracked);
    this.#watch.add(WATCHED.object, end);
    return { tracked, fd };
  }

  /** Learns which open file of the model it stands for, and who has it. */
  take(
    tracked: Tracked,
    file: number,
    holder: { readonly pid: number; readonly fd: number },
  ): void {
    tracked.file = file;
    tracked.holder = holder;
    this.#byFile.set(file, tracked);
  }

  /** What a link in /proc/PID/fd stands for. */
  at(link: string): Tracked | undefined {
    return this.#byLink.get(link);
  }

  /** The pipe of an open file of the model. */
  of(file: number): Tracked | undefined {
    return this.#byFile.get(file);
  }

  /** The pipe whose other end hung up. */
  hungUp(end: number): Tracked | undefined {
    const tracked = this.#byEnd.get(end);
    if (tracked !== undefined) this.forget(tracked);
    return tracked;
  }

  /** Closes our end. */
  forget(tracked: Tracked): void {
    tracked.isGone = true;
    this.#byLink.delete(tracked.link);
    this.#byEnd.delete(tracked.end);
    if (tracked.file !== undefined) this.#byFile.delete(tracked.file);
    this.#watch.remove(tracked.end);
    this.#libc.close(tracked.end);
  }

  close(): void {
    for (const tracked of [...this.#byEnd.values()]) this.forget(tracked);
  }
}
