/** What the supervisor waits for: calls, objects that nobody holds any more, ends of processes. */
import { type Libc, must } from '../../native/libc.ts';

/** The kinds of descriptors that tell of what happened. */
export const WATCHED = { object: 1, process: 2, sharedMaps: 3 } as const;
export type Watched = (typeof WATCHED)[keyof typeof WATCHED];

export interface Happened {
  readonly kind: Watched;
  readonly fd: number;
}

/** What there is after a wait. */
export interface Waited {
  /** A call waits to be received. */
  readonly isAsked: boolean;
  /** Something had happened when the calls had been looked at: before the oldest call that waits, or since. */
  readonly hasNews: boolean;
}

const ADD = 1;
const DELETE = 2;
/** Of epoll_ctl(2) and of poll(2). */
const IN = 1;
/** `struct pollfd`. */
const POLLED = { bytes: 8, events: 4, got: 6 } as const;
const O_CLOEXEC = 0o2000000;
const EINTR = 4;
/** Events that are taken together. */
const EVENTS_MAX = 256;
const NOTHING: Waited = { isAsked: false, hasNews: false };

export class Watch {
  readonly #libc: Libc;
  readonly #epoll: number;
  readonly #event = Buffer.alloc(16);
  readonly #events: Buffer;
  /** The listener, then the rest: a sleeper is woken on the CPU of the call by poll(2), not by epoll(7). */
  readonly #polled = Buffer.alloc(2 * POLLED.bytes);
  /** On x86-64 `struct epoll_event` is packed. */
  readonly #size = process.arch === 'x64' ? 12 : 16;
  readonly #data = this.#size - 8;

  constructor(libc: Libc) {
    this.#libc = libc;
    this.#epoll = must(libc.epollCreate(O_CLOEXEC), 'epoll_create1');
    this.#events = Buffer.alloc(this.#size * EVENTS_MAX);
    this.listenTo(-1);
    this.#polled.writeInt32LE(this.#epoll, POLLED.bytes);
    this.#polled.writeInt16LE(IN, POLLED.bytes + POLLED.events);
  }

  /** Waits for calls at a listener; for none at -1. */
  listenTo(fd: number): void {
    this.#polled.writeInt32LE(fd, 0);
    this.#polled.writeInt16LE(IN, POLLED.events);
  }

  /** A hang-up is always told; readiness to read as well. */
  add(kind: Watched, fd: number): void {
    this.#event.writeUInt32LE(IN, 0);
    this.#event.writeUInt32LE(fd, this.#data);
    this.#event.writeUInt32LE(kind, this.#data + 4);
    must(this.#libc.epollCtl(this.#epoll, ADD, fd, this.#event), 'epoll_ctl');
  }

  remove(fd: number): void {
    must(this.#libc.epollCtl(this.#epoll, DELETE, fd, this.#event), 'epoll_ctl');
  }

  /** Waits for up to some milliseconds until a call waits or something happened. */
  wait(timeoutMs: number): Waited {
    const polled = this.#polled;
    const count = this.#libc.poll(polled, 2, timeoutMs);
    if (count === -EINTR) return NOTHING;
    must(count, 'poll');
    return {
      isAsked: (polled.readInt16LE(POLLED.got) & IN) !== 0,
      hasNews: polled.readInt16LE(POLLED.bytes + POLLED.got) !== 0,
    };
  }

  /** What happened. */
  news(): Happened[] {
    const count = this.#libc.epollWait(this.#epoll, this.#events, EVENTS_MAX, 0);
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
