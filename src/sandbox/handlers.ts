/** Who answers which system call. */
import type { Answer, Notified } from './notified.ts';
import type { Asked } from './notify/asked.ts';
import type { Verdict } from './notify/filter.ts';
import type { SystemCall } from './notify/system-calls.ts';

/** Answers one kind of system call. */
export interface Handler {
  readonly name: SystemCall;
  /** Which of these calls it is asked about; all, when absent. */
  readonly when?: Extract<Verdict, { readonly do: 'ask' }>['when'];
  /**
   * Answers without a look at the model, where that is enough: a process that asks for nothing else
   * is then none that the model has to know.
   */
  readonly alone?: (asked: Asked) => Answer | undefined;
  answer(notified: Notified): Answer;
}

const ENOSYS = 38;

/** What the filter does: it asks what a handler answers. */
export function verdictsOf(
  handlers: readonly Handler[],
): Readonly<Partial<Record<SystemCall, Verdict>>> {
  const asked = handlers.map(({ name, when }) => [name, { do: 'ask', ...(when && { when }) }]);
  return {
    ...Object.fromEntries(asked),
    // It would make calls that no filter sees.
    io_uring_setup: { do: 'fail', errno: ENOSYS },
    // Events are those of the real kernel, which a program of the model is not part of.
    perf_event_open: { do: 'fail', errno: ENOSYS },
  };
}
