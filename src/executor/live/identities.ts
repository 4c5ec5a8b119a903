/**
 * The pairs of the kernel's and the log's objects: both assign ids, and only the
 * pairs are kept. An object that nobody introduced is foreign: another program of this machine
 * made it, and it goes by the negated kernel id.
 */
import type { IdKind } from '../../domain/ids.ts';

interface Pairs {
  readonly real: Map<number, number>;
  readonly logged: Map<number, number>;
}

export class Identities {
  readonly #pairs: Readonly<Record<IdKind, Pairs>> = {
    prog: { real: new Map(), logged: new Map() },
    link: { real: new Map(), logged: new Map() },
    map: { real: new Map(), logged: new Map() },
    btf: { real: new Map(), logged: new Map() },
  };

  /** Says that the kernel's object `real` is the log's object `id`. */
  introduce(kind: IdKind, real: number, id: number): void {
    this.#pairs[kind].real.set(id, real);
    this.#pairs[kind].logged.set(real, id);
  }

  realOf(kind: IdKind, id: number): number | undefined {
    return this.#pairs[kind].real.get(id);
  }

  /** The log's id; the negated kernel id of a foreign object. */
  idOf(kind: IdKind, real: number): number {
    return this.#pairs[kind].logged.get(real) ?? -real;
  }

  /** Pairs of the log's and the kernel's ids, in the order in which they were introduced. */
  all(kind: IdKind): ReadonlyMap<number, number> {
    return this.#pairs[kind].real;
  }
}
