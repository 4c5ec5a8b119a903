/**
 * Schemas as functions that are made when they are needed (`z.compile`): to make one takes up to a
 * tenth of a second, which no start should wait for. A process that rests makes those that nobody
 * has needed yet.
 */
import { z } from 'zod';

/** What makes the functions that are not made yet. */
const unmade = new Set<() => unknown>();

/** What gives the function of a schema, and makes it at the first time. */
export function compiledWhenNeeded<T extends z.ZodType>(schema: T) {
  const compile = () => z.compile(schema, { strict: true });
  let made: ReturnType<typeof compile> | undefined;
  const give = () => {
    unmade.delete(give);
    made ??= compile();
    return made;
  };
  unmade.add(give);
  return give;
}

/** Makes one function that was not needed yet, if there is one. */
export function compileOne(): void {
  const [give] = unmade;
  give?.();
}
