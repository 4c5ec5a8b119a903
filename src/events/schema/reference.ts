/** A field that names an earlier answer of the same batch instead of a number. */
import { z } from 'zod';
import { i32, isI32 } from './numbers.ts';
import { strictObject } from './strict-object.ts';

/** Calls of one batch; a reference points to one of them, counted from 0. */
export const BATCH_CALLS_MAX = 1000;

const resultOf = strictObject({
  result_of: z
    .int()
    .min(0)
    .max(BATCH_CALLS_MAX - 1),
}).meta({
  id: 'ResultOf',
  description: 'The return value of an earlier call of the same batch, counted from 0.',
});

/** A number, or the result of an earlier call. */
export type Reference = number | { readonly result_of: number };

/** An fd or pid: any 32-bit number (the kernel answers for bad ones), or an earlier result. */
export const reference = z
  .unknown()
  .transform((value, context): Reference => {
    // Nearly all values are a number or left out: these need no further parse.
    if (isI32(value)) return value;
    if (value === undefined) {
      context.issues.push({ code: 'invalid_type', expected: 'number', input: value });
      return z.NEVER;
    }
    // One level by hand: a union would report both branches and name neither field.
    const parsed = (typeof value === 'object' && value !== null ? resultOf : i32).safeParse(value);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) {
      context.issues.push({ ...issue, input: value } as z.core.$ZodRawIssue);
    }
    return z.NEVER;
  })
  .meta({
    id: 'Reference',
    description: 'A 32-bit number, or the result of an earlier call of the same batch.',
    anyOf: [
      { type: 'integer', minimum: -(2 ** 31), maximum: 2 ** 31 - 1 },
      { $ref: '#/components/schemas/ResultOf' },
    ],
  });
