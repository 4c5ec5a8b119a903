/** uname(2): the release that answers. */
import { hostname, machine } from 'node:os';
import type { Handler } from '../handlers.ts';
import type { SyscallAnswer } from '../notified.ts';

/** Bytes of each of the six texts of `struct new_utsname`. */
const TEXT_BYTES = 65;

/** @param release as `uname -r` prints it */
export function unameHandler(release: string): Handler {
  const texts = ['Linux', hostname(), release, '#1 SMP PREEMPT_DYNAMIC', machine(), '(none)'];
  const bytes = Buffer.alloc(TEXT_BYTES * texts.length);
  for (const [i, text] of texts.entries())
    bytes.write(text.slice(0, TEXT_BYTES - 1), TEXT_BYTES * i);
  const answerName = (args: readonly bigint[]): SyscallAnswer => ({
    is: 'returned',
    value: 0,
    writes: [{ address: args[0] ?? 0n, bytes }],
  });
  return {
    name: 'uname',
    alone: ({ args }) => answerName(args),
    answer: ({ args }) => answerName(args),
  };
}
