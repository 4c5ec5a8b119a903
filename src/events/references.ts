/** Puts the results of earlier calls in the place of references to them. */
import type { Call } from '../domain/call.ts';
import { isRefusal, type Outcome } from '../domain/outcome.ts';
import type { BootCall } from './event.ts';
import { LogRefusal } from './log-refusal.ts';
import type { Reference } from './schema/reference.ts';
import type { CallRequest } from './submission.ts';

/** Whether any field of the request refers to an earlier answer. */
export function hasReferences(request: CallRequest): boolean {
  if (isReference(request.pid)) return true;
  for (const value of Object.values(request.call)) {
    if (isReference(value) || (Array.isArray(value) && value.some(isReference))) return true;
  }
  return false;
}

/**
 * The call with numbers only.
 *
 * @param index place of the call in its submission
 * @param outcomes the answers to the calls before it
 * @throws LogRefusal `reference-invalid` when a reference points nowhere or at a refusal
 */
export function resolveCall(
  call: CallRequest['call'],
  index: number,
  outcomes: readonly Outcome[],
): Call | BootCall {
  const resolved = Object.entries(call).map(([field, value]): [string, unknown] => {
    const one = (item: unknown) =>
      isReference(item) ? resultOf(item, { call: index, field }, outcomes) : item;
    return [field, Array.isArray(value) ? value.map(one) : one(value)];
  });
  return Object.fromEntries(resolved) as unknown as Call | BootCall;
}

/** The process that the request comes from; undefined when it names none. */
export function resolvePid(
  pid: Reference | undefined,
  index: number,
  outcomes: readonly Outcome[],
): number | undefined {
  return isReference(pid) ? resultOf(pid, { call: index, field: 'pid' }, outcomes) : pid;
}

function isReference(value: unknown): value is Exclude<Reference, number> {
  return typeof value === 'object' && value !== null && 'result_of' in value;
}

function resultOf(
  { result_of }: Exclude<Reference, number>,
  place: { readonly call: number; readonly field: string },
  outcomes: readonly Outcome[],
): number {
  const outcome = outcomes[result_of];
  const refuse = (because: 'later' | 'refused') =>
    new LogRefusal({ why: 'reference-invalid', ...place, result_of, because });
  if (outcome === undefined) throw refuse('later');
  if (isRefusal(outcome)) throw refuse('refused');
  return outcome.ret;
}
