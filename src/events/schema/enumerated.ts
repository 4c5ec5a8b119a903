/** Values that have a number, a canonical name and other spellings. */
import { z } from 'zod';
import { nameHint } from './near-name.ts';
import { U32_MAX } from './numbers.ts';

export interface Spellings<V> {
  /** What the field is, for messages: `attach type`. */
  readonly noun: string;
  /** The spelling that a message shows. */
  readonly example: string;
  /** Every accepted spelling, in lower case, with its canonical value. */
  readonly values: ReadonlyMap<string, V>;
  /** The canonical value of a number. */
  readonly ofNumber: (n: number) => V;
}

/** Any accepted spelling or number; the output is canonical. */
export function spellingSchema<V>({ noun, example, values, ofNumber }: Spellings<V>) {
  const known = [...values.keys()];
  return z.unknown().transform((value, context): V => {
    if (typeof value === 'string') {
      const found = values.get(value) ?? values.get(value.toLowerCase());
      if (found !== undefined) return found;
      const message = `unknown ${noun} ${JSON.stringify(value.slice(0, 60))}${nameHint(value, known)}`;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    }
    if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= U32_MAX) {
      return ofNumber(value as number);
    }
    const message =
      value === undefined
        ? `is missing; give a name, such as ${example}, or a number`
        : `must be a name or 0…${U32_MAX}`;
    // Only a number can have passed the limit.
    const passed = typeof value === 'number' && { params: { limit: U32_MAX } };
    context.addIssue({ code: 'custom', message, ...passed });
    return z.NEVER;
  });
}
