/** Observations: what a real kernel answered to a call, and what a recorder knows beside it. */
import type { Call } from '../call.ts';
import type { Effect, ObjectKind } from '../effect.ts';
import type { Errno } from '../errno.ts';
import type { Outcome, QueryOutputs, Success } from '../outcome.ts';
import type { Sighting } from './sighting.ts';

/** A real kernel's refusal: it does not say by which rule. */
export interface ObservedRefusal {
  readonly errno: Errno;
  readonly query?: QueryOutputs;
}

export type ObservedOutcome = Success | ObservedRefusal;

/** What a recorder knows of an fd of the caller. */
export interface FdFact {
  readonly kind: ObjectKind | 'cgroup' | 'bpffs' | 'other';
  /** Of the object, or of the cgroup. */
  readonly id?: number;
  /** Of the cgroup. */
  readonly path?: string;
}

/** A call that was made, with its answer; or a sighting. */
export interface Observation {
  readonly pid: number;
  readonly comm?: string;
  readonly uid?: number;
  /** Path of the caller's cgroup. */
  readonly cgroup?: string;
  readonly done: { readonly call: Call; readonly outcome: ObservedOutcome } | Sighting;
  /** By fd number. */
  readonly fds?: Readonly<Record<number, FdFact>>;
}

/** What an observation makes the log say: the inferred first, the observed last. */
export interface Witnessed {
  readonly source: 'inferred' | 'observed';
  readonly pid: number;
  readonly call: Call | Sighting;
  readonly outcome: Outcome;
  /** What the rules answer to the call, where that is something else. */
  readonly expected?: Outcome;
  readonly effects: readonly Effect[];
}
