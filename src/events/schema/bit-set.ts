/** Schemas of sets of commands and types, by their numbers: what a bpffs delegates. */
import { z } from 'zod';

/** A bit for each number. */
export const bitSet = z.string().regex(/^0x[0-9a-f]{1,16}$/u);

/** The same as an option tells it, which may be `any`. */
export const toldSet = z
  .string()
  .regex(/^(?:any|0x[0-9a-f]{1,16})$/u, 'is neither "any" nor a hexadecimal number such as "0x21"');
