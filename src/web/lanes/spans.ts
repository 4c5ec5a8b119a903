/** The spans of an array's history: when each program was in it, and when nothing was. */
import type { ArrayTimeline, ArrayVersion, Slot } from '../service/answers.ts';
import { microsOf } from '../state/words.ts';

export interface Stay {
  readonly from: number;
  /** Inclusive. */
  readonly to: number;
  /** Its place in the array, from 1. */
  readonly place: number;
}

export interface Lane {
  readonly key: string;
  readonly slot: Slot;
  readonly boot: number;
  readonly prog_name: string;
  readonly stays: readonly Stay[];
}

export interface LaneSpan {
  readonly from: number;
  readonly to: number;
}

/** A span in which nothing ran, with how long that was; absent while it is open. */
export interface Empty extends LaneSpan {
  readonly micros?: number;
}

export interface Lanes {
  readonly lanes: readonly Lane[];
  /** Spans in which the cgroup was there and nothing ran on it, after something had. */
  readonly empty: readonly Empty[];
  /** Spans without such a cgroup. */
  readonly absent: readonly LaneSpan[];
}

/** A lane for each entry that ever was in the array, in the order in which they came. */
export function lanesOf({ items, to, programs }: ArrayTimeline): Lanes {
  const names = new Map(programs.map((one) => [`${one.boot} ${one.prog_id}`, one.prog_name]));
  const lanes = new Map<string, { slot: Slot; boot: number; stays: Stay[] }>();
  const empty: Empty[] = [];
  const absent: LaneSpan[] = [];
  let hadSome = false;
  for (const [i, version] of items.entries()) {
    const stretch = { from: version.position, to: (items[i + 1]?.position ?? to + 1) - 1 };
    if (version.cgroup_id === undefined) absent.push(stretch);
    else if (version.slots.length === 0 && hadSome) {
      const until = items[i + 1]?.at;
      const lasted = until !== undefined && { micros: microsOf(until) - microsOf(version.at) };
      empty.push({ ...stretch, ...lasted });
    }
    if (version.slots.length > 0) hadSome = true;
    stay(lanes, version, stretch);
  }
  return {
    empty,
    absent,
    lanes: [...lanes].map(([key, { slot, boot, stays }]) => ({
      ...{ key, slot, boot, stays },
      prog_name: names.get(`${boot} ${slot.prog_id}`) ?? '',
    })),
  };
}

function stay(
  lanes: Map<string, { slot: Slot; boot: number; stays: Stay[] }>,
  { boot, slots }: ArrayVersion,
  { from, to }: LaneSpan,
): void {
  const seen = new Map<string, number>();
  for (const [i, slot] of slots.entries()) {
    const base = `${boot}/${slot.prog_id}/${slot.link_id ?? ''}/${slot.cgroup_id}`;
    // One program may stand in an array more than once.
    const nth = (seen.get(base) ?? 0) + 1;
    seen.set(base, nth);
    const key = `${base}/${nth}`;
    const lane = lanes.get(key) ?? { slot, boot, stays: [] };
    lanes.set(key, lane);
    const last = lane.stays.at(-1);
    if (last?.to === from - 1 && last.place === i + 1) {
      lane.stays[lane.stays.length - 1] = { ...last, to };
    } else lane.stays.push({ from, to, place: i + 1 });
  }
}

/** The spans between the first and the last stay in which an entry was not there. */
export function missing(stays: readonly Stay[]): LaneSpan[] {
  return stays.flatMap(({ from }, i) => {
    const before = stays[i - 1];
    return before !== undefined && before.to < from - 1
      ? [{ from: before.to + 1, to: from - 1 }]
      : [];
  });
}
