/** The approximate size of calls in memory: one program may have a million characters. */

/** The size of a call, or of its event, without its texts. */
const CALL_SIZE = 512;

/** The size of a call, in characters. */
export function callSize(call: object): number {
  let size = CALL_SIZE;
  for (const value of Object.values(call)) if (typeof value === 'string') size += value.length;
  return size;
}
