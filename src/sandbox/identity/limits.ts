/**
 * setrlimit(2) and prlimit(2) of a program that believes to be root. A real limit cannot grow without
 * rights, so what is locked is not limited at all, and the number of fds goes as far as it can.
 */
import { ERRNO_NUMBERS } from '../../domain/errno.ts';
import { isRefusal } from '../../domain/outcome.ts';
import type { Libc } from '../../native/libc.ts';
import type { Handler } from '../handlers.ts';
import { CONTINUED, type Notified, type SyscallAnswer, type Write } from '../notified.ts';

export const RLIMIT_NOFILE = 7;
const RLIMIT_MEMLOCK = 8;
const LIMIT_BYTES = 16;
const EFAULT = 14;

/** The handlers of limits. */
export function limitHandlers(libc: Libc): readonly Handler[] {
  const values = [RLIMIT_NOFILE, RLIMIT_MEMLOCK];
  return [
    {
      name: 'setrlimit',
      when: { argument: 0, values },
      answer: (notified) => limit(libc, notified, { resource: 0, wanted: 1 }),
    },
    {
      name: 'prlimit64',
      when: { argument: 1, values, notNull: 2 },
      answer(notified) {
        const pid = Number(BigInt.asIntN(32, notified.args[0] ?? 0n));
        if (pid !== 0 && pid !== notified.tgid) return CONTINUED;
        return limit(libc, notified, { resource: 1, wanted: 2, old: 3 });
      },
    },
  ];
}

/** @param at which argument is what */
function limit(
  libc: Libc,
  { args, memory, tgid, perform }: Notified,
  at: { readonly resource: number; readonly wanted: number; readonly old?: number },
): SyscallAnswer {
  const resource = Number((args[at.resource] ?? 0n) & 0xffffffffn);
  const wanted = memory.read(args[at.wanted] ?? 0n, LIMIT_BYTES);
  if (wanted === undefined) return { is: 'refused', errno: EFAULT };
  const real = Buffer.alloc(LIMIT_BYTES);
  libc.prlimit(tgid, resource, null, real);
  const old = at.old === undefined ? 0n : (args[at.old] ?? 0n);
  const writes: readonly Write[] = old === 0n ? [] : [{ address: old, bytes: real }];
  if (resource === RLIMIT_MEMLOCK) return { is: 'returned', value: 0, writes };
  const [soft, hard] = [wanted.readBigUInt64LE(0), wanted.readBigUInt64LE(8)];
  const ceiling = real.readBigUInt64LE(8);
  const nofile = Number(soft);
  const { outcome } = perform({ name: 'setrlimit', nofile });
  if (isRefusal(outcome)) return { is: 'refused', errno: ERRNO_NUMBERS[outcome.errno] };
  const possible = Buffer.alloc(LIMIT_BYTES);
  possible.writeBigUInt64LE(soft < ceiling ? soft : ceiling, 0);
  possible.writeBigUInt64LE(hard < ceiling ? hard : ceiling, 8);
  const done = libc.prlimit(tgid, RLIMIT_NOFILE, possible, null);
  return done < 0 ? { is: 'refused', errno: -done } : { is: 'returned', value: 0, writes };
}
