/** Where the next and the previous thing worth a look stands. */
import type { Bucket, History, Timeline } from '../service/answers.ts';
import { ask, hostPath, withQuery } from '../service/ask.ts';

/** What is looked for in the counts of a timeline. */
export type StepTarget = 'refusals' | 'rmdirs' | 'drift' | 'boots';

interface Search {
  readonly host: string;
  readonly what: StepTarget;
  /** Positions, both included. */
  readonly from: number;
  readonly to: number;
  readonly direction: 1 | -1;
}

/** Buckets of one question: with a thousand of them, three questions find one event of a billion. */
const BUCKETS = 1000;

/**
 * The first position of a stretch at which it happened, or the last one; undefined when it did not.
 * The service counts in buckets, and each question looks into the nearest one that has any.
 */
export async function seek({
  host,
  what,
  from,
  to,
  direction,
}: Search): Promise<number | undefined> {
  for (let stretch = { from, to }; stretch.from <= stretch.to; ) {
    const path = withQuery(hostPath(host, '/timeline'), { ...stretch, buckets: BUCKETS });
    const { items, width } = await ask<Timeline>(path);
    const has = (bucket: Bucket) => bucket[what] > 0;
    const found = direction === 1 ? items.find(has) : items.findLast(has);
    if (found === undefined) return undefined;
    if (width === 1) return found.position_from;
    stretch = { from: found.position_from, to: found.position_to };
  }
  return undefined;
}

/** Events that one page of a history has, and pages that are read: a page looks at 20,000 events. */
const PAGE = 1000;
const PAGES_MAX = 20;

export type Selected = { readonly cgroup: string } | { readonly program: number };

/** Positions that concern an object, and how far they were looked for. */
export interface Touches {
  readonly positions: readonly number[];
  readonly isComplete: boolean;
}

/** The positions of a stretch of one boot that concern an object. */
export async function touchesOf(
  host: string,
  object: Selected,
  { from, to }: { readonly from: number; readonly to: number },
  signal: AbortSignal,
): Promise<Touches> {
  const place =
    'cgroup' in object
      ? { path: '/cgroups/history', query: { path: object.cgroup } }
      : { path: `/programs/${object.program}/history`, query: {} };
  const positions: number[] = [];
  let after = `${to}:${from - 1}`;
  for (let page = 0; page < PAGES_MAX; page++) {
    const query = { ...place.query, at: to, after, limit: PAGE };
    const { items, next } = await ask<History>(
      withQuery(hostPath(host, place.path), query),
      signal,
    );
    positions.push(...items.map(({ event }) => event.position));
    if (next === undefined) return { positions, isComplete: true };
    after = next;
  }
  return { positions, isComplete: false };
}

/** The nearest of some ascending positions, after or before one. */
export function nearest(
  positions: readonly number[],
  at: number,
  direction: 1 | -1,
): number | undefined {
  return direction === 1
    ? positions.find((position) => position > at)
    : positions.findLast((position) => position < at);
}
