/** What the supervisor and the thread that starts the program tell each other. */

/** Places of a shared array; 0 is "not yet". */
export const STEP = {
  /** The thread may begin. */
  go: 0,
  /** The listener's descriptor, or the negated errno of seccomp(2). */
  listener: 1,
  /** The program's pid, or the negated errno of posix_spawn(3). */
  pid: 2,
  /** Which thread starts the program: the filter binds it too. */
  thread: 3,
  /** Never told. */
  end: 4,
} as const;

export interface LaunchRequest {
  readonly steps: SharedArrayBuffer;
  readonly filter: Uint8Array;
  /** The number of seccomp(2). */
  readonly seccomp: number;
  readonly path: string;
  readonly argv: readonly string[];
  readonly env: readonly string[];
}
