/** A moment: the point in a host's log that a read is about, and the bounds of a page. */
import type { PageOrder } from '../events/page-order.ts';
import type { Moment } from '../events/reading/moment.ts';

/** Every read names its moment; the head is a moment like any other. */
export type { Moment };

/** Rows of one page at most. */
export const PAGE_LIMIT_MAX = 1000;

/** A keyset page: the rows that come after a key, in the order of the keys. */
export interface PageRequest<K> {
  /** The last key of the page before; absent for the first page. */
  readonly after?: K | undefined;
  /** 1 to {@link PAGE_LIMIT_MAX} rows. */
  readonly limit: number;
  /** Default: ascending. */
  readonly order?: PageOrder | undefined;
}

/** A page of what is in memory, and how many there are on all pages. */
export interface CountedPage<T> {
  readonly page: T[];
  readonly count: number;
}

/** The limit of a page. Throws a RangeError that names the bound: the API checks it first. */
export function checkLimit({ limit }: PageRequest<unknown>): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= PAGE_LIMIT_MAX) return limit;
  throw new RangeError(`page limit ${limit} is outside 1…${PAGE_LIMIT_MAX} (PAGE_LIMIT_MAX)`);
}

/** The parameters that every query begins with: `$1` host_id, `$2` boot, `$3` position. */
export function at(moment: Moment): [number, number, number] {
  return [moment.host_id, moment.boot, moment.position];
}
