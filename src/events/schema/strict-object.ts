/** Objects that refuse unknown fields by name, and suggest the field that was probably meant. */
import { z } from 'zod';
import { nameHint } from './near-name.ts';

/** The characters of a refused name that a message shows. */
const SHOWN_MAX = 60;

function showKey(key: string): string {
  return JSON.stringify(key.length > SHOWN_MAX ? `${key.slice(0, SHOWN_MAX)}…` : key);
}

/** Unknown fields that are listed one by one: the search for a similar name takes long. */
const TOLD_MAX = 20;

function unknownField(key: string, known: readonly string[]): string {
  return `unknown field ${showKey(key)}${nameHint(key, known)}`;
}

/**
 * An object with exactly the fields of `shape`. Its error has a line for each unknown one, up to
 * `TOLD_MAX` of them.
 */
export function strictObject<S extends z.ZodRawShape>(shape: S) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return undefined;
      const keys = issue.keys as string[];
      const told = keys.slice(0, TOLD_MAX);
      return told.map((key) => unknownField(key, known)).join('\n');
    },
  });
}

/** A union of objects with the discriminator `field`; an unknown value of it is refused by name. */
export function taggedUnion<
  F extends string,
  O extends readonly [z.core.$ZodTypeDiscriminable, ...z.core.$ZodTypeDiscriminable[]],
>(field: F, options: O, names: readonly string[]) {
  return z.discriminatedUnion(field, options, {
    error: (issue) => {
      if (issue.code !== 'invalid_union') return undefined;
      const value = (issue.input as Readonly<Record<string, unknown>>)[field];
      if (value === undefined) return `${field} is missing`;
      if (typeof value !== 'string') return `${field} must be a string`;
      return `unknown ${field} ${showKey(value)}${nameHint(value, names)}`;
    },
  });
}
