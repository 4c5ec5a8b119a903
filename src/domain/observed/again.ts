/**
 * What was observed, derived again on the state before it: for the verdict on a log, and for what
 * other rules make of it.
 */
import type { Call } from '../call.ts';
import { type Decision, refusal, refuse } from '../decision.ts';
import type { Kernel } from '../kernel.ts';
import { isRefusal, type Outcome, type Refusal } from '../outcome.ts';
import type { Observation, ObservedOutcome, Witnessed } from './observation.ts';
import { observe, otherAnswer } from './observe.ts';
import { putNumbers, strictAnswer } from './rule-answers.ts';
import { isSighting, type Sighting } from './sighting.ts';

/** A call or sighting as it was recorded. */
export interface Recorded {
  readonly pid: number;
  readonly comm?: string;
  readonly call: Call | Sighting;
  readonly outcome: Outcome;
}

/** What `observe` gives for what was recorded. */
export function observeAgain(kernel: Kernel, recorded: Recorded): readonly Witnessed[] {
  const { pid, comm = '', call, outcome } = recorded;
  const done: Observation['done'] = isSighting(call)
    ? call
    : { call, outcome: observedPart(outcome) };
  return observe(kernel, { pid, comm, done, ...(isRefusal(outcome) && { fds: factsOf(outcome) }) });
}

/** A fact that explained a refusal is told by what the refusal is about; the log has no other place. */
function factsOf({ about }: Refusal): NonNullable<Observation['fds']> {
  return typeof about?.fd === 'number' && about.kind === 'other'
    ? { [about.fd]: { kind: 'other' } }
    : {};
}

/** What the kernel told: the rule of a refusal is ours. */
function observedPart(outcome: Outcome): ObservedOutcome {
  if (!isRefusal(outcome)) return outcome;
  const { errno, query } = outcome;
  return query === undefined ? { errno } : { errno, query };
}

/**
 * What the rules of `kernel` answer to an observed call, with the numbers that the real kernel
 * gave. Where they agree with what was observed, as far as that was told, the outcome is that.
 */
export function ruledAnswer(
  kernel: Kernel,
  { pid, call, outcome }: Recorded & { readonly call: Call },
): Decision {
  const process = kernel.processes.get(pid);
  if (process === undefined) return refuse(refusal('ESRCH', 'no-such-process', { pid }));
  const success = isRefusal(outcome) ? undefined : outcome;
  const decision = strictAnswer(putNumbers(kernel, process, call, success));
  const agrees =
    success !== undefined &&
    !isRefusal(decision.outcome) &&
    otherAnswer(success, decision.outcome) === undefined;
  return agrees ? { ...decision, outcome } : decision;
}
