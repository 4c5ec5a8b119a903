/** A decision: the outcome of a call and the effects it has. */
import type { Effect } from './effect.ts';
import type { Errno } from './errno.ts';
import type { About, Outcome, Refusal, Success } from './outcome.ts';
import type { RuleName } from './rules.ts';

export interface Decision {
  readonly outcome: Outcome;
  readonly effects: readonly Effect[];
}

const NOTHING: readonly Effect[] = [];

/** The call succeeds: `ret` is its return value, `outputs` what else it hands back. */
export function succeed(
  effects: readonly Effect[] = NOTHING,
  ret = 0,
  outputs?: Omit<Success, 'ret'>,
): Decision {
  return { outcome: outputs === undefined ? { ret } : { ret, ...outputs }, effects };
}

/** A refusal by a named rule, about the objects that fill the rule's sentence. */
export function refusal(errno: Errno, rule: RuleName, about?: About): Refusal {
  return about === undefined ? { errno, rule } : { errno, rule, about };
}

/** The call is refused and changes nothing, except `effects` (a burned link id, a leaked reference). */
export function refuse(outcome: Refusal, effects: readonly Effect[] = NOTHING): Decision {
  return { outcome, effects };
}

/** A command that this kernel does not have. */
export function unknownCommand(command: string): Decision {
  return refuse(refusal('EINVAL', 'command-unknown', { command }));
}

/** Whether a lookup ended in a refusal instead of what was looked up. */
export function isRefused(found: object): found is Refusal {
  // Read, not asked for by `in`: docs/performance.md#asking-by-in
  return (found as Partial<Refusal>).rule !== undefined;
}
