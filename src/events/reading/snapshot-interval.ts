/** When it pays to store a state. */
import type { Kernel } from '../../domain/kernel.ts';
import { stateRows } from '../../domain/size.ts';

/** Fewest events between two snapshots: to fold them takes no longer than to read a snapshot. */
export const SNAPSHOT_EVENTS_MIN = 500;
/** Rows of a state for each event between two snapshots: what a snapshot costs an event. */
const SNAPSHOT_ROWS_PER_EVENT = 4;
/** An evicted state is stored after a tenth of that: the next use needs the whole state. */
const PARTING_SHARE = 0.1;

/**
 * How many events a log may grow after a snapshot before the next one pays: more for a large
 * state, so that writing snapshots costs no more than a fixed part of writing events.
 */
export function snapshotInterval(kernel: Kernel): number {
  return Math.max(SNAPSHOT_EVENTS_MIN, Math.ceil(stateRows(kernel) / SNAPSHOT_ROWS_PER_EVENT));
}

/** The same for a state that is evicted. */
export function partingInterval(kernel: Kernel): number {
  return snapshotInterval(kernel) * PARTING_SHARE;
}
