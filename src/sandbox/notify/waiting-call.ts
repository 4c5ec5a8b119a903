/** A system call that a program waits in (`struct seccomp_notif`). */
export interface WaitingCall {
  /** The kernel's name for this waiting; it ends when the call is answered or the thread is killed. */
  readonly id: bigint;
  /**
   * It came next after the one that was received before. So when the listener was seen to have a call,
   * it was this one: none before it was given up meanwhile.
   */
  readonly isNext: boolean;
  /** The thread that makes the call. */
  readonly tid: number;
  readonly number: number;
  /** An `AUDIT_ARCH_…`. */
  readonly architecture: number;
  readonly args: readonly bigint[];
}
