/** Folds lines that are wider than the terminal between words, so that it cuts none in two. */

/** Below this a terminal is too narrow for what a fold would leave. */
const COLUMNS_MIN = 40;
/** What the later parts of a line are indented by, beside its own indent. */
const HANGING = 4;

/**
 * The parts of a line for a terminal of so many columns. JSON stays whole: it is for programs, and
 * people copy it.
 */
export function foldLine(line: string, columns: number): string[] {
  if (line.length <= columns || columns < COLUMNS_MIN || /^\s*[[{]/u.test(line)) return [line];
  const own = /^ */u.exec(line)?.[0].length ?? 0;
  const indent = ' '.repeat(Math.min(own + HANGING, columns / 2));
  const parts: string[] = [];
  let rest = line;
  while (rest.length > columns) {
    const from = rest.length - rest.trimStart().length;
    const end = rest.lastIndexOf(' ', columns);
    // A word that is wider than the terminal is cut behind a comma, or stays whole.
    const comma = rest.lastIndexOf(',', columns - 1) + 1;
    const fallback = comma > from ? comma : rest.indexOf(' ', columns);
    const cut = end > from ? end : fallback;
    if (cut === -1) break;
    parts.push(rest.slice(0, cut).trimEnd());
    rest = indent + rest.slice(cut).trimStart();
  }
  return [...parts, rest];
}
