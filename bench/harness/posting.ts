/** What benches write to a service, and what they do when it refuses. */
import type { Connection } from './connection.ts';

/** Posts JSON and gives the answer. Throws when the service refuses. */
export async function post<T>(connection: Connection, path: string, body: unknown): Promise<T> {
  const answer = await connection.post(path, JSON.stringify(body));
  if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.body}`);
  return JSON.parse(answer.body) as T;
}

/** Makes a host of the newest release that all recordings know. */
export async function makeHost(connection: Connection, name: string): Promise<void> {
  await post(connection, '/v1/hosts', { name, release: '6.18' });
}

/** Runs `work` for each item on some workers; each takes the next item when it is done with one. */
export async function shareOut<T, W>(
  items: readonly T[],
  workers: readonly W[],
  work: (worker: W, item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  await Promise.all(
    workers.map(async (worker) => {
      while (next < items.length) await work(worker, items[next++] as T);
    }),
  );
}
