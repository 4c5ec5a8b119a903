/** Whether two kernels give a caller the same answer and have the same effects. */
import type { Decision } from '../../domain/decision.ts';
import { isRefusal, type Outcome } from '../../domain/outcome.ts';
import { encodeEvent } from '../../events/encoding/codec.ts';
import type { LedgerEvent } from '../../events/event.ts';

/** Whether a decision equals the recorded one; a caller does not see the rule behind an errno. */
export function sameAnswer(event: LedgerEvent, { outcome, effects }: Decision): boolean {
  const told = { ...event, outcome: withoutRule(event.outcome) };
  return encodeEvent(told) === encodeEvent({ ...told, outcome: withoutRule(outcome), effects });
}

function withoutRule(outcome: Outcome): Outcome {
  if (!isRefusal(outcome)) return outcome;
  const { about: _, ...refusal } = outcome;
  return { ...refusal, rule: 'kernel-said-so' };
}
