/** Where a state stands: in a host's log, in one of its boots, after the event at a position. */
export interface Moment {
  readonly host_id: number;
  /** The boot that `position` belongs to: kernel ids mean something only within it. */
  readonly boot: number;
  /** Everything up to and including it is seen. */
  readonly position: number;
}

/** Where a state stands, and what marks the history that it is of (`encoding/mark.ts`). */
export interface MarkedMoment extends Moment {
  readonly mark: string;
}
