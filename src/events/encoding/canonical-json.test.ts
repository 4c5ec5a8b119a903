import { expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.ts';

it.each([
  '[1,0,-7,null,"token:ci",[27,"/kube pods/ü😀"],[]]',
  '{"a":1.5,"b":"line\\n"}',
  `[${'1,'.repeat(5000)}1]`,
  '9007199254740991',
])('%.60s is the JSON that it says', (text) => {
  expect(canonicalJson(text)).toEqual(JSON.parse(text));
});

it.each([
  ['[1, 2]'],
  ['[1,2]\n'],
  ['[-0]'],
  ['[1e3]'],
  ['[1.50]'],
  ['[12345678901234567890]'],
  ['["\\u0061"]'],
  ['["\ud800"]'],
  ['{"a":1,"a":2}'],
  ['{"b":1,"1":2}'],
  ['[01]'],
  ['[1'],
  [''],
])('%j is written otherwise, or is none', (text) => {
  expect(canonicalJson(text)).toBeUndefined();
});
