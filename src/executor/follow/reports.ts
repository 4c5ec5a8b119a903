/** The reports of a run: collected for a moment, then sent together. */
import type { LoggedEvent, Report } from '../ledger/ledger.ts';
import type { ExecutorRun } from './run.ts';

/** Reports, and repairs, that are sent together at most. */
export const BATCH_MAX = 256;

/** Keeps a report to be sent. */
export function addReport(run: ExecutorRun, event: LoggedEvent, report: Report): void {
  run.reports.push(report);
  run.executor.onReport(event, report);
}

/** Sends the collected reports. Throws what the ledger throws; then nothing is sent again. */
export async function flushReports(run: ExecutorRun): Promise<void> {
  const { reports } = run;
  run.reports = [];
  if (reports.length > 0) await run.executor.ledger.report(reports);
}
