/**
 * What happened over a stretch of a log, counted in buckets of equally many positions. Every count
 * comes from an index that holds only what is counted, so a bucket of a million events without a
 * refusal costs nothing to count refusals in.
 */
import { type LineForm, lineText, queryLine } from '../events/reading/host-line.ts';
import type { Queryable } from '../events/storage/database.ts';
import { DRIFTED, REFUSED } from '../events/storage/event-kinds.ts';
import type { Span } from './list-versions.ts';

/** What is counted. */
export const COUNTED = ['changes', 'refusals', 'drift', 'rmdirs', 'boots', 'holes'] as const;

export type Counts = Readonly<Record<(typeof COUNTED)[number], number>>;

/** Some neighbouring positions, with what happened at them. */
export interface Bucket extends Counts {
  readonly position_from: number;
  /** Inclusive. */
  readonly position_to: number;
}

const NOTHING: Counts = { changes: 0, refusals: 0, drift: 0, rmdirs: 0, boots: 0, holes: 0 };

type CountedTable = readonly [table: string, position: string, condition?: string];

/** Which rows are counted as what: versions of lists, removed cgroups, and so on. */
const SOURCES: Readonly<Record<keyof Counts, CountedTable>> = {
  changes: ['entry_versions', 'position_from'],
  refusals: ['events', 'position', REFUSED],
  drift: ['events', 'position', DRIFTED],
  rmdirs: ['cgroup_versions', 'position_from', 'gone'],
  boots: ['boots', 'position_from'],
  holes: ['holes', 'position_from'],
};

/** Sources with as many rows as events, whose index has all that is asked of them. */
const MANY: ReadonlySet<keyof Counts> = new Set(['changes', 'refusals', 'drift']);

/**
 * Counts of one thing by bucket. Where there are many rows, each bucket counts the entries of its
 * stretch of the index, which takes a sixth of the time of grouping them. The view of a branch's line
 * is grouped: it would be made anew for each bucket.
 */
function countsOf({ isBranch, rowsOf }: LineForm, what: keyof Counts): string {
  const [table, position, condition] = SOURCES[what];
  const wanted = `host_id = $1${condition === undefined ? '' : ` and ${condition}`}`;
  if (isBranch || !MANY.has(what)) {
    return `select '${what}' as what, ((${position} - $2::int8) / $4::int8)::int4 as bucket,
        count(*)::int8 as n
      from ${rowsOf(table)}
      where ${wanted} and ${position} between $2::int8 and $3::int8
      group by 2`;
  }
  return `select '${what}' as what, bucket, n
    from generate_series(0, (($3::int8 - $2::int8) / $4::int8)::int4) bucket cross join lateral (
      select count(*)::int8 as n from ${table}
      where ${wanted} and ${position} between $2::int8 + bucket * $4::int8
        and least($3::int8, $2::int8 + (bucket + 1) * $4::int8 - 1)) counted
    where n > 0`;
}

const COUNT = lineText((form) => COUNTED.map((what) => countsOf(form, what)).join(' union all '));

interface BucketCount {
  readonly what: keyof Counts;
  /** From 0. */
  readonly bucket: number;
  readonly n: number;
}

/**
 * The buckets of a stretch, in order and without gaps; the last one may be narrower.
 *
 * @param width positions of one bucket
 */
export async function bucketsOf(
  database: Queryable,
  { host_id, from, to }: Span,
  width: number,
): Promise<Bucket[]> {
  const rows = await queryLine<BucketCount>(database, COUNT, [host_id, from, to, width]);
  const counts = new Map<number, Record<keyof Counts, number>>();
  for (const { what, bucket, n } of rows) {
    const known = counts.get(bucket) ?? { ...NOTHING };
    known[what] = n;
    counts.set(bucket, known);
  }
  const buckets: Bucket[] = [];
  for (let i = 0, position = from; position <= to; i++, position += width) {
    const position_to = Math.min(position + width - 1, to);
    buckets.push({ position_from: position, position_to, ...(counts.get(i) ?? NOTHING) });
  }
  return buckets;
}
