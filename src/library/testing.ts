/**
 * The package's door `bpfledger/testing`: a fake kernel for the tests of a program that attaches. It
 * answers as a release answers, in memory and without root, and fails where a test asks it to.
 */
import { deepStrictEqual } from 'node:assert';
import type { AttachType } from '../domain/attach-type.ts';
import { boot } from '../domain/boot.ts';
import type { Call, CallName } from '../domain/call.ts';
import { cgroupAt, effectiveArray } from '../domain/effective.ts';
import { ERRNO_NUMBERS, type Errno } from '../domain/errno.ts';
import type { Kernel } from '../domain/kernel.ts';
import { isRefusal, type Outcome, type Success } from '../domain/outcome.ts';
import { perform } from '../domain/perform.ts';
import { refusalSentence } from '../domain/refusal-sentence.ts';
import { BOOT_PID, type BootConfig } from '../domain/release/config.ts';
import { releaseOf, unknownRelease } from '../domain/release/release.ts';
import { restoreKernel, type Snapshot, snapshotOf } from '../domain/snapshot.ts';

/** A call that was made, and its answer. */
export interface MadeCall {
  readonly pid: number;
  readonly call: Call;
  readonly outcome: Outcome | InjectedFault;
}

/** The answer to a call that a test made fail: no rule gave it. */
export interface InjectedFault {
  readonly errno: Errno;
  readonly injected: true;
}

/** A place of an effective array, as tests like to read it. */
export interface Running {
  /** The program's name; its id where it has none. */
  readonly program: string | number;
  /** The cgroup that it is attached to. */
  readonly from: string;
  readonly by: 'link' | 'attach';
}

/** A call was refused that a test needed to succeed. */
export class CallRefused extends Error {
  override readonly name = 'CallRefused';
  readonly call: Call;
  readonly errno: Errno;

  constructor(call: Call, errno: Errno, why: string) {
    super(`${call.name}: ${errno}: ${why}`);
    this.call = call;
    this.errno = errno;
  }
}

/** Calls that are remembered; older ones are forgotten. */
const CALLS_MAX = 100_000;

export interface FakeKernelOptions {
  /** What differs from a usual boot. */
  readonly config?: Partial<BootConfig>;
}

/**
 * A kernel right after its boot, with one process: pid 1, with all capabilities, in the root cgroup.
 *
 * @param release a name such as `6.12`, `6.12.94`, `v2-series`, or what `uname -r` prints
 * @throws RangeError when no such release is known
 */
export function fakeKernel(release: string, { config }: FakeKernelOptions = {}): FakeKernel {
  const known = releaseOf(release);
  if (known === undefined) throw new RangeError(unknownRelease(release));
  return new FakeKernel(boot(known.id, config));
}

/** A kernel in the state that {@link FakeKernel.snapshot} gave. */
export function fakeKernelFrom(snapshot: Snapshot): FakeKernel {
  return new FakeKernel(restoreKernel(snapshot));
}

interface PlannedFault {
  readonly name: CallName;
  readonly errno: Errno;
  /** Calls of that name until it strikes. */
  left: number;
}

export class FakeKernel {
  readonly #kernel: Kernel;
  readonly #calls: MadeCall[] = [];
  #faults: PlannedFault[] = [];

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** The calls that were made, oldest first; the last 100,000 of them. */
  get calls(): readonly MadeCall[] {
    return this.#calls;
  }

  /** Makes a call as process `pid`, and gives the kernel's answer. */
  call(call: Call, pid: number = BOOT_PID): Outcome | InjectedFault {
    const outcome = this.#fault(call.name) ?? perform(this.#kernel, pid, call).outcome;
    if (this.#calls.length === CALLS_MAX) this.#calls.shift();
    this.#calls.push({ pid, call, outcome });
    return outcome;
  }

  /**
   * Makes a call that has to succeed, and gives what the kernel hands back.
   *
   * @throws CallRefused with the reason in a sentence
   */
  done(call: Call, pid: number = BOOT_PID): Success {
    const outcome = this.call(call, pid);
    if ('injected' in outcome) throw new CallRefused(call, outcome.errno, 'the test asked for it');
    if (isRefusal(outcome)) throw new CallRefused(call, outcome.errno, refusalSentence(outcome));
    return outcome;
  }

  /**
   * Makes a later call fail, once: it changes nothing, and its answer is `errno`.
   *
   * @param nth which call of that name from now on, from 1
   * @throws RangeError when `nth` is not such a number, or the errno has no such name
   */
  fail(name: CallName, errno: Errno, nth = 1): void {
    if (!Number.isSafeInteger(nth) || nth < 1) throw new RangeError(`nth is ${nth}, not 1 or more`);
    if (!Object.hasOwn(ERRNO_NUMBERS, errno)) throw new RangeError(`no errno is called ${errno}`);
    this.#faults.push({ name, errno, left: nth });
  }

  /**
   * What runs on a cgroup for an attach type, in the order in which it runs.
   *
   * @throws RangeError when no cgroup is at `path`
   */
  running(path: string, type: AttachType): Running[] {
    const kernel = this.#kernel;
    const cgroup = cgroupAt(kernel, path);
    if (cgroup === undefined) throw new RangeError(`no cgroup is at ${path}`);
    return effectiveArray(kernel, cgroup, type).map(({ prog_id, cgroup_id, link_id }) => ({
      program: kernel.programs.get(prog_id)?.prog_name || prog_id,
      from: kernel.cgroups.get(cgroup_id ?? cgroup.id)?.path ?? '',
      by: link_id === undefined ? 'attach' : 'link',
    }));
  }

  /**
   * Asserts which programs run on a cgroup, by name, in order.
   *
   * @throws AssertionError with the difference
   */
  assertRunning(path: string, type: AttachType, programs: readonly (string | number)[]): void {
    const got = this.running(path, type).map(({ program }) => program);
    deepStrictEqual(got, [...programs], `${type} of ${path} runs [${got.join(', ')}]`);
  }

  /** The whole state as plain JSON; equal states are equal. */
  snapshot(): Snapshot {
    return snapshotOf(this.#kernel);
  }

  #fault(name: CallName): InjectedFault | undefined {
    let struck: Errno | undefined;
    for (const fault of this.#faults) {
      if (fault.name === name && --fault.left === 0) struck ??= fault.errno;
    }
    this.#faults = this.#faults.filter(({ left }) => left > 0);
    return struck && { errno: struck, injected: true };
  }
}
