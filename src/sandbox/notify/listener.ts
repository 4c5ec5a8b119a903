/**
 * The supervisor's end of a seccomp filter: receives the calls of a program and answers them
 * (seccomp_unotify(2)). Numbers of the ioctls as `include/uapi/linux/seccomp.h` makes them.
 */
import type { Libc, Result } from '../../native/libc.ts';
import type { WaitingCall } from './waiting-call.ts';

const RECEIVE = 0xc0502100;
const SEND = 0xc0182101;
const IS_VALID = 0x40082102;
const ADD_FD = 0x40182103;
const SET_FLAGS = 0x40082104;

/** The answer wakes the program on this CPU, while we go to sleep (Linux 6.6). */
const SYNC_WAKE_UP = 1;
/** The kernel makes the call. */
const CONTINUE = 1;
/** The number of the new fd is the answer (Linux 5.14). */
const ADD_AND_SEND = 2;
const ADD_AT_NUMBER = 1;
const O_CLOEXEC = 0o2000000;

const NOTIF_BYTES = 80;
const ENOENT = 2;

export class Listener {
  readonly fd: number;
  readonly #libc: Libc;
  readonly #received = Buffer.alloc(NOTIF_BYTES);
  /** Its words of 64 bits: the id is the first, the arguments are the fifth to the tenth. */
  readonly #words = wordsOf(this.#received);
  readonly #answer = Buffer.alloc(24);
  readonly #answerWords = wordsOf(this.#answer);
  readonly #added = Buffer.alloc(24);
  readonly #id = Buffer.alloc(8);
  readonly #idWord = wordsOf(this.#id);
  #next = 0n;

  constructor(libc: Libc, fd: number) {
    this.fd = fd;
    this.#libc = libc;
    // Older kernels refuse it, and are a little slower.
    libc.ioctlOf(fd, SET_FLAGS, SYNC_WAKE_UP);
  }

  /** The next call that waits; undefined when its thread was killed meanwhile. Waits for one. */
  receive(): WaitingCall | undefined {
    const bytes = this.#received;
    const words = this.#words;
    // The kernel takes zeros alone.
    for (let at = 0; at < words.length; at++) words[at] = 0n;
    if (this.#libc.ioctl(this.fd, RECEIVE, bytes) < 0) return undefined;
    const word = (at: number) => words[at] ?? 0n;
    const id = word(0);
    // The kernel counts them (`seccomp_next_notify_id`).
    const isNext = id === this.#next;
    this.#next = id + 1n;
    return {
      id,
      isNext,
      tid: bytes.readUInt32LE(8),
      number: bytes.readInt32LE(16),
      architecture: bytes.readUInt32LE(20),
      args: [word(4), word(5), word(6), word(7), word(8), word(9)],
    };
  }

  /** Whether the call still waits: what was read of its memory was its own. */
  isWaiting({ id }: WaitingCall): boolean {
    this.#idWord[0] = id;
    return this.#libc.ioctl(this.fd, IS_VALID, this.#id) === 0;
  }

  /** Lets the kernel make the call. */
  pass(asked: WaitingCall): void {
    this.#send(asked, 0, 0, CONTINUE);
  }

  /** Answers with a value that is not negative. */
  answer(asked: WaitingCall, value: number): void {
    this.#send(asked, value, 0, 0);
  }

  /** Answers with an errno. */
  refuse(asked: WaitingCall, errno: number): void {
    this.#send(asked, 0, -errno, 0);
  }

  /**
   * Gives the caller a copy of a descriptor of ours under its lowest free number. The call still waits.
   *
   * @returns the number, or the negated errno when there is none
   */
  add(asked: WaitingCall, fd: number, cloexec: boolean): Result {
    return this.#add(asked, { fd, cloexec, flags: 0, number: 0 });
  }

  /** The same, and the number is the answer. Without a number the call still waits. */
  give(asked: WaitingCall, fd: number, cloexec: boolean): Result {
    return this.#add(asked, { fd, cloexec, flags: ADD_AND_SEND, number: 0 });
  }

  /** Puts a copy of a descriptor of ours in the place of one that was added. */
  replace(asked: WaitingCall, number: number, fd: number, cloexec: boolean): Result {
    return this.#add(asked, { fd, cloexec, flags: ADD_AT_NUMBER, number });
  }

  #add(
    { id }: WaitingCall,
    what: {
      readonly fd: number;
      readonly cloexec: boolean;
      readonly flags: number;
      readonly number: number;
    },
  ): Result {
    const bytes = this.#added;
    bytes.writeBigUInt64LE(id, 0);
    bytes.writeUInt32LE(what.flags, 8);
    bytes.writeUInt32LE(what.fd, 12);
    bytes.writeUInt32LE(what.number, 16);
    bytes.writeUInt32LE(what.cloexec ? O_CLOEXEC : 0, 20);
    return this.#libc.ioctl(this.fd, ADD_FD, bytes);
  }

  #send({ id }: WaitingCall, value: number, error: number, flags: number): void {
    const bytes = this.#answer;
    this.#answerWords[0] = id;
    this.#answerWords[1] = BigInt(value);
    bytes.writeInt32LE(error, 16);
    bytes.writeUInt32LE(flags, 20);
    const sent = this.#libc.ioctl(this.fd, SEND, bytes);
    // The thread was killed before it was answered.
    if (sent < 0 && sent !== -ENOENT) throw new Error(`answer a system call: errno ${-sent}`);
  }
}

/** The bytes of a buffer, which has its memory to itself, as words: writing one makes no garbage. */
function wordsOf(buffer: Buffer): BigUint64Array {
  return new BigUint64Array(buffer.buffer, buffer.byteOffset, buffer.length / 8);
}
