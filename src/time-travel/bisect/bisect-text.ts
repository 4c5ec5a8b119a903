/** A search as text: the first position, its event, and what ran before and after it. */
import type { Slot } from '../../domain/effective.ts';
import type { EventRef } from '../wording/event-ref.ts';
import { eventText } from '../wording/words.ts';
import type { Verdict } from './bisect.ts';

interface BisectQuestion {
  readonly path: string;
  readonly attach_type: string | number;
  readonly condition: string;
  readonly from: number;
  readonly to: number;
}

/** The lines of a verdict. */
export function bisectText(
  asked: BisectQuestion,
  verdict: Verdict,
  event: EventRef | undefined,
): string[] {
  const { path, attach_type, condition, from, to } = asked;
  const head = `${path} for ${attach_type}, positions ${from} to ${to}: ${condition}`;
  const { found, at_start, had_cgroup, monotone } = verdict;
  const none = had_cgroup ? [] : [`   There was no cgroup ${path} at these positions.`];
  if (found === undefined || event === undefined) return [`${head}: never`, ...none];
  const lasts = monotone
    ? 'It holds from there to the end.'
    : 'It did not hold all the time since then.';
  return [
    `${head}: ${at_start ? 'from the start' : `first at ${eventText(event)}`}`,
    ...(found.before ? [`   before: ${programs(found.before.slots)}`] : []),
    `   then:   ${programs(found.version.slots)}`,
    `   ${lasts}`,
    ...none,
  ];
}

function programs(slots: readonly Slot[]): string {
  return slots.length === 0 ? 'nothing' : slots.map(({ prog_id }) => prog_id).join(', ');
}
