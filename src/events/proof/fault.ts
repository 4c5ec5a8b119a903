/** Something that is not as it was recorded. */
export interface Fault {
  /** The first and the last position that may be concerned; absent when no event is. */
  readonly position_from?: number;
  readonly position_to?: number;
  /** Line of an exported file. */
  readonly line?: number;
  /** What was found, in a sentence. */
  readonly message: string;
}
