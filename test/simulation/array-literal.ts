// Array literals of PostgreSQL, as `src/events/storage/sql-array.ts` writes them, read again.

/** The elements of a literal; NULL is null, all else is its text. */
export function listOf(literal: string): (string | null)[] {
  const list: (string | null)[] = [];
  const element = /"((?:[^"\\]|\\.)*)"|([^,{}]+)/gy;
  for (let at = 1; at < literal.length - 1; at = element.lastIndex + 1) {
    element.lastIndex = at;
    const found = element.exec(literal);
    if (found === null) throw new Error(`no list: ${literal}`);
    const [, quoted, plain] = found;
    list.push(plain === 'NULL' ? null : (plain ?? quoted?.replaceAll(/\\(.)/g, '$1') ?? ''));
  }
  return list;
}
