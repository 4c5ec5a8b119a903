/** Gaps for people: when each began and ended, how long it was, and by whose doing. */
import { rfc3339 } from '../../events/rfc3339.ts';
import type { ToldGap } from '../told-gaps.ts';
import { eventText, secondsText } from './words.ts';

const WHY = {
  empty: 'nothing ran',
  program_missing: 'the program did not run',
  no_cgroup: 'there was no such cgroup',
} as const;

interface Asked {
  readonly path: string;
  readonly attach_type: string | number;
  readonly program?: number | undefined;
  readonly from: number;
  readonly to: number;
}

/** The lines of a gap report. */
export function gapsText(
  { path, attach_type, program, from, to }: Asked,
  gaps: readonly ToldGap[],
): string[] {
  const what = program === undefined ? 'gaps' : `gaps of program ${program}`;
  const head = `${path} for ${attach_type}, positions ${from} to ${to}, ${what}: ${gaps.length}`;
  return [head, ...gaps.flatMap(gapLines)];
}

function gapLines(gap: ToldGap): string[] {
  const { why, since, until, micros, opened_by, closed_by } = gap;
  const opened = opened_by ? `opened by ${eventText(opened_by)}` : 'open before that';
  const closed = closed_by ? `closed by ${eventText(closed_by)}` : 'still open';
  return [
    `${WHY[why]} for ${secondsText(micros)}, from ${rfc3339(since)} to ${rfc3339(until)}`,
    `   ${opened}`,
    `   ${closed}`,
  ];
}
