/**
 * Who the program believes to be. It runs without rights, and is answered as root with all
 * capabilities, or as the user that it is to be (credentials(7), capget(2)).
 */
import {
  ALL_CAPABILITIES,
  CAPABILITY_NUMBERS,
  type Capability,
  rootsSet,
} from '../../domain/capability.ts';
import { ERRNO_NUMBERS } from '../../domain/errno.ts';
import { isRefusal } from '../../domain/outcome.ts';
import type { Handler } from '../handlers.ts';
import { CONTINUED, type Notified, type SyscallAnswer, type Write } from '../notified.ts';
import type { SystemCall } from '../notify/system-calls.ts';
import type { Unmodelled } from '../unmodelled.ts';
import { type Keepers, prctlHandler, processOf } from './prctl.ts';

/** All that Linux has: 0 to CAP_CHECKPOINT_RESTORE. */
const EVERY = (1n << 41n) - 1n;
const VERSION_3 = 0x20080522;
const EFAULT = 14;
/** An id that is left as it is. */
const UNCHANGED = 0xffffffff;

/** The handlers of what a program asks and says about its own identity. */
export function credentialHandlers(
  uid: number,
  keepers: Keepers,
  unmodelled: Unmodelled,
): readonly Handler[] {
  /** Nobody changed its uid yet, so all have the same. */
  let isOne = true;
  const own = (notified: Notified) => notified.kernel.processes.get(notified.tgid)?.uid ?? uid;
  const single = (name: SystemCall): Handler => ({
    name,
    alone: () => (isOne ? { is: 'returned', value: uid } : undefined),
    answer: (notified) => ({ is: 'returned', value: own(notified) }),
  });
  const triple = (name: SystemCall): Handler => ({
    name,
    answer: (notified) => ({ is: 'returned', value: 0, writes: thrice(notified, own(notified)) }),
  });
  /** @param at the argument that is the new effective uid */
  const changing = (name: SystemCall, at: number): Handler => ({
    name,
    answer(notified) {
      const wanted = Number((notified.args[at] ?? 0n) & 0xffffffffn);
      if (wanted === UNCHANGED || wanted === own(notified)) return DONE;
      isOne = false;
      return become(notified, wanted, keepers.has(notified));
    },
  });
  return [
    ...(['getuid', 'geteuid', 'getgid', 'getegid'] as const).map(single),
    ...(['getresuid', 'getresgid'] as const).map(triple),
    changing('setuid', 0),
    changing('setreuid', 1),
    changing('setresuid', 1),
    ...(['setgid', 'setregid', 'setresgid', 'setgroups'] as const).map(
      (name): Handler => ({ name, alone: () => DONE, answer: () => DONE }),
    ),
    { name: 'capget', answer: capget },
    { name: 'capset', answer: capset },
    prctlHandler(keepers, unmodelled),
  ];
}

const DONE: SyscallAnswer = { is: 'returned', value: 0 };

function thrice({ args }: Notified, value: number): readonly Write[] {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return args.slice(0, 3).map((address) => ({ address, bytes }));
}

/**
 * Another uid than root's has no capabilities left, unless it keeps them (`cap_emulate_setxuid`): then they
 * are in effect here immediately, while a kernel waits for the capset that follows.
 */
function become(notified: Notified, uid: number, keeps: boolean): SyscallAnswer {
  const { outcome } = notified.perform(
    keeps
      ? { name: 'capset', uid, caps: rootsSet(processOf(notified).caps), ambient: [] }
      : { name: 'capset', uid, caps: [] },
  );
  if (isRefusal(outcome)) return { is: 'refused', errno: ERRNO_NUMBERS[outcome.errno] };
  return DONE;
}

function capget({ args, memory, kernel, tgid }: Notified): SyscallAnswer {
  const [header = 0n, data = 0n] = args;
  const asked = memory.read(header, 8);
  // An older form, or a question for the form: the kernel answers as it does everybody.
  if (asked?.readUInt32LE(0) !== VERSION_3 || data === 0n) return CONTINUED;
  const pid = asked.readInt32LE(4);
  const { caps = [], sets = undefined } = kernel.processes.get(pid === 0 ? tgid : pid) ?? {};
  const bytes = Buffer.alloc(24);
  const [had, inheritable] = [capabilityMask(caps), maskOf(sets?.inheritable ?? [])];
  // Effective, permitted, inheritable.
  for (const [at, mask] of [had, had, inheritable].map((mask, i) => [4 * i, mask] as const)) {
    bytes.writeUInt32LE(Number(mask & 0xffffffffn), at);
    bytes.writeUInt32LE(Number(mask >> 32n), 12 + at);
  }
  return { is: 'returned', value: 0, writes: [{ address: data, bytes }] };
}

/** The bits of capabilities; who has all that root has unless told otherwise has all. */
export function capabilityMask(caps: readonly Capability[]): bigint {
  return rootsSet(caps).length === ALL_CAPABILITIES.length ? EVERY : maskOf(caps);
}

function maskOf(caps: readonly Capability[]): bigint {
  return caps.reduce(
    (mask, capability) => mask | (1n << BigInt(CAPABILITY_NUMBERS[capability])),
    0n,
  );
}

/** One of the sets that capset(2) reads, which has its upper half further on. */
function namesAt(sets: Buffer, at: number): readonly Capability[] {
  const mask = BigInt(sets.readUInt32LE(at)) | (BigInt(sets.readUInt32LE(12 + at)) << 32n);
  return ALL_CAPABILITIES.filter(
    (name) => (mask & (1n << BigInt(CAPABILITY_NUMBERS[name]))) !== 0n,
  );
}

function capset(notified: Notified): SyscallAnswer {
  const { args, memory, perform } = notified;
  const [header = 0n, data = 0n] = args;
  const asked = memory.read(header, 8);
  if (asked?.readUInt32LE(0) !== VERSION_3) return CONTINUED;
  const sets = memory.read(data, 24);
  if (sets === undefined) return { is: 'refused', errno: EFAULT };
  const caps = namesAt(sets, 0);
  const inheritable = namesAt(sets, 8);
  const isInherited = inheritable.length > 0 || processOf(notified).sets.inheritable.length > 0;
  const { outcome } = perform({ name: 'capset', caps, ...(isInherited && { inheritable }) });
  return isRefusal(outcome) ? { is: 'refused', errno: ERRNO_NUMBERS[outcome.errno] } : DONE;
}
