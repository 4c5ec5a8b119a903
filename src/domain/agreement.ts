/**
 * Whether two answers to one call agree. The model names the rule of a refusal, a kernel does not,
 * and an unwritten revision reads as 0: neither counts as a difference.
 */
import { isRefusal, type Outcome, type QueryOutputs } from './outcome.ts';

/** Whether two kernels gave a caller the same answer. */
export function sameAnswer(one: Outcome, other: Outcome): boolean {
  return equal(stripReason(one), stripReason(other));
}

function stripReason(outcome: Outcome): unknown {
  const { query, ...rest } = outcome;
  const told = query === undefined ? {} : { query: stripZeroRevision(query) };
  if (!isRefusal(outcome)) return { ...rest, verified: undefined, ...told };
  const { errno, stage } = outcome;
  return { errno, ...(stage === undefined ? {} : { stage }), ...told };
}

function stripZeroRevision({ revision, ...query }: QueryOutputs): unknown {
  return revision === undefined || revision === 0 ? query : { ...query, revision };
}

/** Equality of plain data, whatever the order of its fields. */
function equal(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || typeof other !== 'object') return one === other;
  if (one === null || other === null) return one === other;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) =>
      equal((one as Record<string, unknown>)[name], (other as Record<string, unknown>)[name]),
    )
  );
}
