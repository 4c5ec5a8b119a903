/** Orders for a test: answers that the kernel is to give once, and a death at a chosen call. */
import type { Call, CallName } from '../domain/call.ts';
import { type Decision, refusal, refuse } from '../domain/decision.ts';
import type { Errno } from '../domain/errno.ts';

/** The nth call of a name fails: `link_create#2=ENOMEM`; every one, without a number. */
export interface Fault {
  readonly call: CallName;
  readonly nth: number | undefined;
  readonly errno: Errno;
}

export interface Orders {
  readonly faults: readonly Fault[];
  /** The process that makes the nth call of all is killed before the call is made. */
  readonly killAt: number | undefined;
}

/** What a call is answered in place of the model's answer, if anything was ordered. */
export function disturber(
  { faults, killAt }: Orders,
  kill: (pid: number) => void,
): (call: Call, pid: number, asked: number) => Decision | undefined {
  const counts = new Map<CallName, number>();
  return ({ name }, pid, asked) => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    if (asked === killAt) {
      kill(pid);
      return refuse(refusal('EINTR', 'kernel-said-so'));
    }
    const fault = faults.find(({ call, nth }) => call === name && (nth ?? count) === count);
    return fault === undefined ? undefined : refuse(refusal(fault.errno, 'kernel-said-so'));
  };
}
