/**
 * Compiles a schema into one function when it is used in earnest. To compile those of requests and
 * events takes a tenth of a second or more, and a service that starts, or is only tried, does
 * without: until then the schema itself answers, which tells the same.
 */
import { z } from 'zod';

/** Values that the schema itself parses: more than a demo posts. */
const FIRST_VALUES = 200;

/** What parses values, compiled or not. */
export type Parser<T extends z.ZodType> = Pick<T, 'safeParse'>;

/** The schema, compiled once it has parsed some hundred values. */
export function compiledWhenUsed<T extends z.ZodType>(schema: T): Parser<T> {
  let parser: Parser<T> = schema;
  let values = 0;
  return {
    safeParse(value, params) {
      if (++values === FIRST_VALUES) parser = z.compile(schema, { strict: true });
      return parser.safeParse(value, params);
    },
  };
}
