/** A reader, who asks a service one thing after the other. */
import { askedProcess } from '../harness/asked-process.ts';

export interface Reader {
  /** Milliseconds from the request to the last byte of its answer. Throws unless it is a 200. */
  read(path: string): Promise<number>;
  close(): void;
}

export function readerOf(url: string): Reader {
  const asking = askedProcess<string, number>(new URL('asking.ts', import.meta.url), [url]);
  return { read: (path) => asking.ask(path), close: () => asking.stop() };
}
