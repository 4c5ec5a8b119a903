import { expect, test } from 'vitest';
import { commonBits, comparePrefixes, prefixText } from './prefixes.ts';

const of = (text: string) => {
  const [data = '', prefixlen] = text.split('/');
  return { prefixlen: Number(prefixlen), data };
};

test.each([
  ['c0a8/16', 'c0a8/16', 16],
  ['c0a8/16', 'c0a9/16', 15],
  ['c0a8/9', 'c0ff/16', 9],
  ['c0a8/0', 'ffff/16', 0],
  ['7f/8', '80/8', 0],
  ['00/99', '00/99', 8],
])('%s and %s have %i bits in common', (one, other, bits) => {
  expect(commonBits(of(one), of(other))).toBe(bits);
});

test('keys are told as by a walk of the trie: what is longer before what it begins with', () => {
  const told = [
    'c0a80000/24',
    'c0a80100/24',
    'c0a88000/24',
    'c0a80000/16',
    'c1000000/8',
    '00000000/0',
  ];
  const sorted = told.toReversed().map(of).toSorted(comparePrefixes);
  expect(sorted).toEqual(told.map(of));
});

test('what stands behind a prefix is not part of it', () => {
  expect(prefixText(of('c0ff/9'))).toBe('9/c08');
  expect(prefixText(of('c08f/9'))).toBe('9/c08');
  expect(prefixText(of('c0ff/16'))).toBe('16/c0ff');
  expect(comparePrefixes(of('c0ff/9'), of('c08f/9'))).toBe(0);
});
