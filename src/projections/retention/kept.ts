/** What a trim keeps of a log. */
export interface Kept {
  readonly host_id: number;
  /** The position of the cut. */
  readonly oldest: number;
}
