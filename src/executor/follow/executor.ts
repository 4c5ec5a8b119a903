/**
 * The executor: follows a host's log and applies each event to the kernel that runs here, in its
 * order. Private pins hold the reported objects, so a restart continues where
 * the log was reported; the one event that may have been under way is found done, or is done.
 *
 * Read on in `follow-event.ts` (one event), `look.ts` (while the log is quiet) and `run.ts` (what
 * both work on).
 */
import { setTimeout as pause } from 'node:timers/promises';
import { limitWaits } from '../ledger/stop-limit.ts';
import { dismantle } from '../place/dismantle.ts';
import { followEvent } from './follow-event.ts';
import { lookAtKernel } from './look.ts';
import { flushReports } from './reports.ts';
import { closeRun, type Executor, type ExecutorRun, startRun } from './run.ts';

/** Milliseconds that a report waits for others. */
const BATCH_MS = 5;
/** Milliseconds between two looks at the whole kernel while the log is quiet. */
const LOOK_MS = 500;

/**
 * Follows the log until the signal aborts.
 *
 * @throws whatever ends the following: a lost lease, an event that is none, a service that is gone
 *   for too long or does not answer when the executor is told to stop
 */
export async function execute(asked: Executor): Promise<void> {
  const ledger = limitWaits(asked.ledger, asked.signal);
  const leased = await ledger.lease();
  const boot = await ledger.bootPosition();
  // Without pins nothing of an earlier run is left, so the boot is applied again from its start.
  const reported = asked.ephemeral ? Math.min(leased, boot - 1) : leased;
  asked.onStart(reported);
  const run = startRun({ ...asked, ledger }, reported);
  try {
    await followLog(run, boot);
    await flushReports(run);
  } catch (error) {
    // What was done before is reported, so that it is not done again after a restart.
    await flushReports(run).catch(() => undefined);
    throw error;
  } finally {
    if (run.live !== undefined && asked.ephemeral) {
      await dismantle(run.live, run.model, asked.place);
    } else await closeRun(run);
  }
}

/** Takes the events from the boot on, one after the other, and looks around in between. */
async function followLog(run: ExecutorRun, boot: number): Promise<void> {
  const { ledger, signal } = run.executor;
  const events = ledger.follow(boot - 1)[Symbol.asyncIterator]();
  // An error of the next event is thrown when its turn comes.
  const read = () => {
    const next = events.next();
    next.catch(() => undefined);
    return next;
  };
  const aborted = new Promise<'aborted'>((resolve) => {
    signal.addEventListener('abort', () => resolve('aborted'), { once: true });
  });
  let next = read();
  while (!signal.aborted) {
    const wait = run.reports.length > 0 ? BATCH_MS : LOOK_MS;
    const got = await Promise.race([next, aborted, pause(wait, 'quiet' as const)]);
    if (got === 'aborted') return;
    if (got === 'quiet') {
      if (run.reports.length > 0) await flushReports(run);
      else await lookAtKernel(run);
      continue;
    }
    if (got.done === true) return;
    next = read();
    await followEvent(run, got.value);
  }
}
