/**
 * The conditions under which a process of the log makes its calls: its uid and capabilities, its
 * limit of open files, and what it has as fd 0.
 */

import { type Answered, must, SYS } from '../../native/syscall.ts';
import { withCredentials } from '../kernel/credentials.ts';
import type { LiveCaller } from './live-kernel.ts';
import { bitsOf, isAsWeAre, lowestFree } from './process.ts';

const RLIMIT_NOFILE = 7;
const RLIMIT_MEMLOCK = 8;
const LIMIT_BYTES = 16;
const F_GETFD = 1;
/** Ours, and that of most processes. */
const USUAL_UMASK = 0o022;
const F_DUPFD_CLOEXEC = 1030;
/** Real fds made for the log stay out of 0, 1 and 2. */
const LOWEST_FD = 3;

/**
 * Makes a call as the process would. Nothing else may run meanwhile, so `run` is synchronous.
 *
 * An fd that the call returns is never our 0, which stands in for the process's own.
 */
export function runUnderConditions(caller: LiveCaller, made: () => Answered): Answered {
  return runWithZero(caller, () =>
    runWithLimit(caller, () =>
      runWithMemlock(caller, () => runWithUmask(caller, () => runUnderRights(caller, made))),
    ),
  );
}

/** The limit is one of all our threads, which lock nothing while the call runs. */
function runWithMemlock({ live: { kernel }, process }: LiveCaller, made: () => Answered): Answered {
  if (process.memlock < 0) return made();
  const [own, told] = [Buffer.alloc(LIMIT_BYTES), Buffer.alloc(LIMIT_BYTES)];
  must(kernel.call(SYS.prlimit64, 0, RLIMIT_MEMLOCK, undefined, own), 'read the memory limit');
  own.copy(told);
  told.writeBigUInt64LE(BigInt(process.memlock), 0);
  must(kernel.call(SYS.prlimit64, 0, RLIMIT_MEMLOCK, told, undefined), 'lower the memory limit');
  try {
    return made();
  } finally {
    must(kernel.call(SYS.prlimit64, 0, RLIMIT_MEMLOCK, own, undefined), 'restore the memory limit');
  }
}

/** The mask is one of all our threads; nothing else makes files while the call runs. */
function runWithUmask({ live, process }: LiveCaller, made: () => Answered): Answered {
  if (process.umask === USUAL_UMASK) return made();
  const own = must(live.kernel.call(SYS.umask, process.umask), 'set the umask');
  try {
    return made();
  } finally {
    live.kernel.call(SYS.umask, own);
  }
}

/** Walks to a name with the rights of the process: what it may not search, it does not reach. */
export function runUnderRights(caller: LiveCaller, walk: () => Answered): Answered {
  const { live, process } = caller;
  if (isAsWeAre(process)) return walk();
  const capabilities = bitsOf(process);
  return withCredentials(live.kernel, { uid: process.uid, capabilities }, walk);
}

/** Opens something by the caller's rights, and with its limit of open files. */
export function runUnderFdLimit(caller: LiveCaller, run: () => Answered): Answered {
  return runWithLimit(caller, () => runUnderRights(caller, run));
}

/** When no number is free, this process may open nothing either, so the kernel says EMFILE where it would. */
function runWithLimit(caller: LiveCaller, run: () => Answered): Answered {
  if (lowestFree(caller.process) !== undefined) return run();
  const { kernel, limit } = caller.live;
  const none = Buffer.from(limit);
  none.writeBigUInt64LE(0n, 0);
  must(kernel.call(SYS.prlimit64, 0, RLIMIT_NOFILE, none, undefined), 'lower the fd limit');
  try {
    return run();
  } finally {
    must(kernel.call(SYS.prlimit64, 0, RLIMIT_NOFILE, limit, undefined), 'restore the fd limit');
  }
}

/** Absent fd fields are 0, so our fd 0 must be what the process has there. */
function runWithZero(caller: LiveCaller, run: () => Answered): Answered {
  const { kernel, ownZero } = caller.live;
  const zero = caller.process.fds.get(0);
  // Our own fd 0 is as good as any other that is neither a BPF object nor a cgroup.
  if (zero?.kind === 'other') return run();
  if (zero === undefined) kernel.call(SYS.close, 0);
  else must(kernel.call(SYS.dup2, zero.real, 0), 'stand in for fd 0');
  try {
    const answered = run();
    const tookZero = zero === undefined && 'ret' in answered && isOpen(caller, 0);
    return tookZero ? kernel.call(SYS.fcntl, 0, F_DUPFD_CLOEXEC, LOWEST_FD) : answered;
  } finally {
    must(kernel.call(SYS.dup2, ownZero, 0), 'restore fd 0');
  }
}

function isOpen({ live }: LiveCaller, fd: number): boolean {
  return 'ret' in live.kernel.call(SYS.fcntl, fd, F_GETFD);
}
