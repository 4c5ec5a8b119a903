/** A system call that a program waits in (`struct seccomp_notif`). */
export interface Asked {
  /** The kernel's name for this waiting; it ends when the call is answered or the thread is killed. */
  readonly id: bigint;
  /** The thread that makes the call. */
  readonly tid: number;
  readonly number: number;
  /** An `AUDIT_ARCH_…`. */
  readonly architecture: number;
  readonly args: readonly bigint[];
}
