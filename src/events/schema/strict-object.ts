/** Objects that refuse what they do not know, by name, and say what was probably meant. */
import { z } from 'zod';
import { suggestion } from './near-name.ts';

/** What a refused name shows of itself. */
const SHOWN_MAX = 60;

function shown(key: string): string {
  return JSON.stringify(key.length > SHOWN_MAX ? `${key.slice(0, SHOWN_MAX)}…` : key);
}

/** An object with exactly the fields of `shape`. */
export function strictObject<S extends z.ZodRawShape>(shape: S) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return undefined;
      const keys = issue.keys as string[];
      return keys.map((key) => `unknown field ${shown(key)}${suggestion(key, known)}`).join(', ');
    },
  });
}

/** A union of objects told apart by `field`; an unknown value of it is refused by name. */
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
      return `unknown ${field} ${shown(value)}${suggestion(value, names)}`;
    },
  });
}
