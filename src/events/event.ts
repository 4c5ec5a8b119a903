/**
 * The event: one syscall, what the kernel answered, and its effects, at a position in
 * a host's log. Two kinds have no syscall: `boot`, the first of every log and again at each reboot,
 * and sightings, what a recorder knows that no call tells.
 */
import type { Call } from '../domain/call.ts';
import type { Effect } from '../domain/effect.ts';
import type { Sighting } from '../domain/observed/sighting.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { BootConfig } from '../domain/release/config.ts';

/** What a `boot` event carries in place of a call. */
export interface BootCall {
  readonly name: 'boot';
  readonly release: string;
  readonly boot_id: string;
  readonly config: BootConfig;
}

/** What is known of an event that the model did not decide; a decided one has none of it. */
export interface Observed {
  /** The rules' answer, where the kernel's was another. */
  readonly expected?: Outcome;
  /**
   * Of an inferred event, when it must have happened, in microseconds since the epoch; without
   * `from` at any time since the boot.
   */
  readonly between?: { readonly from?: number; readonly to: number };
  /** The thread that called, where it is not the first of its process. */
  readonly tid?: number;
  readonly uid?: number;
  /** Path of the caller's cgroup. */
  readonly cgroup?: string;
}

/** Who says what happened: the model, a recorder, or what a recorder said by implication. */
export type Source = 'decided' | 'observed' | 'inferred';

export interface LedgerEvent extends Observed {
  /** Place in the host's log: 1, 2, 3 … without gaps. */
  readonly position: number;
  /** When it was recorded, in microseconds since the epoch; never decreases along the log. */
  readonly recorded_at: number;
  /** When the kernel did it, in microseconds since the epoch. */
  readonly at: number;
  /**
   * `decided`: the model answered; `observed`: a real kernel did; `inferred`: it must have happened
   * before an observed event, and nobody saw it.
   */
  readonly source: Source;
  /** Number of the boot that the event belongs to, from 1. */
  readonly boot: number;
  /** Who sent it: `token:NAME`, or `local` on a service without tokens. */
  readonly actor: string;
  readonly pid: number;
  readonly comm: string;
  readonly call: Call | BootCall | Sighting;
  readonly outcome: Outcome;
  readonly effects: readonly Effect[];
}

/** What a fold needs of an event. */
export type FoldedEvent = Pick<LedgerEvent, 'position' | 'pid' | 'effects'>;
