/**
 * The executor: follows a host's log and applies each event to the kernel that runs here, in its
 * order. What was reported is held by private pins, so a restart, however it came, goes on where
 * the log was reported; the one event that may have been under way is found done, or is done.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { emptyKernel } from '../../domain/boot.ts';
import { applyAll } from '../../domain/evolve.ts';
import { layerOn, type Kernel as Model } from '../../domain/kernel.ts';
import type { ProgType } from '../../domain/prog-type.ts';
import type { Kernel } from '../kernel/syscall.ts';
import type { LiveKernel } from '../live/live-kernel.ts';
import { closeLive } from '../live/open-live.ts';
import { apply, type CallEvent } from './apply.ts';
import { differences } from './compare.ts';
import { dismantle } from './dismantle.ts';
import type { Difference, Ledger, LoggedEvent, Repair, Report } from './ledger.ts';
import { naming } from './naming.ts';
import { patient } from './patience.ts';
import type { Place } from './place.ts';
import { putBack } from './put-back.ts';
import { restored } from './restore.ts';

/** Reports, and repairs, in one request, at most. */
const BATCH_MAX = 256;
/** Milliseconds that a report waits for others. */
const BATCH_MS = 5;
/** Milliseconds between two looks at the whole kernel while the log is quiet. */
const LOOK_MS = 500;
/** Milliseconds that the kernel may take to finish what was under way before a restart. */
const SETTLED_MS_MAX = 3000;

export interface Executor {
  readonly kernel: Kernel;
  readonly place: Place;
  readonly ledger: Ledger;
  /** Program types that are loaded. */
  readonly progTypes: readonly ProgType[];
  /** Keeps no pins: everything goes when the executor does. */
  readonly ephemeral: boolean;
  /** Puts back what others took from the kernel. */
  readonly repair: boolean;
  /** Told of each report, of each change in what differs, and of what was put back. */
  readonly onReport: (event: LoggedEvent, report: Report) => void;
  readonly onStanding: (standing: readonly Difference[]) => void;
  readonly onRepair: (repairs: readonly Repair[]) => void;
  /** Ends the run. */
  readonly signal: AbortSignal;
}

/** The state of a run. */
interface Run {
  model: Model;
  live: LiveKernel | undefined;
  /** The next event may have been done before a restart. */
  resumed: boolean;
  reports: Report[];
  standing: string;
}

/**
 * Follows the log until the signal aborts.
 *
 * @throws whatever ends the following: a lost lease, an event that is none, a service that is gone
 *   for too long or does not answer when the executor is told to stop
 */
export async function execute(asked: Executor): Promise<void> {
  const { ephemeral, signal } = asked;
  const ledger = patient(asked.ledger, signal);
  const executor = { ...asked, ledger };
  const leased = await ledger.lease();
  const boot = await ledger.bootPosition();
  // Without pins nothing of an earlier run is left, so the boot is applied again from its start.
  const reported = ephemeral ? Math.min(leased, boot - 1) : leased;
  const names = naming();
  const run: Run = {
    model: emptyKernel(),
    live: undefined,
    resumed: true,
    reports: [],
    standing: '',
  };
  const events = ledger.follow(boot - 1)[Symbol.asyncIterator]();
  // What is wrong with an event is told when its turn comes.
  const read = () => {
    const next = events.next();
    next.catch(() => undefined);
    return next;
  };
  const aborted = new Promise<'aborted'>((resolve) => {
    signal.addEventListener('abort', () => resolve('aborted'), { once: true });
  });
  try {
    let next = read();
    while (!signal.aborted) {
      const wait = run.reports.length > 0 ? BATCH_MS : LOOK_MS;
      const got = await Promise.race([next, aborted, pause(wait, 'quiet' as const)]);
      if (got === 'aborted') break;
      if (got === 'quiet') {
        await quiet(executor, run, names);
        continue;
      }
      if (got.done === true) break;
      next = read();
      await taken(executor, run, got.value, { reported, names });
    }
    await flush(executor, run);
  } catch (error) {
    // What was done before is told, so that it is not done again after a restart.
    await flush(executor, run).catch(() => undefined);
    throw error;
  } finally {
    if (run.live !== undefined && ephemeral) await dismantle(run.live, run.model, executor.place);
    else if (run.live !== undefined) await closeLive(run.live);
  }
}

/** One event: folded when it was reported before, else applied. */
async function taken(
  executor: Executor,
  run: Run,
  event: LoggedEvent,
  { reported, names }: { readonly reported: number; readonly names: ReturnType<typeof naming> },
): Promise<void> {
  names.from(event.effects);
  const { kernel, place } = executor;
  const { nameNew } = names;
  if (event.position > reported) {
    if (event.call.name === 'boot') {
      if (run.live !== undefined) await dismantle(run.live, run.model, place);
      fold(run.model, event);
      run.live = await restored({ kernel, place, model: run.model, nameNew });
      run.resumed = false;
      const { position, outcome } = event;
      told(executor, run, event, { position, how: 'performed', outcome });
      return;
    }
    if (run.live === undefined) throw new Error(`event ${event.position} comes before any boot`);
    const done = run.resumed && (await wasDone(executor, run, event));
    run.resumed = false;
    told(
      executor,
      run,
      event,
      await (done ? found(executor, run, event, names) : made(executor, run, event)),
    );
    if (run.reports.length >= BATCH_MAX) await flush(executor, run);
    return;
  }
  fold(run.model, event);
  if (event.position === reported) {
    run.live = await restored({ kernel, place, model: run.model, nameNew });
  }
}

function made(
  { place, ephemeral, progTypes }: Executor,
  run: Run,
  event: LoggedEvent,
): Promise<Report> {
  if (run.live === undefined) throw new Error('nothing is booted');
  const scene = { live: run.live, model: run.model, progTypes };
  return apply(scene, ephemeral ? undefined : place.held, event as CallEvent);
}

/** The kernel is in the state after the event already: the context is built anew for that state. */
async function found(
  { kernel, place }: Executor,
  run: Run,
  event: LoggedEvent,
  { nameNew }: ReturnType<typeof naming>,
): Promise<Report> {
  fold(run.model, event);
  if (run.live !== undefined) await closeLive(run.live);
  run.live = await restored({ kernel, place, model: run.model, nameNew });
  const { position, outcome } = event;
  return { position, how: 'found', outcome, note: 'done before a restart' };
}

function told(executor: Executor, run: Run, event: LoggedEvent, report: Report): void {
  run.reports.push(report);
  executor.onReport(event, report);
}

function fold(model: Model, { effects, pid }: LoggedEvent): void {
  applyAll(model, effects, pid);
}

/** After a restart: whether the kernel has the state after the event rather than before it. */
async function wasDone(
  { kernel, place }: Executor,
  run: Run,
  event: LoggedEvent,
): Promise<boolean> {
  if (event.effects.length === 0 || run.live === undefined) return false;
  const after = layerOn(run.model);
  fold(after, event);
  const deadline = performance.now() + SETTLED_MS_MAX;
  do {
    if (differences(run.model, run.live, place).length === 0) return false;
    const then = await restored({ kernel, place, model: after, nameNew: () => 0 });
    try {
      if (differences(after, then, place).length === 0) return true;
    } finally {
      await closeLive(then);
    }
    await pause(LOOK_MS / 10);
  } while (performance.now() < deadline);
  return false;
}

/** Sends what is to be reported; looks at the kernel when there is nothing. */
async function quiet(
  executor: Executor,
  run: Run,
  { nameNew }: ReturnType<typeof naming>,
): Promise<void> {
  if (run.reports.length > 0) return flush(executor, run);
  if (run.live === undefined) return executor.ledger.report([]);
  const now = differences(run.model, run.live, executor.place);
  const text = JSON.stringify(now);
  if (text === run.standing) return executor.ledger.report([]);
  run.standing = text;
  executor.onStanding(now);
  await executor.ledger.report([], { standing: now });
  // Only when something changed: what the kernel refused to take back is not tried for ever.
  if (!executor.repair || now.length === 0) return;
  const { kernel, place } = executor;
  const { live, repairs } = await putBack(run.live, { kernel, place, model: run.model, nameNew });
  run.live = live;
  if (repairs.length === 0) return;
  executor.onRepair(repairs);
  for (let at = 0; at < repairs.length; at += BATCH_MAX) {
    await executor.ledger.report([], { repairs: repairs.slice(at, at + BATCH_MAX) });
  }
}

async function flush({ ledger }: Executor, run: Run): Promise<void> {
  const { reports } = run;
  run.reports = [];
  if (reports.length > 0) await ledger.report(reports);
}
