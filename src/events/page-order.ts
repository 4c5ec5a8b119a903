/** The order of a page by its key, and what it is in SQL. */

/** `desc`: the last key first. */
export type PageOrder = 'asc' | 'desc';

/** How a row is found that comes after another one, and how rows are sorted. */
export const IN_ORDER = {
  asc: { beyond: '>', sort: 'asc' },
  desc: { beyond: '<', sort: 'desc' },
} as const;

/** Both orders of a query. */
export function writeBothOrders<T>(write: (order: PageOrder) => T): Readonly<Record<PageOrder, T>> {
  return { asc: write('asc'), desc: write('desc') };
}
