import type { Json } from './field-coder.ts';

/**
 * Most JSON that is written as it is read: lists of whole numbers and of texts without an escape. The
 * pattern takes a fourth of the time of writing it again.
 */
const PLAIN = /^(?:"[^"\\\ud800-\udfff]*"|[[\],]|0|-?[1-9]\d{0,14}(?!\d)|null)+$/;
/** Characters that the pattern is tried on: for each value it keeps its place on a stack. */
const PLAIN_LENGTH_MAX = 4096;

/** The JSON of a text, if the text is what that JSON is written as. */
export function canonicalJson(text: string): Json | undefined {
  try {
    const json = JSON.parse(text) as Json;
    if (text.length <= PLAIN_LENGTH_MAX && PLAIN.test(text)) return json;
    return JSON.stringify(json) === text ? json : undefined;
  } catch {
    return undefined;
  }
}
