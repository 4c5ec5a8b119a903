/**
 * What stands between the loop that receives a program's system calls and those that answer them: a
 * notification in, an answer out. Neither side knows how the other does it.
 */
import type { Decision } from '../domain/decision.ts';
import type { ObjectKind } from '../domain/effect.ts';
import { ERRNO_NUMBERS, type Errno } from '../domain/errno.ts';
import type { Kernel } from '../domain/kernel.ts';
import type { AskedCall } from './fallible.ts';

/** Memory of the supervised process. It may change it while we read: read each thing once. */
export interface Memory {
  /**
   * Bytes from an address on.
   *
   * @returns undefined where the process has no such memory (EFAULT)
   */
  read(address: bigint, length: number): Buffer | undefined;
  /** The same into the beginning of a buffer; false where the process has no such memory. */
  readInto(target: Buffer, address: bigint, length: number): boolean;
  /**
   * A text up to its NUL, which is not part of it.
   *
   * @returns undefined where the process has no such memory; `too long` when no NUL comes within `max`
   */
  readText(address: bigint, max: number): string | undefined | 'too long';
}

/** One system call that waits for its answer. */
export interface Notified {
  /** The kernel's name of it: `openat`, `bpf`. Numbers differ by architecture. */
  readonly syscall: string;
  /** Six unsigned 64-bit words, as the registers had them. */
  readonly args: readonly bigint[];
  /** The thread, and its process, as we see them: also their pids in the model. */
  readonly tid: number;
  readonly tgid: number;
  readonly memory: Memory;
  /** The model, with the caller's fds as they really are. Nobody but `perform` changes it. */
  readonly kernel: Kernel;
  /** Makes sure that the model's fd of this number is what the caller really has there. */
  look(fd: number): void;
  /**
   * Makes a call as this thread, and records it. The fds that it names are looked at first. A new fd
   * has the number that it has in the program, where it is in its place already (an answer that is no
   * fd leaves it there). One that is not modelled gets the errno of a kernel without it.
   *
   * @param inParts what is not modelled as a whole is not a call: the caller makes others in its place
   */
  perform(call: AskedCall, inParts?: 'in parts'): Decision;
  /** Records a call that the model has no word for; the errno is that of a kernel without it. */
  miss(call: AskedCall, what: string): Errno;
}

/** Bytes that are written into the process's memory before the call returns. */
export interface Write {
  readonly address: bigint;
  readonly bytes: Uint8Array;
}

/** An object of the model that a call gave an fd of. */
export interface OpenedObject {
  readonly kind: ObjectKind | 'btf' | 'stats' | 'iterator';
  /** The model's id; 0 for what has none. */
  readonly id: number;
}

/** What the process gets. */
export type SyscallAnswer =
  /** The real kernel makes the call. */
  | { readonly is: 'continued' }
  | { readonly is: 'refused'; readonly errno: number; readonly writes?: readonly Write[] }
  | { readonly is: 'returned'; readonly value: number; readonly writes?: readonly Write[] }
  /** A file of ours becomes an fd of the process; it is closed here once it was handed over. */
  | {
      readonly is: 'opened';
      readonly file: number;
      readonly cloexec: boolean;
      /** The number that the model gave it; absent when it is none that the model decided. */
      readonly fd?: number;
      readonly writes?: readonly Write[];
    }
  /** The process gets an fd of an object, under the number that the model gave it. */
  | {
      readonly is: 'object';
      readonly object: OpenedObject;
      readonly fd: number;
      readonly cloexec: boolean;
      readonly writes?: readonly Write[];
    };

/** Lets the real kernel make the call. */
export const CONTINUED: SyscallAnswer = { is: 'continued' };

/** Refuses a call. */
export function refuse(errno: Errno, writes: readonly Write[] = []): SyscallAnswer {
  return { is: 'refused', errno: ERRNO_NUMBERS[errno], writes };
}
