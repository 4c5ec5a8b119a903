/**
 * Which kernel ids the objects of a recording have. strace prints an id only where a query answers
 * it or where one is asked for by id, long after the object was made: until then it has a number of
 * ours, from a range that no kernel gives out (an id of the kernel is at most 2^31 - 1).
 */
import type { ObjectKind } from '../../domain/effect.ts';

/** The first id that no kernel gives out. */
const OURS = 2 ** 31;
/** Numbers of ours; one recording takes them from a place of its own. */
const RANGE = 2 ** 31;
/** Numbers that a recording has for each second by which it began after another one. */
const PER_SECOND = 4096;

/** Whether an id is one of ours: what the object has on the host is not known. */
function isOurs(id: number): boolean {
  return id >= OURS;
}

/**
 * The number of ours that an object has which the `ordinal`-th bpf() call made or showed.
 *
 * @param startedAt microseconds since the epoch: two recordings of one host began at different
 *   times, so that neither takes the other's numbers
 */
export function ownNumber(startedAt: number, ordinal: number): number {
  const first = Math.floor(startedAt / 1_000_000) * PER_SECOND;
  return OURS + ((first + ordinal) % RANGE);
}

/** What is known of numbers of ours: the kernel's ids of the same objects. */
export class Identities {
  readonly #byOwn = new Map<string, number>();
  readonly #byKernel = new Map<string, number>();

  /** A copy that goes its own way. */
  copy(): Identities {
    const copy = new Identities();
    for (const [key, id] of this.#byOwn) copy.#byOwn.set(key, id);
    for (const [key, id] of this.#byKernel) copy.#byKernel.set(key, id);
    return copy;
  }

  /** The kernel's id of an object, or the one that it has here while that is not known. */
  kernelId(kind: ObjectKind, id: number): number {
    return this.#byOwn.get(`${kind} ${id}`) ?? id;
  }

  /** The number of ours behind a kernel's id, or that id itself. */
  ownId(kind: ObjectKind, id: number): number {
    return this.#byKernel.get(`${kind} ${id}`) ?? id;
  }

  /** Whether an object and an id can be the same, as far as is known. */
  mayBe(kind: ObjectKind, own: number, id: number): boolean {
    const known = this.kernelId(kind, own);
    if (!isOurs(known)) return known === id;
    return !this.#byKernel.has(`${kind} ${id}`);
  }

  bind(kind: ObjectKind, own: number, id: number): void {
    if (!isOurs(own)) return;
    this.#byOwn.set(`${kind} ${own}`, id);
    this.#byKernel.set(`${kind} ${id}`, own);
  }

  get size(): number {
    return this.#byOwn.size;
  }
}
