/**
 * The memory of a JSON text once it is parsed, estimated before: two bytes of text may be a list of
 * 64. One pass over the bytes takes milliseconds; the parser takes seconds and gigabytes.
 */

/** Bytes of memory, about: of a list, of an object, and of a field beside its value. */
export const LIST_MEMORY = 64;
/** Of a string beside its characters. */
const STRING_MEMORY = 32;
/** Of any value where it stands. */
export const VALUE_MEMORY = 8;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;

/**
 * Bytes of memory, about, that the values of a text take; the text need not be JSON.
 *
 * @param max the count stops as soon as there are more
 */
export function jsonMemory(text: Uint8Array, max: number): number {
  let memory = 0;
  for (let at = 0; at < text.length && memory <= max; at++) {
    switch (text[at]) {
      case QUOTE:
        memory += STRING_MEMORY;
        at++;
        while (at < text.length && text[at] !== QUOTE) at += text[at] === BACKSLASH ? 2 : 1;
        break;
      case COMMA:
        memory += VALUE_MEMORY;
        break;
      case COLON:
      case OPEN_LIST:
      case OPEN_OBJECT:
        memory += LIST_MEMORY;
        break;
    }
  }
  return memory;
}
