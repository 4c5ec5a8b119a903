/** Suggests the name that a misspelt name may mean. */

/** Two names with more edits than this are not similar. */
const EDITS_MAX = 3;

/** Names longer than this are not compared: the work grows with the product of the lengths. */
const COMPARED_MAX = 40;

/** Number of single-character edits between two names (Levenshtein). */
function editsBetween(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const swapped = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(swapped, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}

/** The known name nearest to `name`, or undefined when none is near. */
export function nearName(name: string, known: readonly string[]): string | undefined {
  if (name.length > COMPARED_MAX) return undefined;
  const allowed = Math.min(EDITS_MAX, Math.floor(name.length / 2));
  let best: { readonly name: string; readonly edits: number } | undefined;
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) > allowed) continue;
    const edits = editsBetween(name.toLowerCase(), candidate.toLowerCase());
    if (edits <= allowed && edits < (best?.edits ?? allowed + 1)) best = { name: candidate, edits };
  }
  return best?.name;
}

/** `did you mean …?` with a leading separator, or nothing. */
export function suggestion(name: string, known: readonly string[]): string {
  const near = nearName(name, known);
  return near === undefined ? '' : `; did you mean "${near}"?`;
}

/** Names that a message lists whole; of more it shows the first. */
const LISTED_MAX = 12;
const SHOWN_OF_MORE = 4;

/**
 * The same, or which names there are when none is near.
 *
 * @param rarer names that are meant only where none of `known` is near
 */
export function nameHint(
  name: string,
  known: readonly string[],
  rarer: readonly string[] = [],
): string {
  return suggestion(name, known) || suggestion(name, rarer) || listing(known);
}

function listing(known: readonly string[]): string {
  if (known.length === 0) return '';
  if (known.length <= LISTED_MAX) return `; there are: ${known.join(', ')}`;
  const shown = known.slice(0, SHOWN_OF_MORE).join(', ');
  return `; there are: ${shown} and ${known.length - SHOWN_OF_MORE} more`;
}
