/** Finding by halving in rows that are in order. */

/**
 * The place of the first row that `holds` is true of, or the number of rows when it is of none.
 *
 * @param rows those that it is not true of come first
 */
export function firstWhere<T>(rows: readonly T[], holds: (row: T) => boolean): number {
  let [from, to] = [0, rows.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (holds(rows[middle] as T)) to = middle;
    else from = middle + 1;
  }
  return from;
}
