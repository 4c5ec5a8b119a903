/**
 * What a kernel's rules answer to a recorded call, and whether two kernels give a caller the same
 * answer and have the same effects.
 */
import { decide } from '../../domain/decide.ts';
import type { Decision } from '../../domain/decision.ts';
import type { Kernel } from '../../domain/kernel.ts';
import { ruledAnswer } from '../../domain/observed/again.ts';
import { isSighting } from '../../domain/observed/sighting.ts';
import { isRefusal, type Outcome } from '../../domain/outcome.ts';
import { encodeEvent } from '../../events/encoding/codec.ts';
import type { LedgerEvent } from '../../events/event.ts';

/** What the rules answer to the call of an event; an observed one has the numbers that were seen. */
export function answerTo(kernel: Kernel, { call, pid, source, outcome }: LedgerEvent): Decision {
  if (call.name === 'boot' || isSighting(call)) throw new Error(`no rule answers a ${call.name}`);
  if (source === 'decided') return decide(kernel, pid, call);
  return ruledAnswer(kernel, { pid, call, outcome });
}

/** Whether a decision equals the recorded one; a caller does not see the rule behind an errno. */
export function sameAnswer(event: LedgerEvent, { outcome, effects }: Decision): boolean {
  // Where the kernel did not keep to the rules, it is the rules' answers that are compared.
  if (event.expected !== undefined) {
    const [was, is] = [withoutRule(event.expected), withoutRule(outcome)];
    return encodeEvent({ ...event, outcome: was }) === encodeEvent({ ...event, outcome: is });
  }
  const told = { ...event, outcome: withoutRule(event.outcome) };
  return encodeEvent(told) === encodeEvent({ ...told, outcome: withoutRule(outcome), effects });
}

function withoutRule(outcome: Outcome): Outcome {
  if (!isRefusal(outcome)) return outcome;
  const { about: _, ...refusal } = outcome;
  return { ...refusal, rule: 'kernel-said-so' };
}
