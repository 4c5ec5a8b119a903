/**
 * A kernel that is interrupted when it is asked: its verifier answers EAGAIN when a signal waits, which says
 * nothing of the call. libbpf asks again, too.
 */
import { ATTR_BYTES, type Attr } from '../../native/attr.ts';
import { BPF } from '../../native/commands.ts';
import { type Answered, must, SYS, type SystemCalls } from '../../native/syscall.ts';
import { KernelBusy } from '../../native/unavailable.ts';

/** Times that the kernel is asked for one thing that it is too busy for. */
const TRIES_MAX = 5;

/** The answer; EAGAIN when the kernel is interrupted each time. */
export function askUninterrupted(ask: () => Answered): Answered {
  for (let tries = 1; ; tries++) {
    const answered = ask();
    if (!isInterrupted(answered) || tries === TRIES_MAX) return answered;
  }
}

function isInterrupted(answered: Answered): boolean {
  return 'errno' in answered && answered.errno === 'EAGAIN';
}

/**
 * Makes a command that this program itself needs.
 *
 * @param whose what the command is for, for the error
 * @throws KernelBusy when it is interrupted each time
 */
export function askAgain(
  kernel: SystemCalls,
  name: keyof typeof BPF,
  attr: Attr,
  whose: string,
): number {
  const answered = askUninterrupted(() => kernel.call(SYS.bpf, BPF[name], attr.buffer, ATTR_BYTES));
  if (!isInterrupted(answered)) return must(answered, `${name} of ${whose}`);
  throw new KernelBusy(`${name} of ${whose}: EAGAIN, ${TRIES_MAX} times`);
}
