/**
 * Turns of the event loop. One thread answers everybody, so work that takes long is done in pieces,
 * and between two pieces others are served. All work in pieces waits in one queue:
 * however many they are, one piece is done in each turn of the loop.
 */

/** Milliseconds of work after which the others have their turn. */
const PIECE_MS = 8;

const line: (() => void)[] = [];

/** Waits for a turn: everything that has arrived meanwhile is served first. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    line.push(resolve);
    if (line.length === 1) setImmediate(next);
  });
}

function next(): void {
  line.shift()?.();
  if (line.length > 0) setImmediate(next);
}

/** Shows a loop that awaits anyway when its piece of work is done. */
export class Pace {
  #end = performance.now() + PIECE_MS;

  /** It is time to await `turn` of this. */
  get isDue(): boolean {
    return performance.now() >= this.#end;
  }

  /** Waits for the next turn; another piece begins with it. */
  async turn(): Promise<void> {
    await turn();
    this.#end = performance.now() + PIECE_MS;
  }
}

/** Work that may be interrupted wherever it yields. */
export type Pausing<T> = Generator<undefined, T, undefined>;

/** Rows after which a walk may be interrupted: a fraction of a millisecond. */
const WALKED_ROWS = 64;

/** Calls `visit` with each row, with pauses. */
export function* walk<T>(rows: Iterable<T>, visit: (row: T) => void): Pausing<void> {
  let walked = 0;
  for (const row of rows) {
    visit(row);
    if (++walked % WALKED_ROWS === 0) yield;
  }
}

/** What `of` makes of each row, with pauses. */
export function* mapInTurns<T, U>(rows: Iterable<T>, of: (row: T) => U): Pausing<U[]> {
  const made: U[] = [];
  yield* walk(rows, (row) => made.push(of(row)));
  return made;
}

/** Rows that are sorted in one go. */
const SORTED_ROWS = 512;

/** The rows in order, equal ones in the order in which they came, with pauses. */
export function* sortInTurns<T>(rows: readonly T[], compare: (a: T, b: T) => number): Pausing<T[]> {
  let runs: T[][] = [];
  for (let from = 0; from < rows.length; from += SORTED_ROWS) {
    runs.push(rows.slice(from, from + SORTED_ROWS).sort(compare));
    yield;
  }
  while (runs.length > 1) {
    const merged: T[][] = [];
    for (let i = 0; i < runs.length; i += 2) {
      merged.push(yield* merge(runs[i] as T[], runs[i + 1] ?? [], compare));
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

function* merge<T>(a: T[], b: T[], compare: (a: T, b: T) => number): Pausing<T[]> {
  let [i, j] = [0, 0];
  const merged: T[] = [];
  while (i < a.length || j < b.length) {
    const isFirst = j === b.length || (i < a.length && compare(a[i] as T, b[j] as T) <= 0);
    merged.push((isFirst ? a[i++] : b[j++]) as T);
    if (merged.length % SORTED_ROWS === 0) yield;
  }
  return merged;
}

/** Does the work without a pause. */
export function inOnePiece<T>(work: Pausing<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/**
 * Does the work in pieces of some milliseconds, each in a turn of its own.
 *
 * @throws the reason of `signal` once that is aborted
 */
export async function inTurns<T>(work: Pausing<T>, signal?: AbortSignal): Promise<T> {
  for (;;) {
    await turn();
    signal?.throwIfAborted();
    const end = performance.now() + PIECE_MS;
    do {
      const { done, value } = work.next();
      if (done) return value;
    } while (performance.now() < end);
  }
}
