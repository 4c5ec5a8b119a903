import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  JSON_DEPTH_MAX,
  JSON_FIELDS_MAX,
  JSON_ITEMS_MAX,
  JSON_NUMBER_CHARS_MAX,
  JSON_VALUES_MAX,
} from '../limits.ts';
import { ProblemError } from '../problem.ts';
import { refuseShapeless } from './json-shape.ts';

/** The limit that a text is refused for; undefined when it is not. */
function limitOf(text: string): number | undefined {
  try {
    refuseShapeless(Buffer.from(text));
    return undefined;
  } catch (error) {
    if (error instanceof ProblemError) return error.details.limit;
    throw error;
  }
}

const fields = (count: number) =>
  JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, i])));
const items = (count: number) => JSON.stringify(Array(count).fill(0));
const digits = (count: number) => `{"fd":${' '.repeat(2000)}${'9'.repeat(count)}}`;
const nestArrays = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

describe('the shape of a JSON text', () => {
  it.each([
    ['levels', nestArrays, JSON_DEPTH_MAX],
    ['fields', fields, JSON_FIELDS_MAX],
    ['items', items, JSON_ITEMS_MAX],
    ['digits', digits, JSON_NUMBER_CHARS_MAX],
  ])('takes as many %s as are allowed, and not one more', (_, made, limit) => {
    expect(limitOf(made(limit))).toBeUndefined();
    expect(limitOf(made(limit + 1))).toBe(limit);
  });

  it('counts each list and object by itself, and all values together', () => {
    const wide = `[${Array(300).fill(fields(JSON_FIELDS_MAX)).join(',')}]`;
    expect(limitOf(`{"a":${items(JSON_ITEMS_MAX)},"b":${items(JSON_ITEMS_MAX)}}`)).toBeUndefined();
    expect(limitOf(wide)).toBeUndefined();
    expect(limitOf(`[${Array(400).fill(fields(JSON_FIELDS_MAX)).join(',')}]`)).toBe(
      JSON_VALUES_MAX,
    );
  });

  it.each(['{"a', '"\\', '[1', ']]]]]]', 'x,,,', '\u0000'])('leaves %j to the parser', (text) => {
    expect(limitOf(text)).toBeUndefined();
  });

  it('takes nothing within a string for more than text', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 60 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 40 }), (texts) => {
        const hidden = `${nestArrays(JSON_DEPTH_MAX + 5)}\\"${','.repeat(JSON_ITEMS_MAX)}"`;
        return limitOf(JSON.stringify([...texts, hidden, `${hidden}\\`])) === undefined;
      }),
      { numRuns: 50 },
    );
  });
});
