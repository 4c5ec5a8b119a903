/** What an LRU map knows of its elements beside what they are. */
import type { MapKey } from '../call.ts';

/** How the elements of an LRU map stand in its three lists (`maps/recency.ts`). */
export interface Recency {
  /** The first of them came since the map last looked for room. */
  readonly pending: number;
  /** So many after those were used; the rest is idle. */
  readonly active: number;
  /** Keys of those that were used since the map last looked at them. */
  readonly used: readonly MapKey[];
  /** Rooms that are free without a look. */
  readonly spare: number;
}

export const NEVER_LOOKED: Recency = { pending: 0, active: 0, used: [], spare: 0 };
