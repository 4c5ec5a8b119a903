/** The anchor field: an fd, or with the flag `id` an object's id, in the kernel's own numbers. */

import { type AttachType, attachTypeNumber, attachTypeOf } from '../../domain/attach-type.ts';
import { readField } from '../../domain/attr.ts';
import type { CallOf } from '../../domain/call.ts';
import { ATTACH_FLAG_BITS, flagWord } from '../../domain/flags.ts';
import type { IdKind } from '../../domain/ids.ts';
import type { LiveCaller, LiveKernel } from './live-kernel.ts';
import { type LiveProcess, NEVER_OPEN, realFd } from './process.ts';

/** An id that the kernel will not have given out before two billion objects were made. */
const NEVER_GIVEN = 2_147_000_000;

type Anchored = Pick<CallOf<'prog_attach'>, 'flags' | 'relative_fd' | 'relative_id'>;

export function anchorId({ process, live }: LiveCaller, call: Anchored): number {
  const flags = flagWord(call.flags);
  const number = call.relative_id ?? call.relative_fd ?? 0;
  if ((flags & ATTACH_FLAG_BITS.id) === 0) return realFd(process, number);
  return realId(live, (flags & ATTACH_FLAG_BITS.link) === 0 ? 'prog' : 'link', number);
}

/** Hooks that take the target for the index of a network interface of the machine. */
const INTERFACE_HOOKS: readonly AttachType[] = [
  ...(['tcx_ingress', 'tcx_egress', 'netkit_primary', 'netkit_peer'] as const),
  ...(['xdp', 'xdp_devmap', 'xdp_cpumap'] as const),
];

/**
 * The real number of a target: an fd, and never an interface that happens to have its number.
 *
 * @param at offset of the attach type, which a short attr may cut off
 */
export function targetFd(
  process: LiveProcess,
  fd: number,
  call: { readonly attach_type: AttachType; readonly attr_size?: number },
  at: 4 | 8,
): number {
  const type = attachTypeOf(readField(attachTypeNumber(call.attach_type), at, 4, call.attr_size));
  return INTERFACE_HOOKS.includes(type) ? NEVER_OPEN : realFd(process, fd);
}

/** The kernel's id for one of the log; an id that the log never gave out stands for no object. */
export function realId({ ids }: LiveKernel, kind: IdKind, id: number): number {
  if (id === 0) return 0;
  return ids.realOf(kind, id) ?? NEVER_GIVEN;
}
