/** Commands that this program itself needs, and a kernel that is interrupted (EAGAIN) when it is asked. */
import { ATTR_BYTES, type Attr } from '../../native/attr.ts';
import { BPF } from '../../native/commands.ts';
import { must, SYS, type SystemCalls } from '../../native/syscall.ts';
import { KernelBusy } from '../../native/unavailable.ts';

/** Times that the kernel is asked for one thing that it is too busy for. */
const TRIES_MAX = 5;

/**
 * Makes a command, and makes it again when the kernel was interrupted, as its verifier is by a signal.
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
  for (let tries = 1; ; tries++) {
    const answered = kernel.call(SYS.bpf, BPF[name], attr.buffer, ATTR_BYTES);
    if (!('errno' in answered) || answered.errno !== 'EAGAIN') {
      return must(answered, `${name} of ${whose}`);
    }
    if (tries === TRIES_MAX)
      throw new KernelBusy(`${name} of ${whose}: EAGAIN, ${TRIES_MAX} times`);
  }
}
