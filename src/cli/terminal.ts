/** How wide the terminal is that people read. */

/** Where a terminal does not tell its width. */
const USUAL = 80;

/** Columns of a stream: `COLUMNS` wins, as in a shell; undefined when it is not a terminal. */
export function columnsOf(stream: NodeJS.WriteStream): number | undefined {
  if (!stream.isTTY) return undefined;
  const { COLUMNS: set = '' } = process.env;
  return /^[1-9]\d{0,4}$/u.test(set) ? Number(set) : stream.columns || USUAL;
}
