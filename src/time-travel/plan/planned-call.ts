import type { Call } from '../../domain/call.ts';
import type { Effect } from '../../domain/effect.ts';
import type { Outcome } from '../../domain/outcome.ts';

/** The decision of one call of a plan. */
export interface PlannedCall {
  readonly pid: number;
  readonly comm: string;
  readonly call: Call;
  readonly outcome: Outcome;
  readonly effects: readonly Effect[];
}

/** A planned call with its place in the plan. */
export interface Numbered extends PlannedCall {
  readonly index: number;
}
