/** One call of a run in a line, as strace would print it, with the rule of a refusal. */
import { isRefusal, type Outcome } from '../../domain/outcome.ts';
import { refusalSentence } from '../../domain/refusal-sentence.ts';
import type { LoggedCall } from '../../sandbox/world.ts';
import { answerText, fieldsText } from '../event-text.ts';

/** Characters of a field that are printed: instructions are long. */
const FIELD_MAX = 64;

/** The line of a call; one without a number followed from what the program did without asking. */
export function callLine({ asked, pid, comm, call, decision, injected }: LoggedCall): string {
  const { name, ...fields } = call;
  const short = Object.entries(fields).map(([field, value]) => [field, shorten(value)]);
  const number = asked === undefined ? '-' : `#${asked}`;
  const text = `${name}(${fieldsText(Object.fromEntries(short), ', ')})`;
  return `${number}  ${comm}[${pid}] ${text} = ${callText({ decision, ...(injected && { injected }) })}`;
}

function shorten(value: unknown): unknown {
  if (typeof value !== 'string' || value.length <= FIELD_MAX) return value;
  return `${value.slice(0, FIELD_MAX)}…`;
}

/** An answer with the sentence of its rule, or that it was ordered. */
export function callText({
  decision: { outcome },
  injected,
}: Pick<LoggedCall, 'decision' | 'injected'>): string {
  if (!isRefusal(outcome)) return outcomeText(outcome);
  return injected ? `${outcome.errno} (injected)` : outcomeText(outcome);
}

/** An outcome with the sentence of its rule. */
export function outcomeText(outcome: Outcome): string {
  if (!isRefusal(outcome)) return answerText({ ...outcome });
  return answerText({ ...outcome, message: refusalSentence(outcome) });
}
