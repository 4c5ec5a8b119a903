/** Binary search in ordered rows. */

/**
 * The index of the first row for which `holds` is true, or the number of rows when there is none.
 *
 * @param rows the rows for which it is false come first
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
