/**
 * Gaps: the spans of a timeline in which nothing ran on a cgroup for an attach type, or in
 * which one program did not.
 */
import type { ArrayVersion } from '../array-timeline.ts';

export type GapKind =
  /** The cgroup was there and its effective array was empty. */
  | 'empty'
  /** The cgroup was there and the program that was asked for was not in its array. */
  | 'program_missing'
  | 'no_cgroup';

export interface Gap {
  readonly why: GapKind;
  /** The first position in the gap. */
  readonly position_from: number;
  /** The first position after the gap; that of the question's end while the gap lasts. */
  readonly position_to: number;
  /** Whether the event at `position_from` opened it; if not, it is as old as the question. */
  readonly opened: boolean;
  /** Whether the event at `position_to` closed it; if not, it lasts. */
  readonly closed: boolean;
}

interface Question {
  /** Asks for one program instead of any. */
  readonly program?: number | undefined;
  /** Last position that is asked about. */
  readonly to: number;
}

/** The gaps of a timeline, in order; neighbours differ in why. */
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
