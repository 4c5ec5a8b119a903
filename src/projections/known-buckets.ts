/**
 * Buckets of whole logs that were counted before. A log only grows, so a full bucket is counted once, and
 * a log that goes back is noticed by the mark of its last known position.
 */
import { DamagedLog } from '../events/reading/damaged-log.ts';
import { markAt } from '../events/reading/mark-at.ts';
import type { Queryable } from '../events/storage/database.ts';
import { type Bucket, bucketsOf } from './buckets.ts';
import type { Span } from './list-versions.ts';

/** A bucket with the time of its first event, in microseconds since the epoch. */
export interface DatedBucket extends Bucket {
  readonly at: number;
}

interface BucketsToMark {
  readonly buckets: readonly DatedBucket[];
  /** The last position of the last bucket, and its mark. */
  readonly end: number;
  readonly mark: string;
}

/** Logs, each by the width of its buckets, of which buckets are kept. */
const KEPT_MAX = 64;
/** Steps from a width to twice that width. */
const STEPS = 8;

/**
 * The width at or above one, of so few that a log keeps its buckets while it grows by an eighth; small ones
 * stay as they are.
 */
export function steadyWidth(width: number): number {
  if (width < 2 * STEPS) return width;
  const step = 2 ** Math.floor(Math.log2(width)) / STEPS;
  return Math.ceil(width / step) * step;
}

export class KnownBuckets {
  /** By host and width; the one that was asked for longest ago is first. At most `KEPT_MAX`. */
  readonly #kept = new Map<string, BucketsToMark>();

  /**
   * The buckets of a span, in order and without gaps; the last one may be narrower.
   *
   * @param timesOf gives the times of the events at some positions
   */
  async read(
    database: Queryable,
    span: Span,
    width: number,
    timesOf: (positions: readonly number[]) => Promise<readonly number[]>,
  ): Promise<readonly DatedBucket[]> {
    const { host_id, from, to } = span;
    const end = to - (to % width);
    const isKept = from === 1 && end > 0;
    const known = isKept ? await this.#stillKnown(database, host_id, width) : undefined;
    const before = known?.buckets.filter(({ position_to }) => position_to <= to) ?? [];
    const begin = (before.at(-1)?.position_to ?? from - 1) + 1;
    // Before the counts: if the log becomes another one meanwhile, the mark is the old one's.
    const isMore = isKept && end > (known?.end ?? 0);
    const mark = isMore ? await markAt(database, host_id, end) : '';
    const counted = begin > to ? [] : await bucketsOf(database, { ...span, from: begin }, width);
    const times = await timesOf(counted.map(({ position_from }) => position_from));
    const buckets = [...before, ...counted.map((one, i) => ({ ...one, at: times[i] ?? 0 }))];
    if (isMore) {
      const full = buckets.filter(({ position_to }) => position_to <= end);
      this.#keep(keyOf(host_id, width), { buckets: full, end, mark });
    }
    return buckets;
  }

  /** What is kept of a log, unless that became another one. */
  async #stillKnown(
    database: Queryable,
    hostId: number,
    width: number,
  ): Promise<BucketsToMark | undefined> {
    const key = keyOf(hostId, width);
    const known = this.#kept.get(key);
    if (known === undefined) return undefined;
    this.#kept.delete(key);
    const mark = await markAt(database, hostId, known.end).catch((error: unknown) => {
      if (error instanceof DamagedLog) return undefined;
      throw error;
    });
    if (mark !== known.mark) return undefined;
    this.#keep(key, known);
    return known;
  }

  #keep(key: string, known: BucketsToMark): void {
    this.#kept.delete(key);
    this.#kept.set(key, known);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= KEPT_MAX) return;
      this.#kept.delete(oldest);
    }
  }
}

function keyOf(hostId: number, width: number): string {
  return `${hostId} ${width}`;
}
