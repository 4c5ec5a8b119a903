/** Who answers which system call. */
import type { Notified, SyscallAnswer } from './notified.ts';
import type { Condition } from './notify/filter.ts';
import type { SystemCall } from './notify/system-calls.ts';
import type { WaitingCall } from './notify/waiting-call.ts';

/** Answers one kind of system call. */
export interface Handler {
  readonly name: SystemCall;
  /** Which of these calls it is asked about; all, when absent. */
  readonly when?: Condition;
  /**
   * Answers without a look at the model, where that is enough: a process that asks for nothing else
   * is then none that the model has to know.
   */
  readonly alone?: (asked: WaitingCall) => SyscallAnswer | undefined;
  answer(notified: Notified): SyscallAnswer;
}
