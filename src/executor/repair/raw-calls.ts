/** Calls that the executor makes for itself, not for a process of the log. */
import { type AttachType, attachTypeNumber } from '../../domain/attach-type.ts';
import { type AttachFlags, flagWord } from '../../domain/flags.ts';
import { ATTR_BYTES, Attr } from '../../native/attr.ts';
import { BPF } from '../../native/commands.ts';
import { type Answered, cString, SYS, type SystemCalls } from '../../native/syscall.ts';

/** Where and how an entry is to be attached. */
export interface Attachment {
  readonly progFd: number;
  readonly cgroupFd: number;
  readonly type: AttachType;
  readonly flags: AttachFlags;
  /** The kernel's id of the entry to come before or after, as the flags say; 0 for none. */
  readonly anchor: number;
  /** The list as it was looked at; the kernel refuses another. 0 on kernels that do not count. */
  readonly revision: number;
}

function bpf(kernel: SystemCalls, command: keyof typeof BPF, attr: Attr): Answered {
  return kernel.call(SYS.bpf, BPF[command], attr.buffer, ATTR_BYTES);
}

/** PROG_ATTACH. */
export function attachProgram(kernel: SystemCalls, at: Attachment): Answered {
  const attr = new Attr(kernel)
    .u32(0, at.cgroupFd)
    .u32(4, at.progFd)
    .u32(8, attachTypeNumber(at.type))
    .u32(12, flagWord(at.flags))
    .u32(20, at.anchor)
    .u64(24, at.revision);
  return bpf(kernel, 'prog_attach', attr);
}

/** LINK_CREATE; answers an fd of the new link. */
export function createLink(kernel: SystemCalls, at: Attachment): Answered {
  const attr = new Attr(kernel)
    .u32(0, at.progFd)
    .u32(4, at.cgroupFd)
    .u32(8, attachTypeNumber(at.type))
    .u32(12, flagWord(at.flags))
    .u32(16, at.anchor)
    .u64(24, at.revision);
  return bpf(kernel, 'link_create', attr);
}

/** LINK_UPDATE, whatever program the link runs. */
export function updateLink(kernel: SystemCalls, linkFd: number, progFd: number): Answered {
  return bpf(kernel, 'link_update', new Attr(kernel).u32(0, linkFd).u32(4, progFd));
}

/**
 * Pins an object in place of whatever the name held, so that the name is never without one.
 *
 * @param fresh a free name on the same bpffs, which the pin has until it gets its own
 */
export function pinOver(
  kernel: SystemCalls,
  fd: number,
  { fresh, path }: { readonly fresh: string; readonly path: string },
): Answered {
  const name = cString(fresh);
  const pinned = bpf(kernel, 'obj_pin', new Attr(kernel).pointer(0, name).u32(8, fd));
  return 'errno' in pinned ? pinned : kernel.call(SYS.rename, name, cString(path));
}
