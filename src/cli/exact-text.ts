/** Notes and proofs, of which each byte counts: a terminal gets them as they are, and folds nothing. */
export function printExactly(text: string): void {
  process.stdout.write(text);
}
