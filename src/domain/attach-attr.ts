/**
 * The attr of PROG_ATTACH, PROG_DETACH and LINK_CREATE as the kernel reads it: cut at the size
 * that the caller passed, and checked for bytes after the command's last field (semantics §5).
 */

import { type AttachType, attachTypeNumber, attachTypeOf } from './attach-type.ts';
import { reachesPast, readFd, readField } from './attr.ts';
import type { Calls } from './call.ts';
import { refusal } from './decision.ts';
import { flagWord } from './flags.ts';
import type { Refusal } from './outcome.ts';

export interface AttachAttr {
  readonly target: number;
  readonly prog: number;
  readonly type: AttachType;
  readonly flags: number;
  readonly replace: number;
  readonly relative: number;
  readonly expectedRevision: number;
}

/** PROG_ATTACH and PROG_DETACH: target, prog, type, flags, replace, relative, revision. */
export function progAttachAttr(call: Calls['prog_attach'], target: number): AttachAttr {
  const size = call.attr_size;
  return {
    target: readFd(target, 0, size),
    prog: readFd(call.attach_bpf_fd, 4, size),
    type: readType(call.attach_type, 8, size),
    flags: readField(flagWord(call.flags), 12, 4, size),
    replace: readFd(call.replace_bpf_fd, 16, size),
    relative: readFd(call.relative_id ?? call.relative_fd, 20, size),
    expectedRevision: readField(call.expected_revision ?? 0, 24, 8, size),
  };
}

/** LINK_CREATE: prog, target, type, flags, then the cgroup member of a union. */
export function linkCreateAttr(call: Calls['link_create'], target: number): AttachAttr {
  const size = call.attr_size;
  return {
    target: readFd(target, 4, size),
    prog: readFd(call.prog_fd, 0, size),
    type: readType(call.attach_type, 8, size),
    flags: readField(flagWord(call.flags), 12, 4, size),
    replace: 0,
    relative: readFd(call.relative_id ?? call.relative_fd, 16, size),
    expectedRevision: readField(call.expected_revision ?? 0, 24, 8, size),
  };
}

/** The refusal of an attr with a non-zero byte after `end`. */
export function trailing(
  attr: AttachAttr,
  end: number,
  offsets: { readonly flags: number; readonly replace: number; readonly relative: number },
): Refusal | undefined {
  const past =
    reachesPast(attr.flags, offsets.flags, 4, end) ||
    reachesPast(attr.replace >>> 0, offsets.replace, 4, end) ||
    reachesPast(attr.relative >>> 0, offsets.relative, 4, end) ||
    reachesPast(attr.expectedRevision, 24, 8, end);
  return past ? refusal('EINVAL', 'bytes-after-last-field', { last_byte: end }) : undefined;
}

function readType(type: AttachType, offset: number, size: number | undefined): AttachType {
  if (size === undefined || size >= offset + 4) return type;
  return attachTypeOf(readField(attachTypeNumber(type), offset, 4, size));
}
