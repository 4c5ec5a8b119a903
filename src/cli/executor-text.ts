/** The output of an executor: lines for people, or one JSON object a line. */
import type { Difference, Repair, Report } from '../executor/ledger/ledger.ts';

/** A report; people read those of calls that were made as asked in the service. */
export function reportLines(callName: string, report: Report, json = false): readonly string[] {
  if (json) return [JSON.stringify(report)];
  if (report.how === 'performed') return [];
  return [`${report.position} ${callName}: ${report.how}: ${report.note ?? ''}`];
}

/** What differs now. */
export function differenceLines(standing: readonly Difference[], json = false): readonly string[] {
  if (json) return [JSON.stringify({ standing })];
  return standing.map(
    ({ what, where, log, kernel }) =>
      `differs: ${what} ${where}: log ${log || 'nothing'}, kernel ${kernel || 'nothing'}`,
  );
}

/** What was put back. */
export function repairLines(repairs: readonly Repair[], json = false): readonly string[] {
  if (json) return [JSON.stringify({ repairs })];
  return repairs.map(({ where, did }) => `repaired: ${where}: ${did}`);
}
