/**
 * What meets what in one list of the v2 series: semantics §19.3. The list holds program p (and link
 * q); program n comes. A cell is the list afterwards or the errno, and its source: T the text of the
 * series, S code that v1, v3 and mainline share, I indirect, derived from those.
 */
export const MATRIX_TITLE = 'A program or link comes to a list';

const CELLS = `
  | present          | legacy none   | legacy override | legacy multi         | link none          | link override          | link multi                 |
  | empty            | none n S      | override n S    | multi n S            | none link(n) S     | override link(n) S     | multi link(n) T            |
  | none p           | none n S      | EPERM S         | EPERM S              | none link(n) T     | EPERM T                | EPERM S                    |
  | override p       | EPERM S       | override n S    | EPERM S              | EPERM S            | override link(n) I     | EPERM S                    |
  | multi p link(q)  | EPERM S       | EPERM S         | multi p link(q) n S  | EPERM S            | EPERM T                | multi p link(q) link(n) T  |
  | none link(q)     | EPERM I       | EPERM S         | EPERM S              | EPERM I            | EPERM T                | EPERM S                    |
  | override link(q) | EPERM S       | EPERM I         | EPERM S              | EPERM S            | EPERM I                | EPERM S                    |
`;

/** The cells, the heading first. */
export const MATRIX: readonly (readonly string[])[] = CELLS.split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) =>
    line
      .trim()
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
