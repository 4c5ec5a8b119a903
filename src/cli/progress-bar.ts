/** A line that tells how far something is, on a terminal; elsewhere nothing is written. */

const CELLS = 30;
/** Milliseconds between two drawings. */
const REDRAW_MS = 100;
const CLEAR_LINE = '\r\x1b[K';

export interface Bar {
  /** Draws `done` of `of`, unless it was just drawn. */
  draw(what: string, done: number, of: number): void;
  /** Takes the line away. */
  clear(): void;
}

/** A bar on `stream`, if that is a terminal. */
export function progressBar(stream: NodeJS.WriteStream): Bar {
  let drawnAt = 0;
  return {
    draw(what, done, of) {
      const now = performance.now();
      if (!stream.isTTY || (drawnAt > 0 && now - drawnAt < REDRAW_MS)) return;
      drawnAt = now;
      const share = of === 0 ? 1 : Math.min(1, done / of);
      const full = Math.round(share * CELLS);
      const cells = '#'.repeat(full).padEnd(CELLS, '.');
      stream.write(`${CLEAR_LINE}${what} [${cells}] ${Math.floor(share * 100)} %`);
    },
    clear() {
      if (drawnAt > 0) stream.write(CLEAR_LINE);
      drawnAt = 0;
    },
  };
}
