/**
 * A live kernel and the place in it where the log's calls are made: a cgroup, a bpffs directory and
 * the log's processes. The context that every live call gets.
 */

import type { Decision } from '../../domain/decision.ts';
import type { Effect } from '../../domain/effect.ts';
import { ERRNO_NUMBERS, type Errno } from '../../domain/errno.ts';
import type { IdKind } from '../../domain/ids.ts';
import type { Refusal, Success } from '../../domain/outcome.ts';
import type { BootConfig } from '../../domain/release/config.ts';
import type { SystemCalls } from '../../native/syscall.ts';
import type { Base } from './beneath.ts';
import type { Cgroups } from './cgroups.ts';
import type { Identities } from './identities.ts';
import type { LiveProcess } from './process.ts';

/** Forms of maps that keys and values are laid out by. */
export interface MapForm {
  readonly storage: boolean;
  /** Its keys are prefixes. */
  readonly trie: boolean;
  readonly percpu: boolean;
  /** Programs may look its elements up. */
  readonly filled: boolean;
  /** What its elements hold, if they hold objects. */
  readonly held: 'prog' | 'map' | undefined;
  readonly key_size: number;
  readonly value_size: number;
}

export interface LiveKernel {
  readonly kernel: SystemCalls;
  readonly processes: Map<number, LiveProcess>;
  readonly ids: Identities;
  readonly cgroups: Cgroups;
  readonly mapForms: Map<number, MapForm>;
  /** Whether a link of a tracepoint was made: what such links let go of, the kernel lets go of late. */
  traces: boolean;
  /** Whether a map that holds objects was made: what such maps let go of goes late, one after the other. */
  holds: boolean;
  /** Whether BTF was loaded: programs and maps let go of it late. */
  describes: boolean;
  /** Whether a mount was taken out of its tree lazily: an open directory may end it, with its pins. */
  detached: boolean;
  /** The directory that is `/` of the log's bpffs, in the mount namespace that this thread is in. */
  bpffs: Base;
  /** Descriptors that stand for 0 and for 1 and 2 of every new process. */
  readonly standard: { readonly directory: number; readonly file: number };
  /** Our own fd 0, kept to put back. */
  readonly ownZero: number;
  /** How the log's host was booted: its sysctls, limits and first ids. */
  readonly config: BootConfig;
  /** RLIMIT_NOFILE of this process: soft and hard. */
  readonly limit: Buffer;
  /** The log's id for an object or cgroup or process that a call just made. */
  nameNew(kind: IdKind | 'cgroup' | 'process'): number;
}

/** A process of the log that makes a call on the live kernel. */
export interface LiveCaller {
  readonly live: LiveKernel;
  readonly process: LiveProcess;
}

/** The decision of a call that succeeded. */
export function succeed(
  effects: readonly Effect[] = [],
  ret = 0,
  outputs: Omit<Success, 'ret'> = {},
): Decision {
  return { outcome: { ret, ...outputs }, effects };
}

/** The decision of a call that the kernel refused; the kernel does not name a rule. */
export function failWith(errno: Errno, rest: Pick<Refusal, 'stage' | 'batch'> = {}): Decision {
  if (!(errno in ERRNO_NUMBERS)) throw new Error(`unknown errno ${errno}`);
  return { outcome: { errno, rule: 'kernel-said-so', ...rest }, effects: [] };
}
