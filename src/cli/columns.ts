/** Rows of cells as lines with their columns one below the other. */

/** Lines of a table; the last cell of a row may be of any width. */
export function alignedLines(rows: readonly (readonly string[])[]): string[] {
  const widthOf = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widthOf(column))))
      .join('  ')
      .trimEnd(),
  );
}
