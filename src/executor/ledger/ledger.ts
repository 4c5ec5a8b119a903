/** What an executor needs of the service: the log to follow, a lease, and a place for its reports. */
import type { Call } from '../../domain/call.ts';
import type { Effect } from '../../domain/effect.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { BootCall } from '../../events/event.ts';

/** An event as the executor reads it. */
export interface LoggedEvent {
  readonly position: number;
  readonly pid: number;
  readonly call: Call | BootCall;
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

/** Where the kernel is otherwise than the log says. */
export interface Difference {
  readonly what: 'cgroup' | 'attached' | 'effective' | 'program' | 'link' | 'map' | 'pin';
  readonly where: string;
  readonly log: string;
  readonly kernel: string;
}

/** Something that was put back on the kernel, or that it refused to take back. */
export interface Repair {
  readonly what: 'cgroup' | 'entry' | 'link' | 'pin';
  readonly where: string;
  readonly did: string;
}

/** The log of a host, as whoever may read it has it. */
export interface LedgerReader {
  /** Position of the host's newest boot. */
  bootPosition(): Promise<number>;
  /** How far the log was reported. */
  reported(): Promise<number>;
  /** The events after a position, and those still to come. Throws for an event that is none. */
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
