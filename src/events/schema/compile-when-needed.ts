/**
 * Schemas as functions that are made when they are needed (`z.compile`): to make one takes up to a
 * tenth of a second, which no start should wait for.
 */
import { z } from 'zod';

/** What gives the function of a schema, and makes it at the first time. */
export function compileWhenNeeded<T extends z.ZodType>(schema: T) {
  const compile = () => z.compile(schema, { strict: true });
  let made: ReturnType<typeof compile> | undefined;
  return () => {
    made ??= compile();
    return made;
  };
}
