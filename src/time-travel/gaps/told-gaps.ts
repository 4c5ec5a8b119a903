/**
 * Gaps with their times and the events that opened and closed them. What a sighting found was there
 * before, and nobody saw since when: up to then nothing is known, which is not a gap.
 */
import type { LedgerEvent } from '../../events/event.ts';
import { type EventRef, eventRef } from '../wording/event-ref.ts';
import type { Gap, GapKind } from './gaps.ts';

export type ToldKind =
  | GapKind
  /** The cgroup was found at the end: whether it existed is not known. */
  | 'cgroup_not_known'
  /** A program in the array was found at the end: since when it ran is not known. */
  | 'array_not_known';

export interface DescribedGap extends Pick<Gap, 'position_from' | 'position_to'> {
  readonly why: ToldKind;
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
    const isFound = closed && last.call.name === 'found';
    if (isFound && last.at <= first.at) continue;
    // What is inferred together is found at one time.
    if (opened && closed && first.call.name === 'found' && last.at === first.at) continue;
    told.push({
      ...{ why: isFound ? unknownKind(why) : why, position_from, position_to },
      ...{ since: first.at, until: last.at },
      micros: Math.max(0, last.at - first.at),
      ...(opened && { opened_by: eventRef(first) }),
      ...(closed && { closed_by: eventRef(last) }),
    });
  }
  return told;
}

function unknownKind(why: GapKind): ToldKind {
  return why === 'no_cgroup' ? 'cgroup_not_known' : 'array_not_known';
}

/** Whether it is known that the array was empty or lacked the program. */
export function isKnown({ why }: DescribedGap): boolean {
  return why !== 'cgroup_not_known' && why !== 'array_not_known';
}
