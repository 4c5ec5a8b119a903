/**
 * The input of a host's log: calls to record together, all or none, and the receipt for
 * them. Calls may refer to the answers of earlier ones in the same submission.
 */
import type { Call } from '../domain/call.ts';
import type { FdFact, ObservedOutcome } from '../domain/observed/observation.ts';
import type { Sighting } from '../domain/observed/sighting.ts';
import type { BootConfig } from '../domain/release/config.ts';
import type { BootCall, LedgerEvent, Observed } from './event.ts';
import type { Reference } from './schema/reference.ts';

/** Calls in one submission at most. */
export const SUBMISSION_CALLS_MAX = 1000;

type Referring<T> = T extends number
  ? Reference
  : T extends readonly number[]
    ? readonly Reference[]
    : T;

/** A call whose numbers (fds, pids) may be results of earlier calls of its submission. */
type ReferringCall<C> = C extends unknown ? { readonly [K in keyof C]: Referring<C[K]> } : never;

/**
 * A requested boot. A field that is left out stays as in the boot before, or has its default when there is
 * none: it is known when the boot is decided, so one of two concurrent reboots does not undo the other.
 */
export interface AskedBoot extends Pick<BootCall, 'name' | 'boot_id'> {
  /** Any name that `releaseOf` knows. */
  readonly release?: string;
  readonly config: Partial<BootConfig>;
}

/** One call, asked of the model; or what a real kernel answered, or a sighting of one. */
export interface CallRequest extends Pick<Observed, 'tid' | 'uid' | 'cgroup'> {
  /** The calling process; default: the boot process. */
  readonly pid?: Reference;
  /** Default: the process's own. */
  readonly comm?: string;
  /** When the kernel did it, microseconds since the epoch; default: when it is recorded. */
  readonly at?: number;
  readonly call: ReferringCall<Call> | AskedBoot | Sighting;
  /** What a real kernel answered: the model does not decide then. */
  readonly outcome?: ObservedOutcome;
  /** Observed: what is known of the caller's fds, by number. */
  readonly fds?: Readonly<Record<number, FdFact>>;
  /** Observed: until when the record before is whole, microseconds since the epoch. */
  readonly since?: number;
}

/** Makes a write repeatable: the same key and fingerprint are recorded once. */
export interface IdempotencyKey {
  readonly key: string;
  /** Line of a stream, from 1; absent for a single request. */
  readonly line?: number;
  /** Hash of the request. Another fingerprint under the same key is refused. */
  readonly fingerprint: string;
}

export interface Submission {
  /** Who asks. The events record it; idempotency keys are per actor. */
  readonly actor: string;
  /** At least one, at most `SUBMISSION_CALLS_MAX`. */
  readonly calls: readonly CallRequest[];
  readonly idempotency?: IdempotencyKey;
  /** Record only if the log ends there. */
  readonly expected?: ExpectedHead;
}

/** Where a writer knows the log to end. */
export interface ExpectedHead {
  /** Of the last event. */
  readonly position: number;
  /** What marks the history there (`encoding/mark.ts`); default: any history. */
  readonly mark?: string;
}

/**
 * The recorded events, in order: one for each call, the answers; before those of an observation, the
 * ones that were inferred for it.
 */
export interface Receipt {
  readonly events: readonly LedgerEvent[];
  /** What marks the history at the last of them (`encoding/mark.ts`). */
  readonly mark: string;
  /** Recorded by an earlier request with the same key. */
  readonly repeated: boolean;
}

/** The results of submissions that were made in order. */
export interface InOrder {
  /** Receipts of the submissions before the first refused one. */
  readonly receipts: readonly Receipt[];
  /** Why that one was refused. */
  readonly refused?: { readonly error: unknown };
}
