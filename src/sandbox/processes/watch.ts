/** What the supervisor waits for: calls, objects that nobody holds any more, ends of processes. */
import { type Libc, must } from '../../native/libc.ts';

/** The kinds of descriptors that are waited on. */
export const WATCHED = { listener: 1, object: 2, process: 3, sharedMaps: 4 } as const;
export type Watched = (typeof WATCHED)[keyof typeof WATCHED];

export interface Happened {
  readonly kind: Watched;
  readonly fd: number;
}

const ADD = 1;
const DELETE = 2;
const EPOLLIN = 1;
const O_CLOEXEC = 0o2000000;
const EINTR = 4;
/** Events that are taken together. */
const EVENTS_MAX = 256;

export class Watch {
  readonly #libc: Libc;
  readonly #epoll: number;
  readonly #event = Buffer.alloc(16);
  readonly #events: Buffer;
  /** On x86-64 `struct epoll_event` is packed. */
  readonly #size = process.arch === 'x64' ? 12 : 16;
  readonly #data = this.#size - 8;

  constructor(libc: Libc) {
    this.#libc = libc;
    this.#epoll = must(libc.epollCreate(O_CLOEXEC), 'epoll_create1');
    this.#events = Buffer.alloc(this.#size * EVENTS_MAX);
  }

  /** A hang-up is always told; readiness to read as well. */
  add(kind: Watched, fd: number): void {
    this.#event.writeUInt32LE(EPOLLIN, 0);
    this.#event.writeUInt32LE(fd, this.#data);
    this.#event.writeUInt32LE(kind, this.#data + 4);
    must(this.#libc.epollCtl(this.#epoll, ADD, fd, this.#event), 'epoll_ctl');
  }

  remove(fd: number): void {
    must(this.#libc.epollCtl(this.#epoll, DELETE, fd, this.#event), 'epoll_ctl');
  }

  /** What happened; waits for up to some milliseconds when nothing did. */
  wait(timeoutMs: number): Happened[] {
    const count = this.#libc.epollWait(this.#epoll, this.#events, EVENTS_MAX, timeoutMs);
    if (count === -EINTR) return [];
    return Array.from({ length: must(count, 'epoll_wait') }, (_, i) => {
      const at = this.#size * i + this.#data;
      return {
        fd: this.#events.readUInt32LE(at),
        kind: this.#events.readUInt32LE(at + 4) as Watched,
      };
    });
  }

  close(): void {
    this.#libc.close(this.#epoll);
  }
}
