/**
 * Gaps: the spans of a timeline in which nothing ran on a cgroup for an attach type, or in
 * which one program did not.
 */
import type { ArrayVersion } from '../array-timeline.ts';

export type GapKind =
  /** The cgroup existed and its effective array was empty. */
  | 'empty'
  /** The cgroup existed and the program of the question was not in its array. */
  | 'program_missing'
  | 'no_cgroup';

export interface Gap {
  readonly why: GapKind;
  /** The first position in the gap. */
  readonly position_from: number;
  /** The first position after the gap; the end of the span while the gap is open. */
  readonly position_to: number;
  /** Whether the event at `position_from` opened it; if not, it began before the span. */
  readonly opened: boolean;
  /** Whether the event at `position_to` closed it; if not, it is still open. */
  readonly closed: boolean;
}

interface Question {
  /** Gaps of one program; absent: of any program. */
  readonly program?: number | undefined;
  /** The last position of the span. */
  readonly to: number;
}

/** The gaps of a timeline, in order; neighbours differ in `why`. */
export function gapsOf(versions: readonly ArrayVersion[], { program, to }: Question): Gap[] {
  const gaps: Gap[] = [];
  let open:
    | { readonly why: GapKind; readonly position: number; readonly opened: boolean }
    | undefined;
  versions.forEach((version, i) => {
    const why = gapKind(version, program);
    if (why === open?.why) return;
    const { position } = version;
    if (open !== undefined) gaps.push(endGap(open, position, true));
    open = why && { why, position, opened: i > 0 };
  });
  if (open !== undefined) gaps.push(endGap(open, to, false));
  return gaps;
}

function endGap(
  { why, position, opened }: { why: GapKind; position: number; opened: boolean },
  position_to: number,
  closed: boolean,
): Gap {
  return { why, position_from: position, position_to, opened, closed };
}

function gapKind({ cgroup_id, slots }: ArrayVersion, program?: number): GapKind | undefined {
  if (cgroup_id === undefined) return 'no_cgroup';
  if (program !== undefined) {
    return slots.some(({ prog_id }) => prog_id === program) ? undefined : 'program_missing';
  }
  return slots.length === 0 ? 'empty' : undefined;
}
