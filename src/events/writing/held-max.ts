/** The limits of what this process holds in memory. */
export interface HeldMax {
  /** Hosts; a further one is refused while all of them are busy. */
  readonly hosts: number;
  /** Rows of all states. States in use, and the one used last, are held even beyond it. */
  readonly rows: number;
  /** Milliseconds after which an unused state is evicted. */
  readonly idleMs: number;
  /** Rows of the states at past positions that were read last (`PastStates`). */
  readonly pastRows: number;
}

/** About half a gigabyte at most. */
export const HELD_MAX: HeldMax = {
  hosts: 1000,
  rows: 1_000_000,
  idleMs: 600_000,
  pastRows: 100_000,
};
