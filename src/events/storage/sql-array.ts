/**
 * Lists as PostgreSQL array literals: one text parameter however long the list is, the same for
 * both drivers, so that a statement's text and its parameter types never change.
 */

type Scalar = number | string | boolean | null;

/** The literal of a list, such as `{1,2,NULL}` or `{"a","b"}`. */
export function sqlArray(values: readonly Scalar[]): string {
  return `{${values.map(element).join(',')}}`;
}

function element(value: Scalar): string {
  if (value === null) return 'NULL';
  if (typeof value === 'string') return quote(value);
  return String(value);
}

function quote(text: string): string {
  // A test is cheaper than a replacement that finds nothing, and most texts have no backslash.
  const escaped = text.includes('\\') ? text.replaceAll('\\', '\\\\') : text;
  return `"${escaped.includes('"') ? escaped.replaceAll('"', '\\"') : escaped}"`;
}
