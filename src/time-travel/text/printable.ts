/**
 * Names come from the processes that made calls: a comm, a path or a pin may move a terminal's
 * cursor, sets its title, or turns the reading direction around. Lines for people show such
 * characters instead of sending them.
 */

/** Control characters (C0, DEL, C1), line separators, and what changes the reading direction. */
const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/**
 * A line of text for a terminal: `\x1b` for an escape, `\x0a` for a line's end, `\u202e` for what is
 * past ASCII, which is how JSON would write it: a line of JSON holds no other, so it stays JSON.
 */
export function printableLine(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x7f
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}
