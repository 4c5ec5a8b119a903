/** Gaps with their times and the events that opened and closed them. */
import type { LedgerEvent } from '../../events/event.ts';
import { type EventRef, eventRef } from '../wording/event-ref.ts';
import type { Gap } from './gaps.ts';

export interface DescribedGap extends Pick<Gap, 'why' | 'position_from' | 'position_to'> {
  /** Microseconds since the epoch, by the clock of the kernel (`at`). */
  readonly since: number;
  readonly until: number;
  /** How long it was; 0 when the events came out of order. */
  readonly micros: number;
  /** Absent when the gap began before the span. */
  readonly opened_by?: EventRef;
  /** Absent while it lasts. */
  readonly closed_by?: EventRef;
}

/** Reads the events around each gap. */
export async function describeGaps(
  gaps: readonly Gap[],
  eventAt: (position: number) => Promise<LedgerEvent>,
): Promise<DescribedGap[]> {
  const told: DescribedGap[] = [];
  /** The event that closes a gap often opens the next one. */
  let latest: LedgerEvent | undefined;
  async function read(position: number): Promise<LedgerEvent> {
    if (latest?.position !== position) latest = await eventAt(position);
    return latest;
  }
  for (const { why, position_from, position_to, opened, closed } of gaps) {
    const first = await read(position_from);
    const last = await read(position_to);
    told.push({
      ...{ why, position_from, position_to, since: first.at, until: last.at },
      micros: Math.max(0, last.at - first.at),
      ...(opened && { opened_by: eventRef(first) }),
      ...(closed && { closed_by: eventRef(last) }),
    });
  }
  return told;
}
