/**
 * The log's processes as fd tables of this process. A number of theirs stands for a real fd of
 * ours, made by the real call, so reference counts, access modes and close-on-exec are the
 * kernel's; only numbers are kept here (docs/adr/0007).
 */
import type { ChildProcess } from 'node:child_process';
import type { Capability } from '../../domain/capability.ts';
import {
  ALL_CAPABILITIES,
  CAPABILITY_NUMBERS,
  hasAllOfRoot,
  rootsSet,
} from '../../domain/capability.ts';
import type { FileKind } from '../../domain/effect.ts';
import type { ExecSets } from '../../domain/exec-sets.ts';
import type { Base } from './beneath.ts';

export interface LiveFd {
  readonly real: number;
  readonly cloexec: boolean;
  readonly kind: FileKind;
  /** The log's id; 0 for `other`. */
  readonly id: number;
  /** One of the descriptors that every process shares as 0, 1 and 2; never closed. */
  readonly standard?: true;
}

/** A mount namespace that a process of the log made. */
export interface LiveNamespace {
  readonly fd: number;
  /** The directory that is `/` of the log's bpffs, as it is seen there. */
  readonly bpffs: Base;
}

export interface LiveProcess {
  readonly pid: number;
  /** The process that it is a thread of. */
  readonly tgid: number;
  comm: string;
  uid: number;
  caps: readonly Capability[];
  sets: ExecSets;
  nofile: number;
  /** RLIMIT_MEMLOCK in bytes; -1 is none, whatever ours is. */
  memlock: number;
  umask: number;
  /** One and the same object for threads that share umask and root directory. */
  fs: object;
  /** The mount namespace that it is in; undefined in ours. */
  mounts: LiveNamespace | undefined;
  /** One and the same map for processes that share a table. */
  fds: Map<number, LiveFd>;
  /** Fds in flight to this process, oldest first. */
  mailbox: LiveFd[];
  /** The path of the cgroup that it joined. */
  cgroup: string | undefined;
  /** A process that makes the joined cgroup busy in its name. */
  placeholder: ChildProcess | undefined;
}

/** A number that is never open: far above every limit, also in its low 16 bits. */
export const NEVER_OPEN = 0x00ff_ffff;

/** The lowest free number below the process's limit. */
export function lowestFree({ fds, nofile }: LiveProcess, from = 0): number | undefined {
  for (let fd = from; fd < nofile; fd++) if (!fds.has(fd)) return fd;
  return undefined;
}

/**
 * The real number for an fd field. 0 stays 0, since some fields take it as "none"; while a call
 * runs, our fd 0 is what the process has there. Negative numbers stay what they are.
 */
export function realFd(process: LiveProcess, fd: number | undefined): number {
  if (fd === undefined || fd <= 0) return fd ?? 0;
  return process.fds.get(fd)?.real ?? NEVER_OPEN;
}

/** Capabilities of Linux; later ones have larger numbers. */
const CAPABILITIES = 41;

export function capabilityBits(caps: readonly Capability[]): number[] {
  return caps.map((capability) => CAPABILITY_NUMBERS[capability]);
}

/** What it has, by number: root with what root has also what is not modelled, as CAP_SYS_CHROOT. */
export function bitsOf(process: LiveProcess): number[] {
  const told = capabilityBits(process.caps);
  if (!isFullRoot(process)) return told;
  const modelled: readonly number[] = Object.values(CAPABILITY_NUMBERS);
  const others = Array.from({ length: CAPABILITIES }, (_, number) => number);
  return [...told, ...others.filter((number) => !modelled.includes(number))];
}

/** Root with what root has: it may do what takes capabilities that are not modelled. */
export function isFullRoot({ uid, caps }: LiveProcess): boolean {
  return uid === 0 && hasAllOfRoot(caps);
}

/** Whether a process is root with everything: what this process is itself. */
export function isAsWeAre({ uid, caps }: LiveProcess): boolean {
  return uid === 0 && rootsSet(caps).length === ALL_CAPABILITIES.length;
}
