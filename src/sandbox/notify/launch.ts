/** Starts a program under a seccomp filter whose listener is ours. */
import type { Worker } from 'node:worker_threads';
import { KernelUnavailable } from '../../native/unavailable.ts';
import { startThread } from '../../start-thread.ts';
import { type LaunchRequest, STEP } from './launch-steps.ts';

export interface Launch {
  /** The listener's descriptor. */
  readonly listener: number;
  /** The thread that started the program: its calls wait for answers as well. */
  readonly thread: number;
  /**
   * The program's pid, once it has one; until then its start waits to be answered.
   *
   * @throws Error when it could not be started, with the errno
   */
  pid(): number | undefined;
  /** Ends the thread that started the program. */
  end(): Promise<number>;
}

/**
 * Starts a program. Its calls wait for answers from then on, also those of its start.
 *
 * @throws KernelUnavailable when the kernel, or a container's profile, forbids listeners
 */
export async function launch(request: Omit<LaunchRequest, 'steps'>): Promise<Launch> {
  const steps = new Int32Array(new SharedArrayBuffer(4 * Object.keys(STEP).length));
  const data: LaunchRequest = { ...request, steps: steps.buffer as SharedArrayBuffer };
  const thread = startThread(new URL('launch-thread', import.meta.url), data);
  await ready(thread);
  Atomics.store(steps, STEP.go, 1);
  Atomics.notify(steps, STEP.go);
  // Descriptor 0 is taken, so a listener is never 0.
  Atomics.wait(steps, STEP.listener, 0);
  const listener = Atomics.load(steps, STEP.listener);
  if (listener < 0) {
    await thread.terminate();
    throw new KernelUnavailable(refusalText(-listener));
  }
  return {
    listener,
    thread: Atomics.load(steps, STEP.thread),
    pid() {
      const pid = Atomics.load(steps, STEP.pid);
      if (pid < 0) throw new StartError(-pid);
      return pid === 0 ? undefined : pid;
    },
    end: () => thread.terminate(),
  };
}

/** The program could not be started. */
export class StartError extends Error {
  readonly errno: number;

  constructor(errno: number) {
    super(`the program cannot be started (errno ${errno})`);
    this.errno = errno;
  }
}

function ready(thread: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    thread.once('message', () => resolve());
    thread.once('error', reject);
  });
}

/** What forbids listeners, by the errno of seccomp(2), and what to change. */
function refusalText(errno: number): string {
  const why: Record<number, string> = {
    1: 'it is not permitted here (EPERM): a container runs with a profile that forbids seccomp(2)',
    16: 'a filter of this process has a listener already (EBUSY): it is itself run under one',
    22: 'this kernel has no listeners (EINVAL): they need Linux 5.14 with CONFIG_SECCOMP_FILTER',
    38: 'this kernel has no seccomp(2) (ENOSYS): listeners need Linux 5.14, on the machine itself',
  };
  const said = why[errno] ?? `the kernel answered errno ${errno}`;
  return `a program cannot be run here: ${said}; docs/run.md says what to change`;
}
