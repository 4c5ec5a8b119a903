/**
 * A line that tells how far something is, on a terminal and once it took a second; elsewhere nothing
 * is written.
 */
import { createReadStream } from 'node:fs';

const CELLS = 30;
/** Milliseconds before the first drawing: what is done by then needs none. */
const QUIET_MS = 1000;
/** Milliseconds between two drawings. */
const REDRAW_MS = 100;
/** Milliseconds between two drawings of what only waits. */
const TICK_MS = 1000;
const CLEAR_LINE = '\r\x1b[K';

export interface Bar {
  /** Draws `done` of `of`, unless it was just drawn. */
  draw(what: string, done: number, of: number): void;
  /** Tells how long it waits for work that does not say how far it is. */
  during<T>(what: string, work: Promise<T>): Promise<T>;
  /** Takes the line away. */
  clear(): void;
}

/** A bar on `stream`, if that is a terminal. */
export function progressBar(
  stream: NodeJS.WriteStream,
  clock: () => number = () => performance.now(),
): Bar {
  const began = clock();
  let drawnAt = 0;
  const write = (text: string): void => {
    const now = clock();
    const isEarly = now - began < QUIET_MS;
    if (!stream.isTTY || isEarly || (drawnAt > 0 && now - drawnAt < REDRAW_MS)) return;
    drawnAt = now;
    stream.write(`${CLEAR_LINE}${text}`);
  };
  const clear = (): void => {
    if (drawnAt > 0) stream.write(CLEAR_LINE);
    drawnAt = 0;
  };
  return {
    draw(what, done, of) {
      const share = of === 0 ? 1 : Math.min(1, done / of);
      const cells = '#'.repeat(Math.round(share * CELLS)).padEnd(CELLS, '.');
      write(`${what} [${cells}] ${Math.floor(share * 100)} %`);
    },
    async during(what, work) {
      const since = clock();
      const tick = () => write(`${what}, ${Math.floor((clock() - since) / 1000)} s`);
      const ticking = setInterval(tick, TICK_MS);
      try {
        return await work;
      } finally {
        clearInterval(ticking);
        clear();
      }
    },
    clear,
  };
}

/** The bytes of a file, while the bar tells how many of them were taken. */
export async function* readWithBar(
  file: string,
  { bar, what, size }: { readonly bar: Bar; readonly what: string; readonly size: number },
): AsyncGenerator<Uint8Array> {
  let taken = 0;
  for await (const chunk of createReadStream(file)) {
    yield chunk as Uint8Array;
    taken += (chunk as Uint8Array).byteLength;
    bar.draw(what, taken, size);
  }
}
