/** A reader, who asks a service one thing after the other. */
import { askedProcess } from '../harness/asked-process.ts';

export interface Reader {
  /**
   * Asks for each path in turn. Milliseconds of each, from the request to the last byte of its answer.
   * Throws unless each is a 200.
   */
  read(paths: readonly string[]): Promise<readonly number[]>;
  close(): void;
}

export function readerOf(url: string): Reader {
  const asking = askedProcess<readonly string[], number[]>(new URL('asking.ts', import.meta.url), [
    url,
  ]);
  return { read: (paths) => asking.ask(paths), close: () => asking.stop() };
}
