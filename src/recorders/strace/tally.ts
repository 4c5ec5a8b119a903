/** What an import could not use, counted, with the first places of each kind. */
import type { LineCount } from '../../events/recording.ts';

/** Places that are listed of each kind. */
const PLACES_MAX = 10;
/** Kinds that are told apart. */
const KINDS_MAX = 500;
const OTHERS = 'others';

export class Tally {
  readonly #kinds = new Map<string, { count: number; lines: number[] }>();

  add(kind: string, line: number): void {
    const known = this.#kinds.get(kind);
    if (known !== undefined) {
      known.count += 1;
      if (known.lines.length < PLACES_MAX) known.lines.push(line);
      return;
    }
    if (this.#kinds.size >= KINDS_MAX && kind !== OTHERS) this.add(OTHERS, line);
    else this.#kinds.set(kind, { count: 1, lines: [line] });
  }

  get total(): number {
    let sum = 0;
    for (const { count } of this.#kinds.values()) sum += count;
    return sum;
  }

  /** By kind, the most frequent first. */
  counts(): Record<string, LineCount> {
    const all = [...this.#kinds].sort(([, a], [, b]) => b.count - a.count);
    return Object.fromEntries(all);
  }
}
