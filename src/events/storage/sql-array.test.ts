import { expect, it } from 'vitest';
import { sqlArray } from './sql-array.ts';

it.each([
  [[], '{}'],
  [[1, null, -2], '{1,NULL,-2}'],
  [[true, false], '{true,false}'],
  [['a', '', 'NULL', 'b,"c"\\d\n{}'], '{"a","","NULL","b,\\"c\\"\\\\d\n{}"}'],
])('%j is %s', (values, literal) => {
  expect(sqlArray(values)).toBe(literal);
});
