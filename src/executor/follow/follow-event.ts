/** One event of the log: folded when it was reported before this run, else brought to the kernel. */
import { setTimeout as pause } from 'node:timers/promises';
import { layerOn } from '../../domain/kernel.ts';
import { isSighting } from '../../domain/observed/sighting.ts';
import type { LoggedEvent, Report } from '../ledger/ledger.ts';
import type { LiveKernel } from '../live/live-kernel.ts';
import { closeLive } from '../live/open-live.ts';
import { findDifferences } from '../place/compare.ts';
import { dismantle } from '../place/dismantle.ts';
import { restore } from '../place/restore.ts';
import { applyCall, type CallEvent } from './apply-call.ts';
import { addReport, BATCH_MAX, flushReports } from './reports.ts';
import { type ExecutorRun, foldEvent, reopenRun } from './run.ts';

/** Milliseconds that the kernel may take to finish what was under way before a restart. */
const SETTLED_MS_MAX = 3000;
/** Milliseconds between two looks meanwhile. */
const LOOK_MS = 50;

/** @throws Error for an event of a host that is not booted, and what the ledger and kernel throw */
export async function followEvent(run: ExecutorRun, event: LoggedEvent): Promise<void> {
  run.names.takeFrom(event.effects);
  const { position, call } = event;
  if (position <= run.reported) return passReported(run, event);
  if (call.name === 'boot') return bootAnew(run, event);
  if (isSighting(call)) throw elsewhereError(position, call.name);
  if (run.live === undefined) throw new Error(`event ${position} comes before any boot`);
  const wasDone = run.resumed && (await isDone(run, run.live, event));
  run.resumed = false;
  const report = await (wasDone ? adoptDone(run, event) : makeCall(run, run.live, event));
  addReport(run, event, report);
  if (run.reports.length >= BATCH_MAX) await flushReports(run);
}

/** What stands on another machine cannot be made without the calls that made it. */
function elsewhereError(position: number, name: string): Error {
  return new Error(
    `event ${position} (${name}) holds what a recorder saw on another machine; ` +
      'the executor makes calls, so follow a host that was not observed',
  );
}

/** An event that an earlier run reported: the kernel has it. The last one is where this run begins. */
async function passReported(run: ExecutorRun, event: LoggedEvent): Promise<void> {
  foldEvent(run.model, event);
  if (event.position === run.reported) await reopenRun(run);
}

/** A running kernel does not boot: what the host had is taken down, and a fresh state begins. */
async function bootAnew(run: ExecutorRun, event: LoggedEvent): Promise<void> {
  if (run.live !== undefined) await dismantle(run.live, run.model, run.executor.place);
  run.live = undefined;
  foldEvent(run.model, event);
  await reopenRun(run);
  run.resumed = false;
  const { position, outcome } = event;
  addReport(run, event, { position, how: 'performed', outcome });
}

function makeCall(run: ExecutorRun, live: LiveKernel, event: LoggedEvent): Promise<Report> {
  const { place, ephemeral, progTypes } = run.executor;
  const scene = { live, model: run.model, progTypes };
  return applyCall(scene, ephemeral ? undefined : place.held, event as CallEvent);
}

/** The kernel is in the state after the event already: the context is opened for that state. */
async function adoptDone(run: ExecutorRun, event: LoggedEvent): Promise<Report> {
  foldEvent(run.model, event);
  await reopenRun(run);
  const { position, outcome } = event;
  return { position, how: 'found', outcome, note: 'done before a restart' };
}

/** After a restart: whether the kernel has the state after the event rather than before it. */
async function isDone(run: ExecutorRun, live: LiveKernel, event: LoggedEvent): Promise<boolean> {
  if (event.effects.length === 0) return false;
  const { kernel, place } = run.executor;
  const after = layerOn(run.model);
  foldEvent(after, event);
  const deadline = performance.now() + SETTLED_MS_MAX;
  do {
    if (findDifferences(run.model, live, place).length === 0) return false;
    const then = await restore({ kernel, place, model: after, nameNew: () => 0 });
    try {
      if (findDifferences(after, then, place).length === 0) return true;
    } finally {
      await closeLive(then);
    }
    await pause(LOOK_MS);
  } while (performance.now() < deadline);
  return false;
}
