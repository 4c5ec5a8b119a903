/** How large calls are in memory, about: a program alone may have a million characters. */

/** What a call, or the event of one, takes without its texts. */
const CALL_SIZE = 512;

/** The size of a call, in characters. */
export function callSize(call: object): number {
  let size = CALL_SIZE;
  for (const value of Object.values(call)) if (typeof value === 'string') size += value.length;
  return size;
}
