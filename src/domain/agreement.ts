/**
 * Whether two answers to one call agree. The model names the rule of a refusal, a kernel does not,
 * and an unwritten revision reads as 0: neither counts as a difference.
 */
import { isRefusal, type Outcome, type QueryOutputs, type Success } from './outcome.ts';

/** Whether two kernels gave a caller the same answer. */
export function sameAnswer(one: Outcome, other: Outcome): boolean {
  return equal(stripReason(one), stripReason(other));
}

/** Fields that the rules cannot know, and what the verifier alone decides. */
const NOT_COMPARED: ReadonlySet<string> = new Set<keyof Success>([
  'prog_id',
  'link_id',
  'map_id',
  'cgroup_id',
  'verified',
]);

/**
 * Whether an answer agrees in all that a recorder tells of a success: it may tell less than the rules.
 * An import asks this of each call twice, so nothing is copied here.
 */
export function agreesWithTold(told: Success, answer: Outcome): boolean {
  if (isRefusal(answer)) return false;
  for (const name of Object.keys(told) as (keyof Success)[]) {
    if (NOT_COMPARED.has(name)) continue;
    if (!(name in answer) || !equalIn(name, told, answer)) return false;
  }
  return true;
}

function equalIn(name: keyof Success, one: Success, other: Success): boolean {
  if (name !== 'query') return equal(one[name], other[name]);
  const [asked, answered] = [one.query, other.query];
  if (asked === undefined || answered === undefined) return asked === answered;
  return equal(stripZeroRevision(asked), stripZeroRevision(answered));
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
