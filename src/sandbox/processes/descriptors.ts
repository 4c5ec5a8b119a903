/**
 * The descriptors that stand for BPF objects. The program holds one end of a pipe, and we the
 * other: a hang-up says that the last copy is closed, wherever dup, fork, SCM_RIGHTS or exec took
 * it, and however its holders ended. One pipe is one open file of the model.
 */
import { type Libc, must } from '../../native/libc.ts';
import { SharedMaps } from './shared-maps.ts';
import { WATCHED, type Watch } from './watch.ts';

/** An open file of the model, and the pipe that stands for it. */
export interface Tracked {
  /** As links in /proc/PID/fd name it: `pipe:[4026]`. */
  readonly link: string;
  /** Our end; none of a map that programs map. */
  readonly end: number | undefined;
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
/** How the link of a pipe begins. */
const PIPE = Buffer.from('pipe:[');
const ZERO = '0'.charCodeAt(0);

export class Descriptors {
  readonly #libc: Libc;
  readonly #watch: Watch;
  readonly shared: SharedMaps;
  readonly #ofMap = new Map<number, Set<Tracked>>();
  /** By the number in their links. */
  readonly #byPipe = new Map<number, Tracked>();
  /** By link: the maps that programs map. */
  readonly #byLink = new Map<string, Tracked>();
  readonly #byEnd = new Map<number, Tracked>();
  readonly #byFile = new Map<number, Tracked>();
  readonly #fds = Buffer.alloc(8);
  readonly #link = Buffer.alloc(LINK_BYTES);

  constructor(libc: Libc, watch: Watch) {
    this.#libc = libc;
    this.#watch = watch;
    this.shared = new SharedMaps(libc, watch);
  }

  /** A new open file, and the end that the program is to get. */
  open(): { readonly tracked: Tracked; readonly fd: number } {
    must(this.#libc.pipe2(this.#fds, O_NONBLOCK | O_CLOEXEC), 'pipe2');
    const [end, fd] = [this.#fds.readInt32LE(0), this.#fds.readInt32LE(4)];
    const read = this.#libc.readlinkat(AT_FDCWD, `/proc/self/fd/${fd}`, this.#link);
    const link = this.#link.toString('latin1', 0, must(read, 'readlink'));
    const tracked: Tracked = { link, end, file: undefined, holder: undefined, isGone: false };
    this.#byPipe.set(pipeNumber(this.#link, link.length) ?? 0, tracked);
    this.#byEnd.set(end, tracked);
    this.#watch.add(WATCHED.object, end);
    return { tracked, fd };
  }

  /** A new open file of a map that programs map; undefined when the map is none. */
  openShared(mapId: number): { readonly tracked: Tracked; readonly fd: number } | undefined {
    const opened = this.shared.open(mapId);
    if (opened === undefined) return undefined;
    const { fd, link } = opened;
    const tracked: Tracked = {
      link,
      end: undefined,
      file: undefined,
      holder: undefined,
      isGone: false,
    };
    // All open files of one map have one link, so the newest stands for them.
    this.#byLink.set(link, tracked);
    const others = this.#ofMap.get(mapId) ?? new Set();
    this.#ofMap.set(mapId, others.add(tracked));
    return { tracked, fd };
  }

  /** Takes what inotify tells: the open files that nobody has, and those of which some may be so. */
  closedShared(): { readonly gone: readonly Tracked[]; readonly fewer: readonly Tracked[] } {
    const closed = this.shared.takeClosed().map(({ id, left }) => ({
      left,
      files: [...(this.#ofMap.get(id) ?? [])],
    }));
    const gone = closed.flatMap(({ left, files }) => (left === 0 ? files : []));
    for (const tracked of gone) this.forget(tracked);
    return { gone, fewer: closed.flatMap(({ left, files }) => (left === 0 ? [] : files)) };
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

  /**
   * What a link in /proc/PID/fd stands for.
   *
   * @param length bytes of the link
   */
  at(link: Buffer, length = link.length): Tracked | undefined {
    const pipe = pipeNumber(link, length);
    if (pipe !== undefined) return this.#byPipe.get(pipe);
    return this.#byLink.get(link.toString('latin1', 0, length));
  }

  /** The pipe of an open file of the model. */
  of(file: number): Tracked | undefined {
    return this.#byFile.get(file);
  }

  /** The pipe whose other end hung up. */
  takeHungUp(end: number): Tracked | undefined {
    const tracked = this.#byEnd.get(end);
    if (tracked !== undefined) this.forget(tracked);
    return tracked;
  }

  /** Closes our end. */
  forget(tracked: Tracked): void {
    tracked.isGone = true;
    if (this.#byLink.get(tracked.link) === tracked) this.#byLink.delete(tracked.link);
    const pipe = pipeNumber(Buffer.from(tracked.link), tracked.link.length);
    if (pipe !== undefined) this.#byPipe.delete(pipe);
    if (tracked.file !== undefined) this.#byFile.delete(tracked.file);
    for (const [id, files] of tracked.end === undefined ? this.#ofMap : []) {
      if (files.delete(tracked) && files.size === 0) this.#ofMap.delete(id);
    }
    if (tracked.end === undefined) return;
    this.#byEnd.delete(tracked.end);
    this.#watch.remove(tracked.end);
    this.#libc.close(tracked.end);
  }

  close(): void {
    for (const tracked of [...this.#byEnd.values()]) this.forget(tracked);
    this.shared.close();
  }
}

/** The number in the link of a pipe, which most of what is looked at is: no text is made of it. */
function pipeNumber(link: Buffer, length: number): number | undefined {
  if (link[0] !== PIPE[0] || link[PIPE.length - 1] !== PIPE[PIPE.length - 1]) return undefined;
  let number = 0;
  for (let at = PIPE.length; at < length - 1; at++) number = number * 10 + (link[at] ?? 0) - ZERO;
  return number;
}
