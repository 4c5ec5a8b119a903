/** Gaps as text: when each began and ended, how long it was, and which events caused it. */
import { rfc3339 } from '../../events/encoding/rfc3339.ts';
import { eventText, secondsText } from '../wording/words.ts';
import { type DescribedGap, isKnown, type ToldKind } from './told-gaps.ts';

const WHY: Readonly<Record<ToldKind, string>> = {
  empty: 'nothing ran',
  program_missing: 'the program did not run',
  no_cgroup: 'there was no such cgroup',
  cgroup_not_known: 'not known',
  array_not_known: 'not known',
};

interface GapsQuestion {
  readonly path: string;
  readonly attach_type: string | number;
  readonly program?: number | undefined;
  readonly from: number;
  readonly to: number;
}

/** The lines of a gap report. */
export function gapsText(
  { path, attach_type, program, from, to }: GapsQuestion,
  gaps: readonly DescribedGap[],
): string[] {
  const what = program === undefined ? 'gaps' : `gaps of program ${program}`;
  const head = `${path} for ${attach_type}, positions ${from} to ${to}, ${what}: ${gaps.filter(isKnown).length}`;
  return [head, ...gaps.flatMap((gap) => gapLines(gap, path))];
}

function gapLines(gap: DescribedGap, path: string): string[] {
  const { why, since, until, opened_by, closed_by } = gap;
  if (!isKnown(gap)) {
    const found = why === 'cgroup_not_known' ? path : 'a program that ran there';
    const when = `from ${rfc3339(since)} to ${rfc3339(until)}`;
    return [`${WHY[why]} ${when}: ${found} was found at ${closed_by?.position}`];
  }
  const opened = opened_by
    ? `opened by ${eventText(opened_by)}`
    : 'already open at the first position';
  const closed = closed_by ? `closed by ${eventText(closed_by)}` : 'still open';
  return [`${WHY[why]} ${gapText(gap)}`, `   ${opened}`, `   ${closed}`];
}

/** How long a gap was. An open gap has no length; between events out of order it is unknown. */
function gapText({ since, until, micros, closed_by }: DescribedGap): string {
  if (closed_by === undefined) {
    const so = micros === 0 ? '' : `, ${secondsText(micros)} until ${rfc3339(until)}`;
    return `from ${rfc3339(since)}${so}`;
  }
  if (until < since) {
    return (
      `from ${rfc3339(since)} for an unknown time: the event that closed it has an earlier time, ` +
      rfc3339(until)
    );
  }
  return `for ${secondsText(micros)}, from ${rfc3339(since)} to ${rfc3339(until)}`;
}
