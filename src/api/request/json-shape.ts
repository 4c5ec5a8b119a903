/**
 * The shape of a JSON text, checked before it is parsed: how deep, how wide, how many values. The
 * engine takes seconds for eight megabytes of nested lists or of fields with ever new names, and
 * then the check of the value takes as long again; one pass over the bytes takes milliseconds.
 */
import {
  JSON_DEPTH_MAX,
  JSON_FIELDS_MAX,
  JSON_ITEMS_MAX,
  JSON_NUMBER_CHARS_MAX,
  JSON_VALUES_MAX,
} from '../limits.ts';
import { invalid, WHOLE_BODY } from '../problem.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** What ends a number or a word; of other bytes, which are most, nothing is asked. */
const END = { none: 0, string: 1, comma: 2, list: 3, object: 4, close: 5, space: 6 } as const;
const ENDS = new Uint8Array(256);
for (let byte = 0; byte <= 0x20; byte++) ENDS[byte] = END.space;
for (const [text, end] of [
  ['"', END.string],
  [',', END.comma],
  ['[', END.list],
  ['{', END.object],
  [']', END.close],
  ['}', END.close],
] as const) {
  ENDS[text.charCodeAt(0)] = end;
}

/**
 * Reads a text that may or may not be JSON. Throws a problem as soon as it does not have a
 * shape that a request can have.
 */
export function refuseShapeless(text: Uint8Array): void {
  /** Of each open list or object: its commas so far, and how many it may have. */
  const commas = new Uint32Array(JSON_DEPTH_MAX + 1);
  const allowed = new Uint32Array(JSON_DEPTH_MAX + 1);
  let depth = 0;
  let values = 0;
  /** Where the latest string, space, comma or bracket ended: a number or a word follows. */
  let wordFrom = -1;
  for (let at = 0; at < text.length; at++) {
    const end = ENDS[text[at] as number];
    if (end === END.none) continue;
    refuseLong(at - wordFrom - 1);
    wordFrom = at;
    if (end === END.space) continue;
    switch (end) {
      case END.string:
        at++;
        while (at < text.length && text[at] !== QUOTE) at += text[at] === BACKSLASH ? 2 : 1;
        wordFrom = at;
        break;
      case END.comma:
        values++;
        commas[depth] = (commas[depth] as number) + 1;
        if ((commas[depth] as number) >= (allowed[depth] as number) && depth > 0) {
          throw tooWide(allowed[depth] as number);
        }
        break;
      case END.list:
      case END.object:
        depth++;
        values++;
        if (depth > JSON_DEPTH_MAX) throw tooMuch('levels', JSON_DEPTH_MAX);
        commas[depth] = 0;
        allowed[depth] = end === END.list ? JSON_ITEMS_MAX : JSON_FIELDS_MAX;
        break;
      default:
        // It closes one. The parser refuses a bracket that nothing opened.
        if (depth > 0) depth--;
        break;
    }
    if (values > JSON_VALUES_MAX) throw tooMuch('values', JSON_VALUES_MAX);
  }
  refuseLong(text.length - wordFrom - 1);
}

function refuseLong(wordChars: number): void {
  if (wordChars <= JSON_NUMBER_CHARS_MAX) return;
  throw tooMuch('characters in a number', JSON_NUMBER_CHARS_MAX);
}

function tooWide(limit: number): Error {
  const what = limit === JSON_ITEMS_MAX ? 'a list' : 'an object';
  const has = limit === JSON_ITEMS_MAX ? 'items' : 'fields';
  const message = `has ${what} of more than ${limit} ${has}`;
  return invalid([{ field: WHOLE_BODY, message, limit }]);
}

function tooMuch(what: string, limit: number): Error {
  return invalid([{ field: WHOLE_BODY, message: `has more than ${limit} ${what}`, limit }]);
}
