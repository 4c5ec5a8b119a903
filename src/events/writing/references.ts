/** Replaces references to earlier calls by their results. */
import type { Call } from '../../domain/call.ts';
import type { Sighting } from '../../domain/observed/sighting.ts';
import { isRefusal, type Outcome } from '../../domain/outcome.ts';
import { LogRefusal } from '../log-refusal.ts';
import type { Reference } from '../schema/reference.ts';
import type { AskedBoot, CallRequest } from '../submission.ts';

/** A request without references. */
export interface NumberedRequest extends Omit<CallRequest, 'pid' | 'call'> {
  readonly pid?: number;
  readonly call: Call | AskedBoot | Sighting;
}

/** Whether no field of the request refers to an earlier answer. */
export function isNumbered(request: CallRequest): request is CallRequest & NumberedRequest {
  if (isReference(request.pid)) return false;
  const call = request.call as unknown as Readonly<Record<string, unknown>>;
  for (const field in call) {
    const value = call[field];
    if (isReference(value) || (Array.isArray(value) && value.some(isReference))) return false;
  }
  return true;
}

/**
 * Replaces references by numbers.
 *
 * @param outcomes the answers to all calls before it in its submission
 * @throws LogRefusal `bad-reference` when a reference points nowhere or at a refusal
 */
export function resolveReferences(
  request: CallRequest,
  outcomes: readonly Outcome[],
): NumberedRequest {
  if (isNumbered(request)) return request;
  const number = (value: unknown, field: string): unknown =>
    isReference(value) ? resultOf(value, { call: outcomes.length, field }, outcomes) : value;
  const call = Object.entries(request.call).map(([field, value]): [string, unknown] => {
    const one = (item: unknown) => number(item, field);
    return [field, Array.isArray(value) ? value.map(one) : one(value)];
  });
  const { pid, ...rest } = request;
  return {
    ...rest,
    call: Object.fromEntries(call) as unknown as NumberedRequest['call'],
    ...(pid !== undefined && { pid: number(pid, 'pid') as number }),
  };
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
    new LogRefusal({ why: 'bad-reference', ...place, result_of, because });
  if (outcome === undefined) throw refuse('later');
  if (isRefusal(outcome)) throw refuse('refused');
  return outcome.ret;
}
