/**
 * Does the work of a stream of items, at most `concurrency` of them concurrently; items are taken when there is
 * room. The first error ends it, once what was begun has ended.
 */
export async function inParallel<T>(
  items: AsyncIterable<T>,
  concurrency: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const source = items[Symbol.asyncIterator]();
  let failed = false;
  async function worker(): Promise<void> {
    try {
      while (!failed) {
        const { done, value } = await source.next();
        if (done) return;
        await work(value);
      }
    } catch (error) {
      failed = true;
      throw error;
    }
  }
  const workers = Array.from({ length: concurrency }, worker);
  const results = await Promise.allSettled(workers);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
