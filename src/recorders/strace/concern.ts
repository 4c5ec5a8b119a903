/** Whether a call can concern the ledger: most cannot, and are not even read. */
import { FD_CALLS } from './fd-calls.ts';
import { FILE_CALLS } from './file-calls.ts';
import { MOUNT_CALLS } from './mount-calls.ts';
import { OWNER_CALLS } from './owner-calls.ts';
import type { Mounts } from './paths.ts';
import type { TracedProcess } from './processes.ts';

export const FORKS: ReadonlySet<string> = new Set(['clone', 'clone3', 'fork', 'vfork']);
export const EXECS: ReadonlySet<string> = new Set(['execve', 'execveat']);
/** A message with fds. */
export const RIGHTS = /SCM_RIGHTS|cmsg_type=0x1\b/;

/** Calls with fds as arguments; `bpf` apart, they concern us when one of the fds does. */
const OF_FDS: ReadonlySet<string> = new Set(['dup', 'dup2', 'dup3', 'fcntl', 'fcntl64']);
/** They concern us whatever they are about. */
const ALWAYS: ReadonlySet<string> = new Set([
  'bpf',
  'chdir',
  'close_range',
  'fchdir',
  'pidfd_getfd',
  'pidfd_open',
]);
const CLOSED = /^close\((\d+)/;
const FIRST_FD = /^[a-z0-9_]+\((\d+)/;
/** Mounts of what concerns us, and those of fds, which do not say of what. */
const MOUNTING = /^fs|^move_mount|"(?:cgroup2|bpf)"/;
const WITHOUT_RESULT = /\) *= \?/;

/** What the judgement goes by. */
interface Known {
  readonly mounts: Mounts;
  /** Whether the ledger knows something open at an fd of a process. */
  readonly isTracked: (pid: number, fd: number) => boolean;
}

/** Whether a call concerns the ledger; undefined where the ledger has no word for it. */
export function concerns(
  { name, text }: { readonly name: string; readonly text: string },
  { pid, cwd }: TracedProcess,
  { mounts, isTracked }: Known,
): boolean | undefined {
  const isOpen = (digits: string | undefined) =>
    digits !== undefined && isTracked(pid, Number(digits));
  if (ALWAYS.has(name)) return true;
  if (name === 'close') return isOpen(CLOSED.exec(text)?.[1]);
  if (OF_FDS.has(name)) {
    return isOpen(FIRST_FD.exec(text)?.[1]) || isOpen(/, (\d+)/.exec(text)?.[1]);
  }
  if (name.endsWith('msg')) return RIGHTS.test(text);
  if (name in MOUNT_CALLS && MOUNTING.test(text)) return true;
  if (name === 'write') return text.includes('cgroup.procs>');
  if (!isOfFiles(name)) return undefined;
  // A relative path, of which `-y` tells the beginning or the whole behind the result.
  return mounts.mayBeIn(text) || mounts.mayBeIn(cwd ?? '');
}

/**
 * The same of a call of which only what stands behind `resumed>` is known: whether it may concern
 * the ledger. What was interrupted and is made again does not count.
 */
export function mayConcern({ name, text }: { readonly name: string; readonly text: string }) {
  if (WITHOUT_RESULT.test(text)) return false;
  if (name.startsWith('recv')) return RIGHTS.test(text);
  if (ALWAYS.has(name) || FORKS.has(name) || EXECS.has(name) || isOfFiles(name)) return true;
  return name.endsWith('msg') || name === 'write' ? true : undefined;
}

function isOfFiles(name: string): boolean {
  return name in FD_CALLS || name in FILE_CALLS || name in OWNER_CALLS || name in MOUNT_CALLS;
}
