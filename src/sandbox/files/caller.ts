/** A call on a file, and what it takes to answer it. */

import { isRefusal } from '../../domain/outcome.ts';
import type { Beside } from '../bpf/beside.ts';
import type { AskedCall } from '../fallible.ts';
import { type Notified, refuse, type SyscallAnswer } from '../notified.ts';
import type { Places } from './places.ts';
import type { Shadow } from './shadow.ts';

/** What all calls on files share. */
export interface Trees {
  readonly shadow: Shadow;
  readonly places: Places;
  readonly beside: Beside;
  /** Makes a process known to the model, if it is one of the program's. */
  meet(pid: number): void;
  /** Makes all processes of the program known. */
  meetAll(): void;
}

export interface FileCaller {
  readonly notified: Notified;
  readonly trees: Trees;
}

/** Bytes of a path, its NUL included (PATH_MAX). */
const PATH_BYTES_MAX = 4096;

export const DONE: SyscallAnswer = { is: 'returned', value: 0 };

/** Makes a call of the model that gives nothing but 0 or an errno. */
export function makeCall({ notified }: FileCaller, call: AskedCall): SyscallAnswer {
  const { outcome } = notified.perform(call);
  return isRefusal(outcome) ? refuse(outcome.errno) : DONE;
}

/** A signed 32-bit argument. */
export function int({ args }: Pick<Notified, 'args'>, at: number): number {
  return Number(BigInt.asIntN(32, args[at] ?? 0n));
}

/** A path that an argument points at. */
export function textAt({ notified }: FileCaller, at: number): string | SyscallAnswer {
  const text = notified.memory.readText(notified.args[at] ?? 0n, PATH_BYTES_MAX);
  if (text === undefined) return refuse('EFAULT');
  return text === 'too long' ? refuse('ENAMETOOLONG') : text;
}
