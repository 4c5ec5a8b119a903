/** The order of texts in every answer: by their UTF-8 bytes, as SQL's collation "C" has it. */

/** Compares two texts by their bytes, for `sort`. */
export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
