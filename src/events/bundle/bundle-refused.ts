/** Why a bundle was not imported. */
import type { ChainReport } from '../proof/chain-check.ts';

/** The bundle is damaged or forged: nothing of it was imported. */
export class BundleRefused extends Error {
  readonly report: ChainReport;

  constructor(report: ChainReport) {
    const [first] = report.faults;
    const { position_from, position_to, message } = first ?? { message: 'it is empty' };
    const range = position_from === position_to ? position_from : `${position_from}…${position_to}`;
    super(
      position_from === undefined
        ? `the bundle does not hold: ${message}`
        : `the bundle does not hold at position ${range}: ${message}`,
    );
    this.report = report;
  }
}
