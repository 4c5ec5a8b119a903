/** The service, as an executor uses it: the log to follow, a lease, and a place for its reports. */
import type { Call } from '../../domain/call.ts';
import type { Effect } from '../../domain/effect.ts';
import type { Sighting } from '../../domain/observed/sighting.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { BootCall } from '../../events/event.ts';

/** An event as the executor reads it. */
export interface LoggedEvent {
  readonly position: number;
  readonly pid: number;
  readonly call: Call | BootCall | Sighting;
  readonly outcome: Outcome;
  readonly effects: readonly Effect[];
}

/** How an event came to be on the kernel, and what the kernel answered. */
export interface Report {
  readonly position: number;
  readonly how: 'performed' | 'found' | 'withheld';
  readonly outcome: Outcome;
  readonly kernel_ids?: Readonly<Record<string, number>>;
  readonly note?: string;
  /** Microseconds. */
  readonly duration?: number;
}

/** A difference between the kernel and the log. */
export interface Difference {
  readonly what: 'cgroup' | 'attached' | 'effective' | 'program' | 'link' | 'map' | 'pin';
  readonly where: string;
  readonly log: string;
  readonly kernel: string;
}

/** A repair: something was put back on the kernel, or the kernel refused it. */
export interface Repair {
  readonly what: 'cgroup' | 'entry' | 'link' | 'pin';
  readonly where: string;
  readonly did: string;
}

/** The log of a host, for readers. */
export interface LedgerReader {
  /** Position of the host's newest boot. */
  bootPosition(): Promise<number>;
  /** How far the log was reported. */
  readReported(): Promise<number>;
  /** The events after a position, and later ones as they come. Throws for an invalid event. */
  follow(after: number): AsyncIterable<LoggedEvent>;
}

/** The log, and what its one executor writes beside it. */
export interface Ledger extends LedgerReader {
  /** Takes the lease; answers how far the log was reported. */
  lease(): Promise<number>;
  /** Stores reports, what differs now and what was put back, and renews the lease. */
  report(
    reports: readonly Report[],
    more?: { readonly standing?: readonly Difference[]; readonly repairs?: readonly Repair[] },
  ): Promise<void>;
}
