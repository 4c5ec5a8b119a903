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
import { invalid } from '../problem.ts';

const QUOTE = 0x22;
const SPACE = 0x20;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

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
  let wordFrom = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case QUOTE:
        at = endOfString(text, at);
        break;
      case COMMA:
        values++;
        commas[depth] = (commas[depth] as number) + 1;
        if ((commas[depth] as number) >= (allowed[depth] as number) && depth > 0) {
          throw tooWide(allowed[depth] as number);
        }
        break;
      case OPEN_LIST:
      case OPEN_OBJECT:
        depth++;
        values++;
        if (depth > JSON_DEPTH_MAX) throw tooMuch('levels', JSON_DEPTH_MAX);
        commas[depth] = 0;
        allowed[depth] = text[at] === OPEN_LIST ? JSON_ITEMS_MAX : JSON_FIELDS_MAX;
        break;
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        // The parser refuses a bracket that nothing opened.
        if (depth > 0) depth--;
        break;
      default:
        if ((text[at] as number) > SPACE) {
          if (at - wordFrom <= JSON_NUMBER_CHARS_MAX) continue;
          throw tooMuch('characters in a number', JSON_NUMBER_CHARS_MAX);
        }
    }
    wordFrom = at;
    if (values > JSON_VALUES_MAX) throw tooMuch('values', JSON_VALUES_MAX);
  }
}

/** Where the string ends that begins at a quote; the end of the text when it does not end. */
function endOfString(text: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== QUOTE) at += text[at] === BACKSLASH ? 2 : 1;
  return at;
}

function tooWide(limit: number): Error {
  const what = limit === JSON_ITEMS_MAX ? 'a list' : 'an object';
  const has = limit === JSON_ITEMS_MAX ? 'items' : 'fields';
  const message = `${what} of the body has more than ${limit} ${has}`;
  return invalid([{ field: '', message, limit }]);
}

function tooMuch(what: string, limit: number): Error {
  return invalid([{ field: '', message: `the body has more than ${limit} ${what}`, limit }]);
}
