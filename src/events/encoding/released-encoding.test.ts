import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CALL_FIELDS } from './call-fields.ts';
import { EFFECT_FIELDS } from './effect-fields.ts';
import type { FieldList } from './field-list.ts';
import * as names from './names.ts';
import { OUTPUT_FIELDS, REFUSAL_FIELDS } from './outcome-codec.ts';
import { SOURCE_FIELDS } from './source-codec.ts';

interface Encoding {
  readonly numbers: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly fields: Readonly<Record<string, readonly string[]>>;
}

const file = new URL('released-encoding.json', import.meta.url);
const released = JSON.parse(readFileSync(file, 'utf8')) as Encoding;

function fieldNames(lists: Readonly<Record<string, FieldList<never>>>) {
  return Object.fromEntries(Object.entries(lists).map(([owner, list]) => [owner, list.names]));
}

const current: Encoding = {
  numbers: { ...names },
  fields: {
    ...fieldNames(CALL_FIELDS as never),
    ...fieldNames(EFFECT_FIELDS as never),
    ...fieldNames({
      '(success)': OUTPUT_FIELDS,
      '(refusal)': REFUSAL_FIELDS,
      '(source)': SOURCE_FIELDS,
    } as never),
  },
};

describe('what logs were written with still means the same', () => {
  it.each(Object.entries(released.numbers))('numbers of %s', (table, numbers) => {
    expect(current.numbers[table]).toMatchObject(numbers);
  });

  it.each(Object.entries(released.fields))('fields of %s, in their order', (owner, fields) => {
    expect(current.fields[owner]?.slice(0, fields.length)).toEqual(fields);
  });

  it('what was added since is added to the released list too', () => {
    // To release: write `current` to released-encoding.json. Old entries never change.
    expect(current).toEqual(released);
  });
});
