import { expect, it } from 'vitest';
import { legible } from './legible.ts';

it.each([
  ['runc[5]', 'runc[5]'],
  ['Grüße, 日本語 👋 1\u20092', 'Grüße, 日本語 👋 1\u20092'],
  ['a\u001b[2Jb', 'a\\x1b[2Jb'],
  ['\0one\ntwo\ttab\u007f', '\\x00one\\x0atwo\\x09tab\\u007f'],
  ['\u202etxt.exe\u2066\u200f\u061c', '\\u202etxt.exe\\u2066\\u200f\\u061c'],
  ['ro\u200bot\ufeff\u00ad\u2060\u3164', 'ro\\u200bot\\ufeff\\u00ad\\u2060\\u3164'],
  ['\u2028next\u009b', '\\u2028next\\u009b'],
  ['tag\u{e0041}\ud800', 'tag\\u{e0041}\\ud800'],
])('%j is shown as %s', (text, shown) => {
  expect(legible(text)).toBe(shown);
  expect(legible(shown)).toBe(shown);
});
