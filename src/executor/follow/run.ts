/** A run of the executor: what it was asked for, and how far it has come. */
import { emptyKernel } from '../../domain/boot.ts';
import { applyAll } from '../../domain/evolve.ts';
import type { Kernel as Model } from '../../domain/kernel.ts';
import type { ProgType } from '../../domain/prog-type.ts';
import type { SystemCalls } from '../../native/syscall.ts';
import type { Difference, Ledger, LoggedEvent, Repair, Report } from '../ledger/ledger.ts';
import type { LiveKernel } from '../live/live-kernel.ts';
import { closeLive } from '../live/open-live.ts';
import type { Place } from '../place/place.ts';
import { restore } from '../place/restore.ts';
import { LoggedNames } from './logged-names.ts';

export interface Executor {
  readonly kernel: SystemCalls;
  readonly place: Place;
  readonly ledger: Ledger;
  /** Program types that are loaded. */
  readonly progTypes: readonly ProgType[];
  /** Keeps no pins: everything goes when the executor does. */
  readonly ephemeral: boolean;
  /** Puts back what others took from the kernel. */
  readonly repair: boolean;
  /** Called when the lease is taken, with the position up to which the log was applied before. */
  readonly onStart: (applied: number) => void;
  /** Called with each report, with each change in what differs, and with what was put back. */
  readonly onReport: (event: LoggedEvent, report: Report) => void;
  readonly onStanding: (standing: readonly Difference[]) => void;
  readonly onRepair: (repairs: readonly Repair[]) => void;
  /** Ends the run. */
  readonly signal: AbortSignal;
}

export interface ExecutorRun {
  readonly executor: Executor;
  /** Position up to which the log was reported before this run. */
  readonly reported: number;
  /** Names what the next call makes. */
  readonly names: LoggedNames;
  /** The log's state after the last event that was taken. */
  readonly model: Model;
  /** The same on the kernel; undefined before the boot, and up to `reported`. */
  live: LiveKernel | undefined;
  /** The next event may have been done before a restart. */
  resumed: boolean;
  /** Reports that are still to be sent, in the order of the log. */
  reports: Report[];
  /** What differed when the kernel was last looked at, as JSON; empty before that. */
  standing: string;
}

/** Starts a run at nothing: no event is taken yet. */
export function startRun(executor: Executor, reported: number): ExecutorRun {
  const names = new LoggedNames();
  const state = { live: undefined, resumed: true, reports: [], standing: '' };
  return { executor, reported, names, model: emptyKernel(), ...state };
}

/** Lets a state of the log follow an event. */
export function foldEvent(model: Model, { effects, pid }: LoggedEvent): void {
  applyAll(model, effects, pid);
}

/** Opens the live context for the state of the run, in place of the one that it has. */
export async function reopenRun(run: ExecutorRun): Promise<void> {
  await closeRun(run);
  const { kernel, place } = run.executor;
  run.live = await restore({ kernel, place, model: run.model, nameNew: run.names.nameNew });
}

/** Closes the live context; what is pinned and attached stays. */
export async function closeRun(run: ExecutorRun): Promise<void> {
  if (run.live !== undefined) await closeLive(run.live);
  run.live = undefined;
}
