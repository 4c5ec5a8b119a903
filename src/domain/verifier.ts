/** The range of return values that the verifier allows (`check_return_code` in verifier.c). */
import type { AttachType } from './attach-type.ts';
import type { ProgType } from './prog-type.ts';
import type { Switches } from './release/switches.ts';

interface Range {
  readonly min: number;
  readonly max: number;
}

const YES_OR_NO: Range = { min: 0, max: 1 };
const ALWAYS_YES: Range = { min: 1, max: 1 };
const UP_TO_THREE: Range = { min: 0, max: 3 };

/** Hooks that cannot deny: their programs return 1. */
const CANNOT_DENY: readonly AttachType[] = [
  'cgroup_udp4_recvmsg',
  'cgroup_udp6_recvmsg',
  'cgroup_unix_recvmsg',
  'cgroup_inet4_getpeername',
  'cgroup_inet6_getpeername',
  'cgroup_unix_getpeername',
  'cgroup_inet4_getsockname',
  'cgroup_inet6_getsockname',
  'cgroup_unix_getsockname',
];
const BIND: readonly AttachType[] = ['cgroup_inet4_bind', 'cgroup_inet6_bind'];

/**
 * The values that a program of this type may return.
 *
 * @returns undefined when the verifier has no limit
 */
export function returnRange(
  switches: Switches,
  type: ProgType,
  expected: AttachType,
): Range | undefined {
  switch (type) {
    case 'cgroup_skb':
      return expected === 'cgroup_inet_egress' ? UP_TO_THREE : YES_OR_NO;
    case 'cgroup_sock_addr':
      if (CANNOT_DENY.includes(expected)) return ALWAYS_YES;
      return switches.bind_may_return_3 && BIND.includes(expected) ? UP_TO_THREE : YES_OR_NO;
    case 'cgroup_sock':
    case 'sock_ops':
    case 'cgroup_device':
    case 'cgroup_sysctl':
    case 'cgroup_sockopt':
      return YES_OR_NO;
    case 'lsm':
      return expected === 'lsm_cgroup' ? YES_OR_NO : undefined;
    default:
      return undefined;
  }
}
