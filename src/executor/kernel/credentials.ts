/**
 * Makes one call with another uid and fewer capabilities. On Linux credentials belong to a thread,
 * and raw system calls change only the calling one, so the kernel judges the call exactly as it
 * would judge a process with these credentials; the permitted set stays, to come back by.
 */
import { must, SYS, type SystemCalls } from '../../native/syscall.ts';

export interface Credentials {
  readonly uid: number;
  /** Effective capabilities, as bit numbers (`include/uapi/linux/capability.h`). */
  readonly capabilities: readonly number[];
}

const CAPABILITY_VERSION_3 = 0x20080522;
const PR_GET_SECUREBITS = 27;
const PR_SET_SECUREBITS = 28;
/** Keeps the kernel from changing capabilities along with the uid. */
const NO_SETUID_FIXUP = 1 << 2;

/** Runs `run` with other credentials on this thread and puts back what was there. */
export function withCredentials<T>(kernel: SystemCalls, wanted: Credentials, run: () => T): T {
  const securebits = must(kernel.call(SYS.prctl, PR_GET_SECUREBITS), 'read securebits');
  const own = readCapabilities(kernel);
  const groupCount = must(kernel.call(SYS.getgroups, 0, undefined), 'count groups');
  const groups = Buffer.alloc(Math.max(4 * groupCount, 4));
  must(kernel.call(SYS.getgroups, groupCount, groups), 'read groups');
  const { uid } = wanted;
  try {
    const keep = securebits | NO_SETUID_FIXUP;
    must(kernel.call(SYS.prctl, PR_SET_SECUREBITS, keep), 'keep capabilities');
    must(kernel.call(SYS.setgroups, 0, undefined), 'drop groups');
    must(kernel.call(SYS.setresgid, uid, uid, uid), 'set gid');
    must(kernel.call(SYS.setresuid, uid, uid, uid), 'set uid');
    // We can lend only what we have: some machines withhold CAP_SYS_RESOURCE from root.
    const effective = maskOf(wanted.capabilities) & own.permitted;
    setCapabilities(kernel, { ...own, effective });
    return run();
  } finally {
    setCapabilities(kernel, own);
    must(kernel.call(SYS.setresuid, 0, 0, 0), 'restore uid');
    must(kernel.call(SYS.setresgid, 0, 0, 0), 'restore gid');
    must(kernel.call(SYS.setgroups, groupCount, groups), 'restore groups');
    must(kernel.call(SYS.prctl, PR_SET_SECUREBITS, securebits), 'restore securebits');
  }
}

interface CapabilitySets {
  readonly effective: bigint;
  readonly permitted: bigint;
  readonly inheritable: bigint;
}

function maskOf(bits: readonly number[]): bigint {
  return bits.reduce((set, bit) => set | (1n << BigInt(bit)), 0n);
}

function readCapabilities(kernel: SystemCalls): CapabilitySets {
  const data = Buffer.alloc(24);
  must(kernel.call(SYS.capget, header(), data), 'read capabilities');
  const [effective, permitted, inheritable] = [0, 4, 8].map(
    (offset) => BigInt(data.readUInt32LE(offset)) | (BigInt(data.readUInt32LE(offset + 12)) << 32n),
  ) as [bigint, bigint, bigint];
  return { effective, permitted, inheritable };
}

function setCapabilities(kernel: SystemCalls, sets: CapabilitySets): void {
  const data = Buffer.alloc(24);
  [sets.effective, sets.permitted, sets.inheritable].forEach((set, i) => {
    data.writeUInt32LE(Number(set & 0xffffffffn), 4 * i);
    data.writeUInt32LE(Number(set >> 32n), 12 + 4 * i);
  });
  must(kernel.call(SYS.capset, header(), data), 'set capabilities');
}

/** Of the calling thread: pid 0. */
function header(): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(CAPABILITY_VERSION_3, 0);
  return bytes;
}
