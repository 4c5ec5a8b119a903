import { expect, it } from 'vitest';
import { printableLine } from './printable.ts';

it.each([
  ['runc[5]', 'runc[5]'],
  ['Grüße, 日本語 👋', 'Grüße, 日本語 👋'],
  ['a\u001b[2Jb', 'a\\x1b[2Jb'],
  ['one\ntwo\r\ttab', 'one\\x0atwo\\x0d\\x09tab'],
  ['\u0007\u007f', '\\x07\\u007f'],
  ['\u009b31m', '\\u009b31m'],
  ['\u202etxt.exe\u2066\u200f', '\\u202etxt.exe\\u2066\\u200f'],
  ['\u2028next', '\\u2028next'],
])('%j is shown as %s', (text, shown) => {
  expect(printableLine(text)).toBe(shown);
});

it('keeps a line of JSON what it says', () => {
  const value = { comm: '\u001b[31m\u009b\u202e', path: '/\n\u007f' };
  expect(JSON.parse(printableLine(JSON.stringify(value)))).toEqual(value);
});
