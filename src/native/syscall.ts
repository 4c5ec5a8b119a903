/**
 * System calls by number: libc's `syscall(2)`. Calls are synchronous, so errno is read before anything else can run on this
 * thread, and every buffer that a call points at is kept alive until it returned.
 */
import { constants } from 'node:os';
import type { Errno } from '../domain/errno.ts';
import { ERRNO_NUMBERS } from '../domain/errno.ts';
import { loadKoffi } from './koffi.ts';
import { KernelUnavailable } from './unavailable.ts';

/** Numbers of the x86-64 system calls that the executor makes (`arch/x86/entry/syscalls`). */
export const SYS = {
  write: 1,
  open: 2,
  close: 3,
  dup: 32,
  dup2: 33,
  fcntl: 72,
  flock: 73,
  rename: 82,
  mkdir: 83,
  rmdir: 84,
  unlink: 87,
  fchdir: 81,
  chmod: 90,
  chown: 92,
  umask: 95,
  getgroups: 115,
  setgroups: 116,
  setresuid: 117,
  setresgid: 119,
  capget: 125,
  capset: 126,
  prctl: 157,
  mount: 165,
  umount2: 166,
  sched_setaffinity: 203,
  sched_getaffinity: 204,
  mkdirat: 258,
  unlinkat: 263,
  linkat: 265,
  symlinkat: 266,
  renameat2: 316,
  prlimit64: 302,
  memfd_create: 319,
  setns: 308,
  unshare: 272,
  bpf: 321,
  close_range: 436,
  openat2: 437,
} as const;

type Argument = number | Buffer | undefined;

/** What the kernel answered: a result that is not negative, or an errno by its name. */
export type Answered = { readonly ret: number } | { readonly errno: Errno };

export interface SystemCalls {
  /** Makes a system call; a Buffer is passed as its address, `undefined` as a null pointer. */
  call(number: number, ...args: readonly Argument[]): Answered;
  /** As `call`; the result, or the negated number of an errno that no modelled call may answer. */
  result(number: number, ...args: readonly Argument[]): number;
  /** What a result says. */
  answerOf(result: number): Answered;
  /** Where a buffer lies in memory, for pointers inside structures. */
  address(buffer: Buffer): bigint;
}

const NAMES: ReadonlyMap<number, Errno> = new Map(
  Object.entries(ERRNO_NUMBERS).map(([name, n]) => [n, name as Errno]),
);

/** Bound once: to bind is slow, and nothing of it changes. */
let bound: Promise<SystemCalls> | undefined;

/**
 * Loads koffi and binds libc.
 *
 * @throws KernelUnavailable when this is not x86-64 Linux, or koffi is not installed
 */
export function bindKernel(): Promise<SystemCalls> {
  bound ??= bind();
  return bound;
}

async function bind(): Promise<SystemCalls> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new KernelUnavailable(
      `a live kernel is driven on x86-64 Linux; this is ${process.platform} on ${process.arch}`,
    );
  }
  const koffi = await loadKoffi();
  const raw = koffi.load(null).func('long syscall(long, long, long, long, long, long, long)');
  /** What the call at hand points at: V8 would free a buffer once only its address is left. */
  let held: readonly Argument[] = [];
  const word = (arg: Argument): number | bigint =>
    Buffer.isBuffer(arg) ? koffi.address(arg) : (arg ?? 0);
  function result(number: number, ...args: readonly Argument[]): number {
    held = args;
    const [a, b, c, d, e, f] = held;
    const ret = Number(raw(number, word(a), word(b), word(c), word(d), word(e), word(f)));
    return ret >= 0 ? ret : -koffi.errno();
  }
  const answerOf = (ret: number): Answered => (ret >= 0 ? { ret } : { errno: errnoName(-ret) });
  return {
    result,
    answerOf,
    call: (number, ...args) => answerOf(result(number, ...args)),
    address: (buffer) => koffi.address(buffer),
  };
}

function errnoName(n: number): Errno {
  const name = NAMES.get(n);
  if (name !== undefined) return name;
  const known = Object.entries(constants.errno).find(([, value]) => value === n)?.[0];
  throw new Error(`the kernel answered ${known ?? `errno ${n}`}, which no modelled call answers`);
}

/**
 * The result of a call that this program needs to succeed.
 *
 * @throws Error that names what was tried and the errno
 */
export function must(answered: Answered, what: string): number {
  if ('ret' in answered) return answered.ret;
  throw new Error(`${what}: ${answered.errno}`);
}

/**
 * A path as the kernel takes it: UTF-8 with a terminating NUL.
 *
 * @throws Error for a text with a NUL in it, of which the kernel would read another
 */
export function cString(text: string): Buffer {
  if (text.includes('\0')) throw new Error(`${JSON.stringify(text)} has a NUL in it`);
  return Buffer.from(`${text}\0`);
}
