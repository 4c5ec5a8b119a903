/**
 * Bisect: the first position at which a condition on an effective array holds. Conditions come and
 * go with every change of a list, so halving the log may step over the first one; the timeline has
 * every change and nothing else, so it is read in order instead (docs/adr/0006).
 */
import type { ArrayVersion } from '../array-timeline.ts';

export type Condition =
  | { readonly kind: 'lacks' | 'has'; readonly program: number }
  | { readonly kind: 'empty' | 'filled' };

export interface Verdict {
  /** The version from which the condition holds first. */
  readonly found?: { readonly version: ArrayVersion; readonly before?: ArrayVersion };
  /** It already held at the start, so `found` is the start of the span. */
  readonly at_start: boolean;
  /** The cgroup was there at some position of the span: else its array was empty for want of it. */
  readonly had_cgroup: boolean;
  /** From the first position on it held to the end: halving the log would have found the same. */
  readonly monotone: boolean;
}

/** A test of a version. */
export type Test = (version: ArrayVersion) => boolean;

/** The test of a condition. While there is no cgroup, its array is empty. */
export function testOf(condition: Condition): Test {
  switch (condition.kind) {
    case 'lacks':
      return ({ slots }) => slots.every(({ prog_id }) => prog_id !== condition.program);
    case 'has':
      return ({ slots }) => slots.some(({ prog_id }) => prog_id === condition.program);
    case 'empty':
      return ({ slots }) => slots.length === 0;
    case 'filled':
      return ({ slots }) => slots.length > 0;
    default:
      return condition satisfies never;
  }
}

/** The first version of a timeline that passes a test. */
export function firstHolding(versions: readonly ArrayVersion[], test: Test): Verdict {
  const first = versions.findIndex(test);
  const version = versions[first];
  const had_cgroup = versions.some(({ cgroup_id }) => cgroup_id !== undefined);
  if (version === undefined) return { at_start: false, had_cgroup, monotone: true };
  const before = versions[first - 1];
  return {
    found: { version, ...(before && { before }) },
    at_start: first === 0,
    had_cgroup,
    monotone: versions.slice(first).every(test),
  };
}
