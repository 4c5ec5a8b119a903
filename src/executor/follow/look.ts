/** Compares the whole kernel while the log is quiet: reports differences, and repairs them. */
import type { LiveKernel } from '../live/live-kernel.ts';
import { findDifferences } from '../place/compare.ts';
import { putBack } from '../repair/put-back.ts';
import { BATCH_MAX } from './reports.ts';
import type { ExecutorRun } from './run.ts';

/** Compares, and renews the lease with what there is to report. */
export async function lookAtKernel(run: ExecutorRun): Promise<void> {
  const { executor, live, model } = run;
  const { ledger, place } = executor;
  if (live === undefined) return ledger.report([]);
  const standing = findDifferences(model, live, place);
  const text = JSON.stringify(standing);
  if (text === run.standing) return ledger.report([]);
  run.standing = text;
  executor.onStanding(standing);
  await ledger.report([], { standing });
  // Only when something changed: a repair that the kernel refused is not tried for ever.
  if (executor.repair && standing.length > 0) await repair(run, live);
}

async function repair(run: ExecutorRun, before: LiveKernel): Promise<void> {
  const { executor, model, names } = run;
  const { kernel, place, ledger } = executor;
  const { live, repairs } = await putBack(before, {
    kernel,
    place,
    model,
    nameNew: names.nameNew,
  });
  run.live = live;
  if (repairs.length === 0) return;
  executor.onRepair(repairs);
  for (let at = 0; at < repairs.length; at += BATCH_MAX) {
    await ledger.report([], { repairs: repairs.slice(at, at + BATCH_MAX) });
  }
}
