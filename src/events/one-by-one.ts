/**
 * A queue for works that run one after the other, in the order in which they arrive. One that
 * fails holds up none.
 *
 * @returns a function that does a work in its turn and returns its result
 */
export function oneByOne(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
}
