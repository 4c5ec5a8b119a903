/**
 * A line for works that go one after the other, in the order in which they are asked for. One that
 * fails holds up none.
 *
 * @returns does a work in its turn, and gives what it gives
 */
export function oneByOne(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
}
