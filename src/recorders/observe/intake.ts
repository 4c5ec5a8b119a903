/**
 * Takes the lines of a collector into a spool. A full spool drops lines rather than making the
 * collector wait, and says how many as soon as there is room.
 */
import { lostLine } from '../snapshot/lost-line.ts';
import type { Spool } from './spool.ts';

interface Dropped {
  events: number;
  readonly from: string;
  to: string;
}

export class Intake {
  private readonly spool: Spool;
  private dropped: Dropped | undefined;
  /** Lines that were taken, and lines that found no room. */
  readonly counts = { taken: 0, dropped: 0 };

  constructor(spool: Spool) {
    this.spool = spool;
  }

  /** Takes lines, in order. */
  async take(lines: readonly string[]): Promise<void> {
    if (lines.length === 0) return;
    const now = new Date().toISOString();
    const { dropped } = this;
    const hole =
      dropped && JSON.stringify(lostLine(now, { ...dropped, cause: 'the spool was full' }));
    if (await this.spool.append(hole === undefined ? lines : [hole, ...lines])) {
      this.dropped = undefined;
      this.counts.taken += lines.length;
      return;
    }
    this.counts.dropped += lines.length;
    this.dropped ??= { events: 0, from: now, to: now };
    this.dropped.events += lines.length;
    this.dropped.to = now;
  }
}
