/**
 * Makes V8 put every new object among the young ones. By itself it notes which places of a program
 * make objects that live on, and soon puts all of theirs among the old (`allocation-site-pretenuring`).
 * A fold makes rows that live for years in one state and for a millisecond in the next: those of the
 * second are then garbage that is old, keeps young objects alive, and waits for a full collection.
 * What it costs: docs/performance.md#objects-that-are-old-when-they-are-made
 */
import { setFlagsFromString } from 'node:v8';

/** Call it before anything is folded: it holds for all threads, and for code compiled from then on. */
export function makeObjectsYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}
