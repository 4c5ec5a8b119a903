/**
 * The event: one syscall, what the kernel answered, and its effects, at a position in
 * a host's log. `boot` is the one event without a syscall: the first of every log and again at
 * each reboot.
 */
import type { Call } from '../domain/call.ts';
import type { Effect } from '../domain/effect.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { BootConfig } from '../domain/release/config.ts';

/** What a `boot` event carries in place of a call. */
export interface BootCall {
  readonly name: 'boot';
  readonly release: string;
  readonly boot_id: string;
  readonly config: BootConfig;
}

export interface LedgerEvent {
  /** Place in the host's log: 1, 2, 3 … without gaps. */
  readonly position: number;
  /** When it was recorded, in microseconds since the epoch; never decreases along the log. */
  readonly recorded_at: number;
  /** When the kernel did it, in microseconds since the epoch. */
  readonly at: number;
  /** `decided`: the model answered; `observed`: a real kernel did. */
  readonly source: 'decided' | 'observed';
  /** Number of the boot that the event belongs to, from 1. */
  readonly boot: number;
  /** Who sent it: `token:NAME`, or `local` on a service without tokens. */
  readonly actor: string;
  readonly pid: number;
  readonly comm: string;
  readonly call: Call | BootCall;
  readonly outcome: Outcome;
  readonly effects: readonly Effect[];
}

/** What a fold needs of an event. */
export type Change = Pick<LedgerEvent, 'position' | 'pid' | 'effects'>;
